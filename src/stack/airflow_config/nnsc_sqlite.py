"""How the local Airflow opens its SQLite metadata database."""

from __future__ import annotations

#: Seconds to wait for another writer; SQLite's default of 5 was too short on a busy machine with two processors.
CONNECT_ARGS = {"timeout": 60}
