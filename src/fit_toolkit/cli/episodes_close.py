"""`fit episodes close`: close an episode, with a reason."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("close")
@click.argument("episode")
@click.option("--reason", required=True, help="Why it ended, such as: planned end, moved away, did not come back.")
@click.option("--on", type=DAY, help="The last day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, reason: str, on: date | None, dry_run: bool) -> None:
    """Close EPISODE on its last day. Memberships and assignments end with it."""
    from fit_toolkit.store import people

    day = on or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.close_episode(c, episode, on=day, reason=reason, at=app.practice.now())
    app.done(f"Closed episode {episode} on {day}.", dry_run=dry_run)
