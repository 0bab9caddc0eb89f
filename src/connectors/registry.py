"""Connectors and readers by the ``kind`` that a feed file names. A new one is a line here and a class of its own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import ValidationError

from connectors.base import Connector, Reader
from connectors.credentials import HIDDEN, is_secret_key
from connectors.errors import ConfigurationError

#: kind -> "module:class"; imported on first use, so that one protocol does not cost the others' imports.
CONNECTORS = {
    "bucket": "connectors.bucket:BucketConnector",
    "socrata": "connectors.socrata:SocrataConnector",
    "arcgis": "connectors.arcgis:ArcGISConnector",
    "ckan": "connectors.ckan:CkanConnector",
    "carto": "connectors.carto:CartoConnector",
    "http": "connectors.http:HttpConnector",
    "sftp": "connectors.sftp:SftpConnector",
    "sql": "connectors.sql:SqlConnector",
}
#: Kinds that cannot work without a connection.
NEED_CONNECTION = ("sftp", "sql")
READERS = {
    "delimited": "connectors.delimited:DelimitedReader",
    "fixed_width": "connectors.fixedwidth:FixedWidthReader",
    "excel": "connectors.excel:ExcelReader",
    "json": "connectors.jsonfile:JsonReader",
    "xml": "connectors.xmlfile:XmlReader",
    "parquet": "connectors.parquet:ParquetReader",
}


def _make(registry: dict[str, str], what: str, kind: str, options: dict[str, Any]) -> Any:
    if kind not in registry:
        raise ConfigurationError(f"unknown_{what}", f"{what} kind {kind!r} does not exist; use: {', '.join(registry)}.")
    module, _, name = registry[kind].partition(":")
    try:
        return getattr(import_module(module), name)(**options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        found = HIDDEN if is_secret_key(key) else repr(first.get("input"))
        shown = "" if first["type"] == "missing" else f" (found {found})"
        raise ConfigurationError(f"bad_{what}", f"{what}.{key}: {first['msg']}{shown}.") from None


def make_connector(kind: str, options: dict[str, Any]) -> Connector:
    """The connector of a feed.

    Raises:
        ConfigurationError: the kind does not exist or its options are wrong.
    """
    connector: Connector = _make(CONNECTORS, "connector", kind, options)
    return connector


def make_reader(kind: str, options: dict[str, Any]) -> Reader:
    """The reader of a feed.

    Raises:
        ConfigurationError: the kind does not exist or its options are wrong.
    """
    reader: Reader = _make(READERS, "reader", kind, options)
    return reader
