"""Namespaces made quickly hold what dbt's own hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dbt.context.macros import MacroNamespaceBuilder

from warehouse import dbt_macros

ORDER = ["dbt_duckdb", "dbt_postgres", "dbt"]
SLOWLY = MacroNamespaceBuilder.build_namespace


def project(**packages: list[str]) -> dict[str, dict[str, Any]]:
    return {
        package: {
            name: SimpleNamespace(name=name, package_name=package, unique_id=f"{package}.{name}") for name in names
        }
        for package, names in packages.items()
    }


def told(build: Any, macros: dict[str, dict[str, Any]], package: str) -> dict[str, Any]:
    """What each name leads to, whether asked at once, from a package or one by one."""
    ctx, node, stack = {"a": 1}, object(), object()
    found = build(MacroNamespaceBuilder("site", package, stack, ORDER, node), macros, ctx)  # type: ignore[arg-type]

    def of(generator: Any) -> Any:
        if isinstance(generator, dict):
            return {name: of(one) for name, one in generator.items()}
        given = dict(vars(generator))
        assert (given.pop("context"), given.pop("node"), given.pop("stack")) == (ctx, node, stack)
        return type(generator), given

    flat: dict[str, Any] = {}
    flat.update(found)
    asked = {name: of(found[name]) for name in found}
    assert asked == {name: of(one) for name, one in flat.items()}
    assert len(found) == len(flat)
    assert "nothing" not in found
    for name in (None, "dbt", *(p for p in macros if p not in ORDER)):
        asked |= {f"{name}!{m}": of(one) if (one := found.get_from_package(name, m)) else None for m in flat}
    return asked


def test_each_name_leads_where_dbt_leads_it() -> None:
    macros = project(
        dbt=["ref", "matches", "create_table"],
        dbt_duckdb=["create_table", "load"],
        dbt_postgres=["create_table", "load", "grant"],
        site=["matches", "month_of", "create_table"],
        helper=["month_of", "grant", "own"],
    )
    for package in ("site", "helper", "dbt", "dbt_duckdb"):
        assert told(dbt_macros._build, macros, package) == told(SLOWLY, macros, package), package


def test_macros_that_come_while_a_project_is_parsed_are_found() -> None:
    macros = project(dbt=["ref"], site=["month_of"])
    told(dbt_macros._build, macros, "site")
    macros["dbt"] |= project(dbt=["late"])["dbt"]
    assert told(dbt_macros._build, macros, "site") == told(SLOWLY, macros, "site")
