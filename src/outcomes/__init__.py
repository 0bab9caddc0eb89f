"""Outcome evaluation: what changed, by how much, and how sure one can be. Pure functions on arrays and data frames."""
