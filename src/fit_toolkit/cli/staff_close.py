"""`fit staff close`: say when a member of staff leaves."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("close")
@click.argument("code")
@click.option("--on", type=DAY, help="Their last day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, code: str, on: date | None, dry_run: bool) -> None:
    """Say on which day the member of staff CODE leaves; their episodes have to be transferred or closed first."""
    from fit_toolkit.store import people

    day = on or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.close_staff(c, code, day)
    app.done(f"{code} leaves after {day}.", dry_run=dry_run)
