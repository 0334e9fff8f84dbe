"""`fit alerts ack`: note what was done about alerts."""

from __future__ import annotations

from typing import TextIO

import click

from fit_toolkit.cli.acting import by_option, note_option, say_findings
from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option


@click.command("ack")
@click.argument("alerts", type=ALERT_ID, nargs=-1, metavar="[ID]...")
@click.option("--action", metavar="WORD", help="What was done: the beginning of an action word, or its number.")
@click.option("--from", "file", type=click.File(encoding="utf-8"), metavar="FILE",
              help='A list to tick off, - for stdin: lines of "ID ACTION [NOTE]".')  # fmt: skip
@note_option
@by_option
@dry_run_option
@pass_app
def command(
    app: App,
    alerts: tuple[int, ...],
    action: str | None,
    file: TextIO | None,
    note: str,
    by: str | None,
    dry_run: bool,
) -> None:
    """Note what was done about the alerts ID, or about those on a list.

    Actions: 1 talked about it, 2 changed something, 3 took to supervision, 4 referred, 5 known and planned, 6 false
    alarm, 7 other. All alerts are changed, or none.
    """
    from fit_toolkit.alerts.acts import Actor, ack
    from fit_toolkit.alerts.ticks import Tick, action_of, read_ticks

    if (file is None) == (not alerts) or (file is not None and (action or note)):
        raise click.UsageError("name alerts and an --action, or give a list with --from FILE")
    if file is None and action is None:
        raise click.UsageError("say what was done: --action WORD")
    with say_findings(app):
        if file is not None:
            ticks, findings = read_ticks(_text(file))
        else:
            ticks, findings = [Tick(alert, action_of(action or ""), note) for alert in dict.fromkeys(alerts)], []
        actor = Actor(by or app.actor, app.practice.now(), dry_run)
        done = ack(app.practice.store, ticks, actor, findings=findings)
    app.done(f"Noted for {count(len(done), 'alert')}.", dry_run=dry_run)


def _text(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise click.UsageError("the list is not UTF-8 text") from None
