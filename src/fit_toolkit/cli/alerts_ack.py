"""`fit alerts ack`: note what was done about alerts."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.acting import by_option, note_option, say_findings
from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option
from fit_toolkit.errors import DataError


@click.command("ack")
@click.argument("alerts", type=ALERT_ID, nargs=-1, metavar="[ID]...")
@click.option("--action", metavar="WORD", help="What was done: the beginning of an action word, or its number.")
@click.option("--from", "file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
              help='A list to tick off, - for stdin: lines of "ID ACTION [NOTE]".')  # fmt: skip
@note_option
@by_option
@dry_run_option
@pass_app
def command(
    app: App,
    alerts: tuple[int, ...],
    action: str | None,
    file: Path | None,
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


def _text(file: Path) -> str:
    try:
        with click.open_file(str(file), encoding="utf-8") as text:
            return str(text.read())
    except UnicodeDecodeError:
        raise DataError("the list is not UTF-8 text", hint="save it as UTF-8") from None
    except OSError:
        raise DataError("the list cannot be read", hint="name a file that is there, or - for stdin") from None
