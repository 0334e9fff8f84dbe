"""`fit alerts resolve`: say that alerts are dealt with."""

from __future__ import annotations

import click

from fit_toolkit.cli.acting import by_option, note_option, say_findings
from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option


@click.command("resolve")
@click.argument("alerts", type=ALERT_ID, nargs=-1, required=True, metavar="ID...")
@click.option("--action", required=True, metavar="WORD",
              help="What was done: the beginning of an action word, or its number (fit alerts ack --help).")  # fmt: skip
@note_option
@by_option
@dry_run_option
@pass_app
def command(app: App, alerts: tuple[int, ...], action: str, note: str, by: str | None, dry_run: bool) -> None:
    """Say that the alerts ID are dealt with; they stay done until something new or worse comes up."""
    from fit_toolkit.alerts.acts import Actor, resolve
    from fit_toolkit.alerts.ticks import Tick, action_of

    ticks = [Tick(alert, action_of(action), note) for alert in dict.fromkeys(alerts)]
    with say_findings(app):
        done = resolve(app.practice.store, ticks, Actor(by or app.actor, app.practice.now(), dry_run))
    app.done(f"Resolved {count(len(done), 'alert')}.", dry_run=dry_run)
