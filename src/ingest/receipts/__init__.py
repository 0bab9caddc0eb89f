"""Receipts: what an agency gets back for every delivery, as JSON, as CSV of the rejected rows and as a page."""

from __future__ import annotations

from ingest.receipts.problems import MASK, Problem, quarantine_file, read_problems
from ingest.receipts.write import receipt_folder, write_waiting

__all__ = ["MASK", "Problem", "quarantine_file", "read_problems", "receipt_folder", "write_waiting"]
