"""`fit episodes add-member`: add a client to a couple, family or group."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("add-member")
@click.argument("episode")
@click.argument("client")
@click.option("--on", type=DAY, help="The first day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, client: str, on: date | None, dry_run: bool) -> None:
    """Add CLIENT to EPISODE."""
    from fit_toolkit.store import people

    day = on or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.add_member(c, episode, client, joined_on=day, at=app.practice.now())
    app.done(f"Added a member to episode {episode} from {day}.", dry_run=dry_run)
