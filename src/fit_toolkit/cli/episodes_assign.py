"""`fit episodes assign`: add a cotherapist or a supervisor."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("assign")
@click.argument("episode")
@click.argument("staff")
@click.option("--role", type=click.Choice(("cotherapist", "supervisor")), required=True, help="As what.")
@click.option("--on", type=DAY, help="Their first day; today when left out.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, staff: str, role: str, on: date | None, dry_run: bool) -> None:
    """Add STAFF to EPISODE beside its therapist; a change of therapist is a transfer."""
    from fit_toolkit.store import people

    day = on or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.assign(c, episode, staff, role=role, on=day, at=app.practice.now())
    app.done(f"{staff} is {role} of episode {episode} from {day}.", dry_run=dry_run)
