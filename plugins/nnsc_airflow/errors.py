"""What a task does about an error: try again, or stop and tell a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException


@contextmanager
def judged() -> Iterator[None]:
    """Fail at once where trying again cannot help; whatever else goes wrong follows the task's retries.

    Raises:
        AirflowFailException: refused input, a wrong feed file, a broken invariant.
    """
    from connectors.errors import IngestError, RetriableError
    from feeds.errors import SpecificationError
    from ingest.errors import LeaseLost

    try:
        yield
    except (RetriableError, LeaseLost):
        raise
    except IngestError as error:
        raise AirflowFailException(f"{error.code}: {error}") from error
    except SpecificationError as error:
        raise AirflowFailException(str(error)) from error
