"""``nnsc build | publish | query | explain``: the warehouse."""

from __future__ import annotations

import getpass
import json

import click

from commands.output import as_json, decided_by, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in (build, publish, query, explain, docs):
        group.add_command(command)


@click.command()
@click.pass_obj
def build(settings: Settings) -> None:
    """Load change sets, run dbt with its tests, publish."""
    from warehouse.api import build as run

    result = run(settings, on_event=click.echo)
    tables = result.published.tables
    click.echo(f"Published {sum(tables.values()):,} rows in {len(tables)} tables: {result.published.path}")


@click.group(invoke_without_command=True)
@click.option("--tier", type=click.Choice(["T0", "T1", "T2", "T3", "T4"]), help="For each recipient of this tier.")
@click.option("--recipient", "names", multiple=True, help="For this recipient (policies/recipients.yml; repeatable).")
@click.option("--who", default=getpass.getuser, help="Who decides (T3 and T4 take two people).")
@click.option("--why", default="", help="Why, in a sentence; needed for T3 and T4.")
@click.pass_context
def publish(context: click.Context, tier: str | None, names: tuple[str, ...], who: str, why: str) -> None:
    """Write the publication anew from the last good build, or with --tier or --recipient those of recipients.

    `diff` and `list` tell of those that are kept.
    """
    if context.invoked_subcommand is not None:
        return
    if tier or names:
        _for_recipients(context.obj, tier, names, who, why)
    else:
        from warehouse.api import publish as run

        result = run(context.obj)
        click.echo(f"Published {len(result.tables)} tables as publication {result.publication_id}: {result.path}")


def _for_recipients(settings: Settings, tier: str | None, names: tuple[str, ...], who: str, why: str) -> None:
    from warehouse.api import publish_for

    for done in publish_for(settings, tier, names, who, why):
        if done.waits_for is not None:
            click.echo(
                f"{done.recipient} ({done.tier}): decision {done.waits_for} waits for a second, different person."
            )
            continue
        left = f", {done.suppressed:,} small numbers left out" if done.suppressed else ""
        click.echo(f"{done.recipient} ({done.tier}): {len(done.tables)} tables{left}: {done.path}")


@publish.command()
@click.argument("recipient")
@decided_by
@click.pass_obj
def rotate(settings: Settings, recipient: str, who: str, why: str) -> None:
    """Give RECIPIENT's pseudonyms a new key; the next `publish --recipient` uses it."""
    from warehouse.api import rotate_key

    number = rotate_key(settings, recipient, who, why)
    click.echo(f"{recipient}: key {number} holds from the next publication on.")


@publish.command("list")
@as_json
@click.pass_obj
def list_(settings: Settings, json_: bool) -> None:
    """The publications that are kept, newest first."""
    from warehouse.kept import publications

    headings = ["publication", "published_at", "change_sets", "tables", "rows"]
    told = [(kept.publication_id, kept.manifest, kept.tables.values()) for kept in publications(settings)]
    rows(headings, [(n, m["published_at"], m["change_sets"], len(t), sum(t)) for n, m, t in told], json_)


@publish.command()
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@click.option("--table", default="", help="Show the rows of one table (schema.table) that left (-) or came (+).")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to show of each sort.")
@as_json
@click.pass_obj
def diff(settings: Settings, old: int | None, new: int | None, table: str, limit: int, json_: bool) -> None:
    """What changed from publication OLD to NEW (from the last but one to the last, unless told)."""
    from warehouse.diff import diff as run

    found = run(settings, old, new, table, limit)
    if table and found.changes:
        rows(found.changes[0].columns, found.changes[0].rows, json_)
        return
    told = [(c.table, c.before, c.after, c.left, c.came) for c in found.changes]
    rows(["table", "rows_before", "rows_after", "rows_left", "rows_came"], told, json_)
    if not json_:
        click.echo(f"Publication {found.before} -> {found.after}: {found.unchanged} tables are the same.")


@click.command()
@click.argument("sql")
@click.option("--publication", "number", type=int, help="A kept one (`nnsc publish list`).")
@as_json
@click.pass_obj
def query(settings: Settings, sql: str, number: int | None, json_: bool) -> None:
    """Ask the publication a question in SQL (schemas core, marts, reference)."""
    from warehouse.api import query as run

    result = run(settings, sql, number)
    rows(result.columns, result.rows, json_)


@click.command()
@click.argument("mart")
@click.option("--where", default="true", show_default=True, help="SQL condition on the mart's columns.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Cells and records to list.")
@as_json
@click.pass_obj
def explain(settings: Settings, mart: str, where: str, limit: int, json_: bool) -> None:
    """From cells of MART to records, batches and rows of files, and why they changed since the publication before."""
    from dataclasses import asdict

    from ingest.api import outcomes
    from warehouse.explain import explain as run

    found = run(settings, mart, where, limit)
    files = {outcome.delivery_id: outcome.file_name for outcome in outcomes(settings)}
    sources = [{**asdict(source), "file": files.get(source.batch_id)} for source in found.sources]
    if json_:
        click.echo(json.dumps({**asdict(found), "sources": sources}, default=str, indent=1))
        return
    click.echo(f"{found.table}, publication {found.publication}:")
    rows(found.cells.columns, found.cells.rows, False)
    if len(found.cells.rows) == limit:
        click.echo(f"The first {limit} cells; --limit lists more, --where chooses some.")
    if found.cells_before is not None and found.cells_before != found.cells:
        click.echo(f"\nIn publication {found.compared_with}, the one before:")
        rows(found.cells_before.columns, found.cells_before.rows, False)
    if found.rules_changed:
        click.echo("\nThe rules (dbt models) changed between the two publications.")
    told = ", ".join(f"{number:,} {fate}" for fate, number in found.fates.items()) or "none"
    click.echo(f"\nRecords behind it: {told}")
    headings = ["fate", "record_kind", "feed_id", "file", "row_number", "record_no", "known_at", "batch_id"]
    headings += ["withdrawn_by", "record_key"]
    rows(headings, [[source[name] for name in headings] for source in sources], False)


@click.command()
@click.pass_obj
def docs(settings: Settings) -> None:
    """Write docs/marts.md, and the page of all models that Airflow shows (Browse > Models), from what they say."""
    from warehouse.docs import write_docs
    from warehouse.marts_page import write

    click.echo(f"Written: {write(settings.project)}, {write_docs(settings)}")
