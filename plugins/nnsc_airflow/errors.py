"""What a task does about an error: try again, or stop and tell a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from nnsc_airflow.names import NOTE


def fail(context: Context | None, message: str) -> NoReturn:
    """End the task without retries; the message becomes the note of the run (``run_note.py``).

    Raises:
        AirflowFailException: always.
    """
    remark(context, message)
    raise AirflowFailException(message)


def remark(context: Context | None, message: str) -> None:
    """Let a message become the note of the run (``run_note.py``) when the run ends."""
    if context and "ti" in context:
        context["ti"].xcom_push(key=NOTE, value=message)


@contextmanager
def judged(context: Context | None = None) -> Iterator[None]:
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
        fail(context, f"{error.code}: {error}")
    except SpecificationError as error:
        fail(context, str(error))
