"""`fit alerts run`: ask the policies about what is new or due, and tell whom it concerns."""

from __future__ import annotations

from datetime import datetime

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import UsageError


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

    Silent when all went well; every problem is one line on stderr. Exit codes: 0 done (alerts or not), 4 some policy,
    plugin or message failed, 6 a message about safety could not be sent, 75 another run holds the lock.
    """
    from fit_toolkit.alerts.run import run_alerts

    practice, today = app.practice, app.practice.today()
    day = None if as_of is None else as_of.date()
    if day is not None and day > today and not dry_run:
        raise UsageError(f"{day} is in the future", hint="--dry-run looks ahead without changing anything")
    # Whoever types today's date vouches for the clock: only then may a run go back behind one of a wrong clock.
    result = run_alerts(practice, as_of=day, dry_run=dry_run, back=day == today)
    if not result.policies:
        app.say("fit: there are no [[policies]] in fit.toml: nothing is watched")
    for row in result.failures:
        name = f"policy {row['policy']}: " if row["policy"] else ""
        what = " ".join(part for part in (f"plugin {row['plugin']} {row['version']}".rstrip(), row["thing"]) if part)
        app.say(f"fit: {name}{what}: {row['error']}")
    for plugin in practice.registry.plugins:
        if plugin.changed:
            app.say(f"fit: plugin {plugin.name}: {plugin.changed}")
    if verbose or dry_run:
        for change in result.changes:
            if change.event:
                number = change.alert.id or "new"
                app.say(f"alert {number}: {change.before or 'new'} -> {change.alert.state} ({change.alert.cause})")
        app.say(", ".join(f"{count} {name}" for name, count in result.counts.items()))
    if dry_run or no_deliver:
        return int(result.exit_code)
    return max(int(result.exit_code), _deliver(app))


def _deliver(app: App) -> int:
    """Send what is due, name what could not be sent, and give the exit code that this asks for (0, 4 or 6)."""
    from fit_toolkit.alerts.deliver import deliver

    sent = deliver(app.practice, now=app.practice.now())
    for problem in sent.problems:
        app.say(f"fit: {problem}")
    if sent.undelivered_safety:
        app.say(
            f"fit: not delivered, about safety: {sent.undelivered_safety}; act now (fit alerts list --severity safety)"
        )
    return int(sent.exit_code)
