"""How good links are, against the truth: pairs, B-cubed, people merged falsely or split, by stratum.

Pairwise: of the pairs of mentions put together, the share that is one person (precision), and of the pairs that are one
person, the share put together (recall). B-cubed (Bagga and Baldwin 1998): the same per mention, averaged. A person is
falsely merged when a cluster with one of their mentions holds somebody else's, split when their mentions lie in
several.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Quality:
    """The measures; shares between 0 and 1 (nan where there is nothing to share)."""

    mentions: int
    people: int
    precision: float
    recall: float
    f1: float
    bcubed_precision: float
    bcubed_recall: float
    false_merged: float
    split: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def _codes(values: NDArray[Any]) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def per_mention(truth: NDArray[Any], found: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Per mention: size of its person, of its cluster, of their overlap."""
    t, f = _codes(truth), _codes(found)
    cell = t * (f.max() + 1 if len(f) else 1) + f
    _, at, counts = np.unique(cell, return_inverse=True, return_counts=True)
    return {"person": np.bincount(t)[t], "cluster": np.bincount(f)[f], "both": counts[at], "code": t}


def quality(truth: NDArray[Any], found: NDArray[Any], where: NDArray[np.bool_] | None = None) -> Quality:
    """The measures over all mentions, or over those of the people in ``where`` (a stratum).

    For a stratum every pair counts that has at least one end in it, each end half.
    """
    return summarize(per_mention(truth, found), where)


def summarize(parts: dict[str, NDArray[Any]], where: NDArray[np.bool_] | None = None) -> Quality:
    """:func:`quality` from :func:`per_mention`, so that many strata cost little."""
    chosen = slice(None) if where is None else where
    person, cluster, both, code = (parts[name][chosen] for name in ("person", "cluster", "both", "code"))
    true_found, found_pairs, true_pairs = (both - 1).sum(), (cluster - 1).sum(), (person - 1).sum()
    people, first = np.unique(code, return_inverse=True)
    merged = np.bincount(first, weights=cluster > both) > 0
    parted = np.bincount(first, weights=person > both) > 0
    precision, recall = _share(true_found, found_pairs), _share(true_found, true_pairs)
    return Quality(
        len(person), len(people), precision, recall, _share(2 * precision * recall, precision + recall),
        float(np.mean(both / cluster)) if len(both) else float("nan"),
        float(np.mean(both / person)) if len(both) else float("nan"),
        _share(merged.sum(), len(people)), _share(parted.sum(), len(people)),
    )  # fmt: skip


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def bootstrap(
    parts: dict[str, NDArray[Any]], where: NDArray[np.bool_], draws: int = 200, seed: int = 1
) -> dict[str, tuple[float, float]]:
    """95% intervals by drawing people (not mentions: those of one person go right or wrong together)."""
    rng = np.random.default_rng(seed)
    person, cluster, both, code = (parts[name][where] for name in ("person", "cluster", "both", "code"))
    people, at = np.unique(code, return_inverse=True)
    sums = [np.bincount(at, weights=w) for w in (both - 1, cluster - 1, person - 1)]
    sums += [(np.bincount(at, weights=w) > 0).astype(float) for w in (cluster > both, person > both)]
    table = np.stack(sums, axis=1)
    drawn = []
    for _ in range(draws):
        weights = np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people))
        total = weights @ table
        drawn.append((_share(total[0], total[1]), _share(total[0], total[2]), total[3] / len(people),
                      total[4] / len(people)))  # fmt: skip
    low, high = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    names = ("precision", "recall", "false_merged", "split")
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate(names)}
