"""Receipts: what an agency gets back for every delivery, as JSON, as CSV of the rejected rows and as a page."""
