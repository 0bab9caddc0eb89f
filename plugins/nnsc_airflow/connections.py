"""The secrets of a feed's connection, from wherever this Airflow keeps its connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.credentials import Credentials


def credentials_of(connection_id: str) -> Credentials:
    """An Airflow Connection: of a secrets backend, the environment or Airflow's own database.

    Raises:
        ConfigurationError: Airflow knows no such connection; a text that it cannot read counts as none.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from connectors.credentials import Credentials
    from connectors.errors import ConfigurationError

    try:
        found = Connection.get(connection_id)
    except AirflowNotFoundException:
        raise ConfigurationError(
            "no_connection",
            f"Airflow knows no connection {connection_id!r}, or cannot read it: correct it under Admin > Connections.",
        ) from None
    extra = dict(found.extra_dejson) if found.extra else {}
    return Credentials(found.login, found.password, found.host, found.port, found.schema, extra)
