"""Synthetic agencies with known truth: people, events, files as agencies write them, and what must become of each file.

Everything follows from one seed, byte for byte. The package imports nothing of feeds, connectors, ingest or warehouse:
what it says about a delivery comes from its own bookkeeping of what it planted, never from reading the file again.
"""
