"""``nnsc``: the platform on the command line. Exit 0 done, 1 the data was refused, 2 wrong use, 3 a fault of ours."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import click

from settings import load_settings

# Commands import what they need when they run: the command line itself stays quick.


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(path_type=Path), envvar="NNSC_HOME", help="Root of everything a run writes.")
@click.pass_context
def nnsc(context: click.Context, home: Path | None) -> None:
    """Data platform of the National Network for Safe Communities."""
    context.obj = load_settings(**({"home": home} if home else {}))


def main() -> None:
    """Entry point: turns our errors into one sentence and an exit code."""
    from commands.exits import OURS, exit_code, sentence

    try:
        nnsc(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit("interrupted")
    except OURS as error:
        click.echo(sentence(error), err=True)
        sys.exit(exit_code(error))
    except Exception:
        traceback.print_exc()
        sys.exit(3)


def _register() -> None:
    from commands import (
        agency,
        crosswalk,
        data,
        feeds,
        governance,
        history,
        ingest,
        link,
        lists,
        quarantine,
        report,
        stack,
        targeting,
    )
    from commands import evaluate as evaluations
    from commands import template as templates

    rooms = (feeds, templates, agency, ingest, quarantine, crosswalk, data, history, report, link, governance, stack)
    for module in (*rooms, evaluations, lists, targeting):
        module.register(nnsc)


_register()
