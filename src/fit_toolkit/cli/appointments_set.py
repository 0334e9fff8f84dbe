"""`fit appointments set`: say what became of an appointment."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY, has_been
from fit_toolkit.cli.output import dry_run_option


@click.command("set")
@click.argument("episode")
@click.argument("status", type=click.Choice(("planned", "held", "cancelled", "not-attended")))
@click.option("--on", type=DAY, help="The day of the appointment; today when left out.")
@click.option("--reason", help="Why it was cancelled.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, status: str, on: date | None, reason: str | None, dry_run: bool) -> None:
    """Say that the appointment of EPISODE was held, cancelled or not attended."""
    from fit_toolkit.store import diary

    day = on or app.practice.today()
    has_been(app, day, status)
    with app.practice.store.begin(dry_run=dry_run) as c:
        diary.set_appointment(c, episode, on=day, status=status, reason=reason, at=app.practice.now())
    app.done(f"The appointment on {day} is {status}.", dry_run=dry_run)
