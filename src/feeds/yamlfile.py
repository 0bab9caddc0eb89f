"""Reading YAML with the C loader; a key written twice is an error, not a silent overwrite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from feeds.errors import SpecificationError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    pass


def _unique_mapping(loader: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is written twice", key_node.start_mark
            )
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(path: Path, form: str = "README.md shows the form under: Add a feed.") -> dict[str, Any]:
    """The mapping in a YAML file; ``form`` is the sentence that says where such a file is described.

    Raises:
        SpecificationError: the file is absent, is not YAML, or holds no mapping.
    """
    try:
        with path.open(encoding="utf-8") as handle:
            data = yaml.load(handle, Loader=_Loader)
    except FileNotFoundError:
        raise SpecificationError(path, "", "the file does not exist.", "Create it or correct the name.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise SpecificationError(path, where, f"not valid YAML: {problem}.", "Correct that line.") from None
    if not isinstance(data, dict):
        raise SpecificationError(path, "", "the file holds no keys.", form)
    return data
