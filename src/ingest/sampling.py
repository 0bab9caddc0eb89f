"""Looking at a file or a portal that no feed file describes yet."""

from __future__ import annotations

import csv
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from connectors.base import Describes
from connectors.errors import ConfigurationError, RefusedInput
from connectors.registry import make_connector, make_reader
from connectors.textfile import opened, packing
from feeds.draft import Sample
from ingest.reading import own_database

_START = 1 << 18
_SEPARATORS = (",", ";", "\t", "|", "‡", "^", "~")
_ROWS = 2000


def sample_file(path: Path, feed_id: str) -> Sample:
    """A file: its format is guessed from its bytes, then read by that format's own reader.

    Raises:
        RefusedInput: no reader understands it.
        ConfigurationError: the file does not exist.
    """
    if not path.is_file():
        raise ConfigurationError("no_such_file", f"{path} does not exist or is no file.")
    reader = guess_reader(path)
    options = {key: value for key, value in reader.items() if key != "kind"}
    with tempfile.TemporaryDirectory() as scratch, own_database() as connection:
        table = make_reader(reader["kind"], options).read(path, connection, Path(scratch))
        query = f"select * exclude (row_number) from {table.table} order by row_number limit {_ROWS}"
        rows = connection.execute(query).fetchall()
    named = [dict(zip(table.headings, (_clean(value) for value in row), strict=True)) for row in rows]
    connector = {"kind": "bucket", "path": feed_id, "pattern": f"*{path.suffix or ''}"}
    return Sample(path.name, connector, reader, table.headings, named)


def sample_portal(url: str, feed_id: str) -> Sample:
    """A data set by its address in the browser or its service address; the protocol is told by the address.

    Raises:
        ConfigurationError: the address is of no protocol that is known here.
        RetriableError: the portal did not answer.
    """
    connector = guess_connector(url)
    options = {key: value for key, value in connector.items() if key != "kind"}
    source = cast("Describes", make_connector(connector["kind"], options))
    told = source.describe(200)
    rows = [{name: value or None for name, value in row.items()} for row in told.sample]
    return Sample(feed_id, connector, {"kind": "delimited"}, tuple(told.columns), list(rows))


def guess_connector(url: str) -> dict[str, Any]:
    """Connector and options for an address."""
    parts = urlsplit(url)
    site, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    steps = path.split("/")
    if "Server" in path and steps[-1].isdigit():
        return {"kind": "arcgis", "url": f"{site}{path}"}
    if path.endswith("/api/v2/sql") and "table" in parse_qs(parts.query):
        return {"kind": "carto", "url": f"{site}{path}", "table": parse_qs(parts.query)["table"][0]}
    if "resource" in steps and len(steps[-1]) == 36:
        return {"kind": "ckan", "url": site + path.partition("/dataset")[0], "resource": steps[-1]}
    code = next((s.partition(".")[0] for s in reversed(steps) if len(s.partition(".")[0]) == 9 and s[4] == "-"), None)
    if code:
        return {"kind": "socrata", "url": site + path.partition("/d/")[0] * ("/d/" in path), "dataset": code}
    known = "a Socrata data set, an ArcGIS layer (.../FeatureServer/0), a CKAN resource or Carto's .../sql?table=..."
    raise ConfigurationError("unknown_address", f"{url} is not {known}.")


def guess_reader(path: Path) -> dict[str, Any]:
    """Reader and options for a file."""
    with path.open("rb") as handle:
        magic = handle.read(8)
    packed = packing(path, "auto")
    if magic[:4] == b"PAR1":
        return {"kind": "parquet"}
    if magic == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or (packed == "zip" and _is_workbook(path)):
        return {"kind": "excel"}
    with opened(path, packed) as source:
        start = source.read(_START)
    encoding = _encoding(start)
    text = start.decode(encoding, errors="ignore").lstrip("\ufeff")
    head = text.lstrip()[:1]
    if head == "<":
        return {"kind": "xml", "record": _repeated_element(text)}
    if head in "{[" and head:
        lines = head == "{" and "\n{" in text.strip()
        return {"kind": "json", **({"lines": True} if lines else {})}
    return _delimited(text, encoding)


def _delimited(text: str, encoding: str) -> dict[str, Any]:
    if not text.strip():
        raise RefusedInput("empty_file", "The file is empty.")
    found: dict[str, Any] = {"kind": "delimited"}
    if encoding != "utf-8":
        found["encoding"] = encoding
    if text.count("†") > 3:
        found["line_end"] = "†"
    lines = [line for line in text.split(found.get("line_end", "\n"))[:50] if line.strip()][:-1] or text.splitlines()
    separator = max(_SEPARATORS, key=lambda s: _steadiness(lines, s))
    if separator != ",":
        found["separator"] = separator
    if separator not in ",;\t" and '"' not in text and "line_end" not in found:
        found["quote"] = ""
    return found


def _steadiness(lines: list[str], separator: str) -> float:
    """Many fields, and the same number in most lines."""
    if len(separator) == 1 and separator in ",;\t|":
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
    else:
        widths = [line.count(separator) + 1 for line in lines]
    width, count = Counter(widths).most_common(1)[0]
    return (width - 1) * count / len(widths)


def _encoding(start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        start[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(name.startswith(("xl/", "[Content_Types]", "content.xml")) for name in archive.namelist())


def _repeated_element(text: str) -> str:
    import re

    counted = Counter(re.findall(r"<(?:\w+:)?(\w+)[\s>]", text))
    nested = [name for name, n in counted.most_common() if n > 1 and re.search(rf"<(?:\w+:)?{name}[^>]*>\s*<", text)]
    return nested[0] if nested else next(iter(counted), "record")


def _clean(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None
