"""The page that benchmarks/evaluation_accuracy.py writes: docs/evaluation-accuracy.md."""

from __future__ import annotations

import pandas as pd

_HEAD = """# How often an evaluation is right

Written by `.venv/bin/python benchmarks/evaluation_accuracy.py --replications {n} --write` ({minutes:.0f} minutes): {n}
replications of each of {cells} cells, so that a share of 5% has a standard error of {error:.1f} points.

**What is simulated.** One treated site and eight for comparison, of unequal size; 36 months before the start, 24 after;
a season; months that vary beyond Poisson (log-normal, standard deviation 20%), with autocorrelation ("memory") 0 or
0.5. *level*: events a month of the treated site. *selected*: the treated site had the worst last year of ten alike, and
the specification names that year, which is left out. *selected, not told*: the same, but the specification claims that
the site was not chosen by the outcome. *shock*: all sites rise by 35% half a year before the start, for good.
*no comparison*: the treated series alone, with a registered reason; *shock, no comparison*: without one.

**What counts.** *coverage*: the 95% interval holds the planted ratio; *exact*: how often that was the exact interval of
few events. *found*: the verdict is right: it names the direction of the planted effect, or says "no sign of change"
where there is none. *false*: any other answer than that and "cannot tell". *cannot tell*: the share without an answer,
with the most frequent reason.

**Targets.** Coverage 92% to 98% (exact intervals: at least 95%), false at most 6.5%, an effect of -40% at 10 or more
events a month found in at least 80%.
{met}

## The recommended analysis

`src/outcomes/rule.py`: the treated share of each month's total, with a t by low-frequency cosines; "cannot tell" where
a condition fails, and where the interval allows both no change and one of 20%.

"""
_OTHERS = """
## How often each design misleads

At 10 and 30 events a month, the first 200 replications of a cell. *misleads*: the share of series without any effect
for which the design's 95% interval leaves 1 out (5% is what it promises). *coverage*: how often its interval holds the
planted effect (none, or -40%).

"""


def render(rows: pd.DataFrame, replications: int, seconds: float) -> str:
    """The page from a row per replication and design."""
    keys = ["scenario", "effect", "level", "memory"]
    ours = rows[rows["design"] == "recommended"]
    table = pd.DataFrame(
        [dict(zip(keys, key, strict=True)) | _cell(group) for key, group in ours.groupby(keys, sort=False)]
    )
    head = _HEAD.format(n=replications, minutes=seconds / 60, cells=len(table), met=_met(table, replications),
                        error=100 * (0.05 * 0.95 / replications) ** 0.5)  # fmt: skip
    return head + _markdown(_shown(table)) + _OTHERS + _markdown(_misleading(rows)) + "\n"


def _cell(group: pd.DataFrame) -> dict[str, object]:
    effect, word = group["effect"].iloc[0], group["verdict"]
    right = "reduction" if effect < 0 else "increase" if effect > 0 else "no sign of change"
    false = ~word.isin({right, "cannot tell"})
    silent = group[word == "cannot tell"]
    reason = silent["reasons"].mode().iloc[0] if len(silent) else ""
    return {
        "coverage": 100 * group["covers"].astype(float).mean(), "exact": 100 * group["exact"].astype(float).mean(),
        "found": 100 * (word == right).mean(), "false": 100 * false.mean(),
        "cannot tell": 100 * (word == "cannot tell").mean(), "mostly for": reason,
    }  # fmt: skip


def _met(table: pd.DataFrame, replications: int) -> str:
    """Which cells lie outside the targets by more than two standard errors: not by the chance of this study."""
    answered = table[table["cannot tell"] < 100]

    def chance(share: float) -> float:
        return 200 * (share * (1 - share) / replications) ** 0.5

    # a change that all sites share, and nothing to compare with: no interval holds that, and none is believed
    exact = table[(table["exact"] >= 50) & (table["scenario"] != "shock, no comparison")]
    large = table[table["exact"] < 50]
    low, high = large[large["coverage"] < 92 - chance(0.08)], large[large["coverage"] > 98 + chance(0.02)]
    low_exact = exact[exact["coverage"] < 95 - chance(0.05)]
    false = table[table["false"] > 6.5 + chance(0.065)]
    strong = table[(table["effect"] == -0.4) & (table["level"] >= 10) & (table["scenario"] != "shock, no comparison")]
    weak = strong[strong["found"] < 80 - chance(0.2)]
    compared = strong[~strong["scenario"].str.contains("no comparison")]
    most, least = table.loc[table["false"].idxmax()], compared.loc[compared["found"].idxmin()]
    extremes = (f"Most often false: {most['false']:.1f}% ({_name(most)}).\nWith comparison units, -40% at 10 or more a "
                f"month is found in at least {least['found']:.1f}% ({_name(least)}).")  # fmt: skip
    parts = [f"{len(table) - len(answered)} of {len(table)} cells never gave an answer, as they must.",
             "Outside by more than two standard errors:",
             *(f"- {line}" for line in (
                 _list("coverage below 92%", low), _list("coverage above 98%", high),
                 _list(f"coverage below 95% in the {len(exact)} cells with mostly exact intervals", low_exact),
                 _list("false above 6.5%", false),
                 _list("-40% at 10 or more a month found in less than 80%", weak)))]  # fmt: skip
    return "\n".join([extremes, " ".join(parts[:2]), "", *parts[2:]])


def _name(cell: pd.Series) -> str:
    effect = f"{cell['effect']:+.0%}" if cell["effect"] else "none"
    return f"{cell['scenario']} {effect} level {cell['level']:g} memory {cell['memory']:g}"


def _list(name: str, cells: pd.DataFrame) -> str:
    if cells.empty:
        return f"{name}: none."
    return f"{name}: {'; '.join(_name(cell) for _, cell in cells.iterrows())}."


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy()
    shown["effect"] = shown["effect"].map(lambda v: f"{100 * v:+.0f}%" if v else "none")
    shown["level"], shown["exact"] = shown["level"].map("{:g}".format), shown["exact"].map("{:.0f}%".format)
    for column in ("coverage", "found", "false", "cannot tell"):
        shown[column] = shown[column].map("{:.1f}%".format)
    return shown


def _misleading(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per design, scenario and memory, at 10 and more events a month."""
    told = rows["scenario"].isin(["plain", "selected, not told", "shock"]) & rows["effect"].isin([0.0, -0.4])
    compared = rows[told & (rows["level"] >= 10)]
    shown = []
    for key, group in compared.groupby(["design", "scenario", "memory"], sort=False):
        null = group[group["effect"] == 0]
        covered = group["covers"].dropna().astype(float)
        shown.append(dict(zip(["design", "scenario", "memory"], key, strict=True)) | {
            "misleads": f"{100 * null['verdict'].isin(['reduction', 'increase']).mean():.1f}%",
            "coverage": f"{100 * covered.mean():.1f}%"})  # fmt: skip
    return pd.DataFrame(shown)


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * len(table.columns), *table.astype(str).to_numpy().tolist()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
