"""``nnsc demo | up | down | status``: Airflow on this machine."""

from __future__ import annotations

import sys

import click

from commands.output import as_json
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in (demo, up, down, status):
        group.add_command(command)


@click.command()
@click.option("--port", type=int, default=8080, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.pass_obj
def up(settings: Settings, port: int) -> None:
    """Start Airflow here, with everything in place, and wait until it is ready."""
    from stack.api import up as start

    click.echo("Starting Airflow (about half a minute) ...")
    url = start(settings, port or None, click.echo)
    click.echo(f"Airflow: {url}  (this machine only, everybody is admin)\nEnd it with: make down")


@click.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """End the Airflow that `up` started, with all its processes."""
    from stack.api import down as end

    click.echo("Airflow has ended." if end(settings) else "No Airflow was running here.")


@click.command()
@as_json
@click.pass_obj
def status(settings: Settings, json_: bool) -> None:
    """Whether Airflow runs here, where, and how its components are."""
    import json
    from dataclasses import asdict

    from stack.api import status as ask

    found = ask(settings)
    if json_:
        click.echo(json.dumps(asdict(found)))
    elif found.running:
        parts = ", ".join(f"{name} {state}" for name, state in (found.components or {}).items() if state != "None")
        click.echo(f"Airflow runs at {found.url}: {parts}")
    else:
        click.echo("No Airflow is running here.")


@click.command()
@click.option("--seed", type=int, default=20261121, show_default=True)
@click.option("--people", type=int, default=3000, show_default=True)
@click.option("--months", type=int, default=12, show_default=True)
@click.pass_obj
def demo(settings: Settings, seed: int, people: int, months: int) -> None:
    """Simulated agencies through a real Airflow to the marts, in a home of its own (demo/ under the home)."""
    from demo.api import run_demo

    good = run_demo(settings, seed=seed, people=people, months=months, say=click.echo)
    sys.exit(0 if good else 3)
