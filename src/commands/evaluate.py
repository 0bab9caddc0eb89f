"""``nnsc evaluate``: register the specification of an evaluation, run it, list them."""

from __future__ import annotations

import sys

import click

from commands.output import as_json, decided, decided_by, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(evaluate)


@click.group()
def evaluate() -> None:
    """Did it work? Specifications are registered first, then run on the published marts (docs/evaluations.md)."""


@evaluate.command("register")
@click.argument("spec")
@decided_by
@click.pass_obj
def register_one(settings: Settings, spec: str, who: str, why: str) -> None:
    """Register SPEC (a name in evaluations/, or a file), or record what was changed in it since.

    What no data will mend is refused before anything is registered; what is still to come is named, and registered.
    """
    from outcomes.registration import register as run
    from outcomes.registration import registrations
    from outcomes.specification import Specification, load
    from outcomes.trial import tried
    from reports.evaluation import POOLS, specification_file
    from reports.pool import load_pool

    file = specification_file(settings, spec)
    found = load_pool(settings, file) if file.parent.name == POOLS else load(file)
    untried = tried(settings, found, file) if isinstance(found, Specification) else []
    outcome = run(settings, found, who, why)
    decided(outcome, f"{found.name} is registered as {found.digest[:16]}.")
    for sentence in untried:
        click.echo(f"  {sentence} If that is no mistake in writing, the run will tell.")
    if outcome.is_effective:
        for change in registrations(settings, found.name)[-1].changed:
            click.echo(f"  {change['field']}: {change['before']} -> {change['after']}")


@evaluate.command("run")
@click.argument("spec")
@click.option("--publication", "number", type=int, help="A kept publication by its number (default: the newest).")
@click.pass_obj
def run_one(settings: Settings, spec: str, number: int | None) -> None:
    """Run SPEC as it was registered; refused if it was not, or was changed since."""
    from reports.evaluation import run_evaluation

    done = run_evaluation(settings, spec, number)
    verdict, e = done.result["verdict"], done.result["estimate"]
    reasons = f" ({', '.join(verdict['reasons'])})" if verdict["reasons"] else ""
    click.echo(f"{done.result['name']}: {verdict['word']}{reasons}")
    click.echo(f"  ratio {e['ratio']} (95% {e['low']} to {e['high']}), {e['method']}")
    for harm in done.result["harms"]:
        click.echo(f"  {harm['title']['en']}: {harm['why_not'] or harm['verdict']['word']}")
    click.echo(f"  publication {done.result['extract']['publication_id']}: {done.folder / 'index.html'}")


@evaluate.command("pool")
@click.argument("pool")
@click.pass_obj
def run_pooled(settings: Settings, pool: str) -> None:
    """Pool the newest results of the evaluations that POOL names (a name in evaluations/pools/, or a file)."""
    from reports.pool import run_pool

    done = run_pool(settings, pool)
    verdict, e = done.result["verdict"], done.result["estimate"]
    reasons = f" ({', '.join(verdict['reasons'])})" if verdict["reasons"] else ""
    click.echo(f"{done.result['name']}: {verdict['word']}{reasons}")
    if e is not None:
        click.echo(f"  ratio {e['ratio']} (95% {e['low']} to {e['high']}), {e['method']}")
    for member in done.result["members"]:
        click.echo(
            f"  {member['name']}: " + (f"left out ({member['why_out']})" if member["why_out"] else f"{member['ratio']}")
        )
    click.echo(f"  {done.folder / 'index.html'}")


@evaluate.command("displacement")
@click.argument("place", metavar="JURISDICTION")
@click.argument("market")
@click.option("--months", type=click.IntRange(min=1), default=12, show_default=True, help="Months before, and after.")
@click.option("--measure", default="drug_calls", show_default=True, help="A count of mart_dmi__market_month.")
@click.option("--drawing", type=int, help="Version of the market's drawing (default: the newest).")
@click.pass_obj
def displacement(settings: Settings, place: str, market: str, months: int, measure: str, drawing: int | None) -> None:
    """Did a drug MARKET close after its notification, or move around the corner? A description, no verdict."""
    from outcomes.markets import displaced, told

    found = displaced(settings, place, market, months, measure, drawing)
    click.echo(f"{found.market_id} (drawing {found.version}) of {place}: {measure}, notified {found.notified:%Y-%m}")
    first, last = (f"{w[0]:%Y-%m} to {w[-1]:%Y-%m}" for w in (found.before, found.after))
    counts = [(ring, found.cells[ring], c.before, c.after) for ring, c in found.changes.items()]
    rows(("", "cells", first, last), counts, False)
    for line in told(found):
        click.echo(line)


@evaluate.command("refresh")
@click.pass_obj
def refresh_all(settings: Settings) -> None:
    """Run every registered specification that was not yet, on the newest publication: what the DAG does each night."""
    from reports.evaluations import refresh

    found = refresh(settings, on_event=click.echo)
    sys.exit(2 if any(one.state == "wrong" for one in found) else 0)


@evaluate.command("list")
@as_json
@click.pass_obj
def list_all(settings: Settings, json_: bool) -> None:
    """Every specification in evaluations/: whether it is registered as it stands, and what the last run found."""
    from outcomes.registration import last_result, registrations
    from outcomes.specification import load

    found = []
    for file in sorted((settings.project / "evaluations").glob("*.yml")):
        spec = load(file)
        known = registrations(settings, spec.name)
        state = "not registered" if not known else "registered" if known[-1].digest == spec.digest else "changed since"
        result = last_result(settings, spec.name)
        ran = (result["verdict"]["word"], result["extract"]["publication_id"]) if result else ("", "")
        found.append([spec.name, state, len(known), f"{known[-1].at:%Y-%m-%d}" if known else "", *ran])
    rows(("name", "state", "registrations", "last_registered", "verdict", "publication"), found, json_)
