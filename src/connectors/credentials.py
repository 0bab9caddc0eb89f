"""Secrets of one connection: handed to a connector as an option, never shown, never written down."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import ConfigurationError

HIDDEN = "***"
_SECRET_KEY = re.compile(r"token|passw|secret|api_?key|private|credential", re.IGNORECASE)


@dataclass(frozen=True, repr=False)
class Credentials:
    """What an Airflow Connection holds. Its text form shows nothing of it."""

    login: str | None = None
    password: str | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Credentials(***)"

    def secrets(self) -> tuple[str, ...]:
        """Every text that must never be shown, longest first."""
        found = {
            self.password,
            self.basic() if self.login and self.password else None,
            *(v for k, v in self.extra.items() if isinstance(v, str) and is_secret_key(k)),
        }
        return tuple(sorted((text for text in found if text), key=len, reverse=True))

    def basic(self) -> str:
        """Login and password as HTTP basic authentication writes them."""
        return base64.b64encode(f"{self.login or ''}:{self.password or ''}".encode()).decode()

    def storage_options(self) -> dict[str, Any]:
        """The same for an object store (S3's names)."""
        keys = {"key": self.login, "secret": self.password}
        return {**{name: value for name, value in keys.items() if value}, **self.extra}


def is_secret_key(name: str) -> bool:
    """True for option names whose values are secrets by their meaning."""
    return _SECRET_KEY.search(name) is not None


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without any of the secrets (also where they were percent-encoded)."""
    from urllib.parse import quote, quote_plus

    for secret in secrets:
        for form in {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}:
            text = text.replace(form, HIDDEN)
    return text


def from_environment(connection_id: str, environment: Mapping[str, str] = os.environ) -> Credentials:
    """An Airflow Connection as Airflow itself reads it from ``AIRFLOW_CONN_<ID>``: a URI or JSON.

    Raises:
        ConfigurationError: there is no such variable, or it is neither.
    """
    variable = f"AIRFLOW_CONN_{connection_id.upper()}"
    text = environment.get(variable)
    if not text:
        raise ConfigurationError(
            "no_connection", f"The connection {connection_id!r} is not known here: set {variable} or add it in Airflow."
        )
    try:
        return _from_json(text) if text.lstrip().startswith("{") else _from_uri(text)
    except (ValueError, TypeError):
        message = f"{variable} is neither an Airflow connection URI nor JSON; its text is not shown here."
        raise ConfigurationError("bad_connection", message) from None


def _from_json(text: str) -> Credentials:
    raw = json.loads(text)
    extra = raw.get("extra") or {}
    return Credentials(
        raw.get("login"), raw.get("password"), raw.get("host"), int(raw["port"]) if raw.get("port") else None,
        raw.get("schema"), json.loads(extra) if isinstance(extra, str) else dict(extra),
    )  # fmt: skip


def _from_uri(text: str) -> Credentials:
    parts = urlsplit(text)
    extra: dict[str, Any] = dict(parse_qsl(parts.query))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    plain = {name: unquote(value) if value else None for name, value in
             (("login", parts.username), ("password", parts.password), ("host", parts.hostname))}  # fmt: skip
    return Credentials(**plain, port=parts.port, database=unquote(parts.path.lstrip("/")) or None, extra=extra)  # type: ignore[arg-type]
