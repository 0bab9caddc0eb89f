"""The layout to add when an agency renames or drops columns, written from the layout that no longer fits."""

from __future__ import annotations

import difflib
import re
from typing import Any

import yaml

from feeds.spec import Layout

#: The reason that is proposed for headings which are new.
UNUSED = "new, and not needed yet"
#: Likeness (0 to 1, difflib's ratio) from which a new heading is taken for a renamed one.
_LIKE = 0.6


def changed_layout(layout: Layout, missing: list[str], unknown: list[str]) -> str:
    """YAML of a layout for files in which ``missing`` headings are gone and ``unknown`` ones are new.

    A gone heading is taken for renamed where a new one is like it, or where there is but one of each; what was made
    from another gone heading becomes null, and what is new otherwise is ignored.
    """
    renamed = renames(missing, unknown)
    raw: dict[str, Any] = layout.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    raw["name"] = f"{layout.name}, changed"
    new = [heading for heading in unknown if heading not in renamed.values()]
    has = [*layout.when.has_columns, *renamed.values()]
    raw["when"] = {
        "has_columns": [heading for heading in has if heading not in missing],
        "lacks_columns": [*layout.when.lacks_columns, *missing],
    }
    ignored = {**layout.ignore, UNUSED: [*layout.ignore.get(UNUSED, []), *new]}
    left = {why: [name for name in names if name not in missing] for why, names in ignored.items()}
    raw["ignore"] = {why: names for why, names in left.items() if names}
    gone = set(missing) - renamed.keys()
    raw["records"] = [_record(record, renamed, gone) for record in raw["records"]]
    text = yaml.safe_dump([raw], allow_unicode=True, sort_keys=False, width=110)
    return "".join(f"  {line}\n" for line in text.splitlines())


def renames(missing: list[str], unknown: list[str]) -> dict[str, str]:
    """Gone heading -> the new heading that it probably became."""
    if len(missing) == len(unknown) == 1:
        return {missing[0]: unknown[0]}
    found: dict[str, str] = {}
    for heading in missing:
        left = {name.casefold(): name for name in unknown if name not in found.values()}
        like = difflib.get_close_matches(heading.casefold(), list(left), n=1, cutoff=_LIKE)
        if like:
            found[heading] = left[like[0]]
    return found


def _record(record: dict[str, Any], renamed: dict[str, str], gone: set[str]) -> dict[str, Any]:
    changed = {name: _replaced(value, renamed) for name, value in record.items() if name != "kind"}
    if isinstance(changed.get("where"), str):
        for old, new in renamed.items():
            changed["where"] = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, changed["where"])
    changed["map"] = {column: _mapped(mapped, gone) for column, mapped in changed["map"].items()}
    return {"kind": record["kind"], **changed}


def _replaced(value: Any, renamed: dict[str, str]) -> Any:
    """Headings inside lists and mappings' values under their new names."""
    if isinstance(value, dict):
        return {key: _replaced(inner, renamed) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, renamed) for inner in value]
    return renamed.get(value, value) if isinstance(value, str) else value


def _mapped(mapped: Any, gone: set[str]) -> Any:
    """A column made from a heading that is gone is null; one made from a single heading is written short."""
    if not isinstance(mapped, dict):
        return mapped
    if gone & set(mapped.get("from", [])):
        return None
    return mapped["from"][0] if set(mapped) == {"from"} and len(mapped["from"]) == 1 else mapped
