"""The figures of ``nnsc link evaluate`` as a page to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linkage.policy import GRADES

_HEAD = """# How good the links are

Written by `nnsc link evaluate`. Simulated truth is an upper bound for real
agencies.

- *precision*, *recall*: of pairs of mentions. *B-cubed*: the same per mention, averaged.
- *falsely merged*: people with somebody else in a cluster of theirs. *split*: people whose mentions lie in several.
- Thresholds (8 linked, 17 action), rules and clamps stand in `src/linkage/policy.py` and were fixed before.
"""
_COLUMNS = ("precision", "recall", "bcubed_precision", "bcubed_recall", "false_merged", "split")
_HEADINGS = ("precision", "recall", "B-cubed precision", "B-cubed recall", "falsely merged", "split")


def as_page(found: dict[str, Any]) -> str:
    """Markdown of what :func:`linkage.evaluate.evaluate` returned."""
    parts = [_HEAD]
    if found["simulated"]:
        parts += [_simulated(found), *(_groups(found["pooled"][grade], grade) for grade in GRADES), _worst(found)]
    if found["public"]:
        rows = [(name, f"{q['mentions']:,}", f"{q['f1']:.4f}", f"{q['f1_without_rules']:.4f}", *_figures(q))
                for name, q in found["public"].items()]  # fmt: skip
        parts.append(
            "## Public sets\n\nLinked grade; trained on each set without its truth, thresholds as in production\n"
            "(`src/linkage/evaluation_sets.py`). *Without rules*: the weights alone, everything from 8 up joined; the\n"
            "difference is what vetoes and constrained clustering do.\n\n"
            + _table(("set", "records", "F1", "F1 without rules", *_HEADINGS), rows)
        )
    return "\n".join(parts)


def _figures(q: dict[str, Any]) -> tuple[str, ...]:
    return tuple(f"{q[name]:.3%}" if name in ("false_merged", "split") else f"{q[name]:.5f}" for name in _COLUMNS)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _simulated(found: dict[str, Any]) -> str:
    rows = []
    for grade in GRADES:
        pooled = found["pooled"][grade]
        rows += [(grade, name, f"{pooled[name]['people']:,}", *_figures(pooled[name]))
                 for name in ("all", "ordinary", "families", "juniors", "twins")]  # fmt: skip
        rows += [(grade, f"seed {run['seed']}", f"{run[grade]['all']['people']:,}", *_figures(run[grade]["all"]))
                 for run in found["simulated"]]  # fmt: skip
    title = f"## Simulated agencies: {len(found['simulated'])} seeds of {found['mentions']:,} mentions, and each\n\n"
    return title + _table(("grade", "of", "people", *_HEADINGS), rows)


def _groups(figures: dict[str, Any], grade: str) -> str:
    rows = []
    for name, q in figures["groups"].items():
        spans = [q["interval"][measure] for measure in ("precision", "recall", "false_merged")]
        rows.append((name, f"{q['people']:,}", f"{q['precision']:.5f} ({spans[0][0]:.5f} to {spans[0][1]:.5f})",
                     f"{q['recall']:.4f} ({spans[1][0]:.4f} to {spans[1][1]:.4f})",
                     f"{q['false_merged']:.3%} ({spans[2][0]:.3%} to {spans[2][1]:.3%})"))  # fmt: skip
    ratios = [figures["missed_worst_to_best"], figures["merged_worst_to_best"]]
    said = ["no error in the best group" if ratio is None else f"{ratio:.2f}" for ratio in ratios]
    return (
        f"## By names and sex, {grade} grade\n\nWith 95% intervals (people drawn anew 200 times).\n\n"
        + _table(("names and sex", "people", "precision", "recall", "falsely merged"), rows)
        + f"\nWorst group to best: missed pairs {said[0]}, falsely merged {said[1]}.\n"
    )


def _worst(found: dict[str, Any]) -> str:
    rows = [
        (f"{w['weight']:.1f}", "yes" if w["action"] else "no", str(w["seed"]), " and ".join(w["people"]),
         ", ".join(w["strata"]), w["evidence"])
        for w in found["worst"]
    ]  # fmt: skip
    return "## The worst false merges\n\nThe strongest edges between two simulated people in one cluster.\n\n" + _table(
        ("weight", "at action", "seed", "people", "strata", "evidence"), rows
    )
