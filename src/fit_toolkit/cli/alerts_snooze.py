"""`fit alerts snooze`: put alerts off, with a reason and an end."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.acting import by_option, say_findings
from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import count, dry_run_option


@click.command("snooze")
@click.argument("alerts", type=ALERT_ID, nargs=-1, required=True, metavar="ID...")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the alert.")
@click.option("--until", type=DAY, help="The day it comes back; for safety at most 90 days away.")
@click.option("--ratings", type=int, metavar="N", help="Or: after so many more ratings.")
@by_option
@dry_run_option
@pass_app
def command(
    app: App,
    alerts: tuple[int, ...],
    reason: str,
    until: date | None,
    ratings: int | None,
    by: str | None,
    dry_run: bool,
) -> None:
    """Put the alerts ID off until a day or for some ratings; something worse brings them back before.

    A safety alert can only be put off as known, with a plan in place: --reason says which, --until when it is looked
    at again.
    """
    from fit_toolkit.alerts.acts import Actor, snooze

    practice = app.practice
    actor = Actor(by or app.actor, practice.now(), dry_run)
    with say_findings(app):
        done = snooze(
            practice.store, alerts, actor, reason=reason, today=practice.today(), until=until, ratings=ratings
        )  # fmt: skip
    end = f"until {until}" if until else f"for {ratings} ratings"
    app.done(f"Put off {count(len(done), 'alert')} {end}.", dry_run=dry_run)
