"""The feed file that reads a filled-in template: every heading is the contract column of the same name."""

from __future__ import annotations

from typing import Any

import yaml

from feeds.contracts import Contract

#: Excel's cells of a date, as the reader gives them, and what people type into a cell of text.
_DATES = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y"]
_TIMES = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M"]


def feed_file(contract: Contract, feed_id: str) -> str:
    """YAML of ``jurisdictions/<feed_id>.yml`` for a template, which is dropped as xlsx in the feed's bucket."""
    spec: dict[str, Any] = {
        "description": f"{contract.description} (the platform's template, filled in by the agency)",
        "publisher": "The agency that fills in the template",
        "verified": "headings of the template that `nnsc template` writes",
        "connector": {"kind": "bucket", "path": feed_id, "pattern": "*.xlsx"},
        "reader": {"kind": "excel"},
        "delivery": {"mode": "full"},
        "layouts": [
            {
                "name": "template",
                "records": [
                    {
                        "kind": contract.kind,
                        "key": {"columns": contract.row_key},
                        "map": {name: _mapped(name, column.type) for name, column in contract.columns.items()},
                    }
                ],
            }
        ],
    }
    return yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=120)


def _mapped(name: str, kind: str) -> Any:
    if kind == "date":
        return {"from": name, "parse": _DATES}
    if kind == "timestamp":
        return {"from": name, "parse": _TIMES}
    return name
