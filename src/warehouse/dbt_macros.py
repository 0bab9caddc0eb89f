"""The macros that dbt hands to every node, made without doing the same work for each.

dbt sorts its six hundred macros into namespaces anew for every context, of which a node has two: a tenth of a build.
Which macro is found under which name depends on the project and on the node's package only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.include.global_project import PROJECT_NAME

Names = dict[str, Any]
#: The project that was built last, how many macros its packages had then, and those of the internal ones by name.
_last: tuple[Any, tuple[int, ...], Names] = (None, (), {})


class Namespace(MacroNamespace):  # type: ignore[misc]
    """What dbt's own namespace finds, in one look: a node's package goes before the project, and that before dbt."""

    def __init__(self, global_namespace: Names, local_namespace: Names, internal: Names, packages: Names) -> None:
        super().__init__(global_namespace, local_namespace, internal, packages)
        self._found = internal | {PROJECT_NAME: internal} | packages | global_namespace | local_namespace

    def __getitem__(self, key: str) -> Any:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def hand_out_quickly() -> None:
    """From now on dbt makes its namespaces in this way, in this process."""
    MacroNamespaceBuilder.build_namespace = _build


def _build(self: MacroNamespaceBuilder, macros_by_package: Mapping[str, Names], ctx: dict[str, Any]) -> MacroNamespace:
    def made(macros: Names) -> Names:
        return {name: _generator(macro, ctx, self.node, self.thread_ctx) for name, macro in macros.items()}

    internal = self.internal_package_names
    packages = {name: made(macros) for name, macros in macros_by_package.items() if name not in internal}
    local = packages.get(self.search_package, {})
    root = packages.get(self.root_package, {}) if self.root_package != self.search_package else {}
    return Namespace(root, local, made(_internal(self, macros_by_package)), packages)


def _internal(builder: MacroNamespaceBuilder, macros_by_package: Mapping[str, Names]) -> Names:
    """The macros of dbt and its adapters; of one name, that of the package which is first in dbt's order."""
    global _last
    packages = [macros_by_package.get(name, {}) for name in reversed(builder.internal_package_names_order)]
    sizes = tuple(map(len, packages))  # while a project is parsed, its macros become more
    if _last[0] is not macros_by_package or _last[1] != sizes:
        found = {name: macro for macros in packages for name, macro in macros.items()}
        _last = (macros_by_package, sizes, found)
    return _last[2]


def _generator(macro: Any, ctx: dict[str, Any], node: Any, stack: Any) -> MacroGenerator:
    """``MacroGenerator(macro, ctx, node, stack)`` without its three constructors."""
    made = MacroGenerator.__new__(MacroGenerator)
    made.__dict__ = {"context": ctx, "macro": macro, "node": node, "stack": stack}
    return made
