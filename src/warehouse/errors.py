"""Errors of the warehouse: what happened, where, and what to do next."""

from __future__ import annotations


class WarehouseError(RuntimeError):
    """The warehouse could not do what was asked; ``remedy`` says what to do next."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem} {remedy}")


class LoadError(WarehouseError):
    """A change set cannot be loaded: its files are absent or disagree. Nothing of the load was kept."""


class TransformError(WarehouseError):
    """dbt stopped: a model failed or a test found rows. The publication stays as it was."""


class PublishError(WarehouseError):
    """There is nothing that may be published; the last publication stays as it was."""


class NoPublication(WarehouseError):
    """Nothing was published yet, so there is nothing to read."""


class CrosswalkError(WarehouseError):
    """A value, list, feed or code that does not exist was to be decided about."""


class QueryError(WarehouseError):
    """The query is wrong: a name that does not exist, bad syntax, or a wish to write."""
