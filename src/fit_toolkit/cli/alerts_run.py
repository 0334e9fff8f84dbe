"""`fit alerts run`: ask the policies about what is new or due, and tell whom it concerns."""

from __future__ import annotations

from datetime import datetime

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import ExitCode


@click.command("run")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Evaluate as of this day (default: today)."
)
@click.option("--no-deliver", is_flag=True, help="Write messages, but leave sending them to `fit alerts deliver`.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was done also when all went well.")
@dry_run_option
@pass_app
def command(app: App, as_of: datetime | None, no_deliver: bool, verbose: bool, dry_run: bool) -> int:
    """Evaluate what is new or due, bring alerts in line, and send what has to be told.

    Silent when all went well; every problem is one line on stderr. Exit codes: 0 done (alerts or not), 4 some policy or
    plugin failed, 6 a message about safety could not be sent, 75 another run holds the lock.
    """
    from fit_toolkit.alerts.run import run_alerts

    practice = app.practice
    result = run_alerts(practice, as_of=None if as_of is None else as_of.date(), dry_run=dry_run)
    for row in result.failures:
        name = f"policy {row['policy']}: " if row["policy"] else ""
        what = " ".join(part for part in (f"plugin {row['plugin']} {row['version']}".rstrip(), row["thing"]) if part)
        app.say(f"fit: {name}{what}: {row['error']}")
    if verbose or dry_run:
        for change in result.changes:
            if change.event:
                number = change.alert.id or "new"
                app.say(f"alert {number}: {change.before or 'new'} -> {change.alert.state} ({change.alert.cause})")
        app.say(", ".join(f"{count} {name}" for name, count in result.counts.items()))
    code = result.exit_code
    if not dry_run and not no_deliver and not _delivered(app):
        code = ExitCode.UNDELIVERED
    return int(code)


def _delivered(app: App) -> bool:
    from fit_toolkit.alerts.deliver import deliver

    return not deliver(app.practice, now=app.practice.now()).undelivered_safety
