"""``nnsc link``: one person across agencies."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path

import click

from commands.output import as_json, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(link)


@click.group()
def link() -> None:
    """Which records are one person, and why."""


@link.command("run")
@click.option("--full", is_flag=True, help="Score every pair anew instead of what changed.")
@as_json
@click.pass_obj
def run_(settings: Settings, full: bool, json_: bool) -> None:
    """Link the records of the last build; `nnsc build` then brings the people into the marts."""
    from linkage.api import link as run

    result = run(settings, full=full, on_event=None if json_ else click.echo)
    if json_:
        rows(list(asdict(result)), [list(asdict(result).values())], True)
        return
    click.echo(
        f"{result.people:,} people ({result.action_people:,} at the action grade) from {result.mentions:,} mentions, "
        f"{result.nobody:,} of which name nobody. {result.merges} merges, {result.splits} splits, "
        f"{result.review:,} pairs wait for review (`nnsc link review`)."
    )


@link.command()
@click.option("--no-adopt", is_flag=True, help="Freeze the model, but leave the one in use.")
@click.pass_obj
def train(settings: Settings, no_adopt: bool) -> None:
    """Learn the weights from the records of the last build, check and freeze them."""
    from linkage.api import train_model

    model = train_model(settings, adopt=not no_adopt)
    for alert in model.alerts:
        click.echo(f"  {alert}")
    click.echo(f"Model {model.version} {'frozen' if no_adopt else 'in use from the next run on'}.")


@link.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many pairs.")
@as_json
@click.pass_obj
def review(settings: Settings, limit: int, json_: bool) -> None:
    """Pairs that wait for a person, most important first."""
    from linkage.api import queue
    from linkage.review import REASONS

    found = [
        (w.mention, w.other, None if w.weight is None else round(w.weight, 1), w.dependents, REASONS[w.reason])
        for w in queue(settings, limit)
    ]
    rows(("mention", "other", "weight", "records", "reason"), found, json_)


@link.command()
@click.argument("mention")
@click.argument("other")
@click.pass_obj
def show(settings: Settings, mention: str, other: str) -> None:
    """Both records side by side, the weights in words, and what a decision would change. Identified data."""
    from linkage.api import show as explain
    from linkage.explain import side_by_side

    why = explain(settings, mention, other)
    rows(("", why.mention, why.other), side_by_side(settings, why.mention, why.other), False)
    click.echo()
    if why.weight is None:
        click.echo("The evidence is too weak for a weight to have been kept.")
    else:
        rows(("compared", "found", "weight"), [(c, f, f"{w:+.1f}") for c, f, w in why.waterfall()], False)
        click.echo(f"Sum: {why.weight:+.1f} (8 joins for statistics, 17 for action).")
    if why.veto:
        click.echo(f"Vetoed: {why.veto}.")
    click.echo(why.consequence)


@link.command()
@click.argument("mention")
@click.argument("other")
@click.argument("answer", type=click.Choice(["same", "different", "cannot_tell"]))
@click.option("--who", default=getpass.getuser, help="Who decides (default: the user logged in).")
@click.option("--why", required=True, help="Why, in a sentence; it is kept.")
@click.pass_obj
def decide(settings: Settings, mention: str, other: str, answer: str, who: str, why: str) -> None:
    """Say that two records are the same person, different people, or that nobody can tell."""
    from linkage.api import decide as record

    verdict = record(settings, mention, other, answer, who, why)
    if verdict.disputed:
        click.echo("People disagree about this pair: it is kept apart and stays in the queue.")
    elif verdict.joins and not verdict.joins_for_action():
        click.echo("Kept. It holds for statistics; the action grade needs a second person.")
    else:
        click.echo("Kept. The next `nnsc link run` heeds it, and every one after.")


@link.command()
@click.option("--mentions", default=50_000, show_default=True, help="Simulated mentions per seed.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds.")
@click.option("--real", type=click.Path(path_type=Path, exists=True), help="Folder with FEBRL, RLdata and fake_1000.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all figures as JSON.")
@click.option("--page", type=click.Path(path_type=Path), help="Write all figures as a page (docs/linkage-accuracy.md).")
def evaluate(mentions: int, seeds: int, real: Path | None, out: Path | None, page: Path | None) -> None:
    """Measure linkage against known truth: simulated agencies, or public evaluation sets."""
    from linkage.evaluate import evaluate as run

    run(mentions, seeds, real, out, click.echo, page)


@link.command()
@as_json
@click.pass_obj
def network(settings: Settings, json_: bool) -> None:
    """The co-offending network at both grades: what differs between them hangs on doubtful links."""
    from network.api import summarize

    headings = ("grade", "people", "ties", "largest component", "deepest core", "communities", "stability",
                "within two steps of a victim", "mean exposure")  # fmt: skip
    rows(headings, [summarize(settings, grade).row() for grade in ("action", "linked")], json_)
