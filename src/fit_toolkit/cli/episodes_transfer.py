"""`fit episodes transfer`: hand an episode to another therapist."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY, begins
from fit_toolkit.cli.output import dry_run_option


@click.command("transfer")
@click.argument("episode")
@click.option("--to", metavar="CODE", required=True, help="The therapist who takes over.")
@click.option("--on", type=DAY, help="Their first day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, to: str, on: date | None, dry_run: bool) -> None:
    """Hand EPISODE to another therapist; what is known about the work together starts anew with them."""
    from fit_toolkit.store import people

    day = begins(app, on)
    with app.practice.store.begin(dry_run=dry_run) as c:
        moved = people.transfer(c, episode, to, on=day, at=app.practice.now())
    if moved:
        app.say(f"Forms of sessions since then that go with it: {moved}.")
    app.done(f"Episode {episode} is {to}'s from {day}.", dry_run=dry_run)
