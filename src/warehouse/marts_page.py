"""``docs/marts.md``: what each mart answers, its grain, columns, caveats and an example, from ``dbt/models/marts``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_HEAD = """# Marts

Written by `nnsc docs` from `dbt/models/marts`; change it there. Every example runs as it stands:
`nnsc query "..."`, or in any client ([connect.md](connect.md)). Where a number comes from:
`nnsc explain MART --where "..."`; how it differs from what was published before: `nnsc publish diff`.
"""


@dataclass(frozen=True)
class Mart:
    """One mart as its ``.yml`` describes it."""

    name: str
    subject: str
    description: str
    answers: str
    caveats: list[str]
    example: str
    columns: list[dict[str, Any]]


def marts(project: Path) -> list[Mart]:
    """Every mart of the dbt project, by subject and name."""
    found = []
    for file in sorted((project / "dbt" / "models" / "marts").rglob("*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found.append(_mart(file.parent.name, model))
    return found


def _mart(subject: str, model: dict[str, Any]) -> Mart:
    meta = model.get("config", {}).get("meta", {})
    example = meta.get("example", f"select * from marts.{model['name']} limit 10")
    return Mart(
        model["name"],
        subject,
        " ".join(model["description"].split()),
        meta.get("answers", ""),
        [" ".join(text.split()) for text in meta.get("caveats", [])],
        example.strip(),
        model["columns"],
    )


def page(project: Path) -> str:
    """The whole page, in Markdown."""
    found = marts(project)
    contents = "\n".join(f"| [{mart.name}](#{mart.name}) | {mart.answers} |" for mart in found)
    sections = "\n".join("\n".join(_section(mart)) for mart in found)
    return f"{_HEAD}\n| mart | answers |\n| --- | --- |\n{contents}\n\n{sections}"


def _section(mart: Mart) -> Iterator[str]:
    yield f"## {mart.name}\n"
    if mart.answers:
        yield f"**{mart.answers}**\n"
    yield f"{mart.description}\n"
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for column in mart.columns:
        text = " ".join(column["description"].split()).replace("|", "\\|")
        yield f"| `{column['name']}` | {column['data_type']} | {text} |"
    if mart.caveats:
        yield "\nBeware:\n"
        yield from (f"- {text}" for text in mart.caveats)
    yield f"\n```sql\n{mart.example}\n```\n"


def write(project: Path) -> Path:
    """Write the page; returns where."""
    file = project / "docs" / "marts.md"
    file.write_text(page(project))
    return file
