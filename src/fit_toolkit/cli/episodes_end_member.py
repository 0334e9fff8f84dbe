"""`fit episodes end-member`: say when a member left an episode that goes on."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("end-member")
@click.argument("episode")
@click.argument("client")
@click.option("--on", type=DAY, help="The last day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, client: str, on: date | None, dry_run: bool) -> None:
    """Say on which day CLIENT left EPISODE, which goes on for the others."""
    from fit_toolkit.store import people

    day = on or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.end_member(c, episode, client, left_on=day, at=app.practice.now())
    app.done(f"A member of episode {episode} left on {day}.", dry_run=dry_run)
