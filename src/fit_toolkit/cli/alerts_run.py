"""`fit alerts run`: ask the policies about what is new or due, and tell whom it concerns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import count, dry_run_option, emit
from fit_toolkit.cli.times import Instant, Span
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.alerts.result import RunResult


@click.command("run")
@click.option("--as-of", type=DAY, metavar="DATE", help="Evaluate as of this day (default: today).")
@click.option("--known-at", type=Instant(), metavar="DATETIME",
              help="With --dry-run: list what would have stood by what had been entered by then (policies as they are now).")  # fmt: skip
@click.option("--no-deliver", is_flag=True, help="Write messages, but leave sending them to `fit alerts deliver`.")
@click.option("--max-runtime", type=Span(), metavar="DURATION",
              help="End the evaluation after so long, such as 45m; the next run goes on from there.")  # fmt: skip
@click.option("--skip-if-locked", is_flag=True, help="End with 0 and silently when another run is on.")
@click.option("--accept-clock", is_flag=True, help="The clock is right, although the last run was later than now.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was done also when all went well.")
@dry_run_option
@pass_app
def command(
    app: App,
    *,
    as_of: date | None,
    known_at: datetime | None,
    no_deliver: bool,
    max_runtime: timedelta | None,
    skip_if_locked: bool,
    accept_clock: bool,
    verbose: bool,
    dry_run: bool,
) -> int:
    """Evaluate what is new or due, bring alerts in line, and send what has to be told.

    Silent when all went well; every problem is one line on stderr. Exit codes: 0 done (alerts or not), 3 refused
    because of the clock, 4 some policy, plugin or message failed or the time was up, 5 settings or store, 6 a message
    about safety could not be sent, 75 another run holds the lock, 130 or 143 stopped by a signal after what was begun.
    """
    from fit_toolkit.alerts.morning import Order, morning
    from fit_toolkit.alerts.stopping import Stopping
    from fit_toolkit.cli.signals import stop_when_asked

    practice, today = app.practice, app.practice.today()
    if as_of is not None and as_of > today and not dry_run:
        raise UsageError(f"{as_of} is in the future", hint="--dry-run looks ahead without changing anything")
    known = _known(app, known_at, dry_run=dry_run)
    longest = None if max_runtime is None else max_runtime.total_seconds()
    order = Order(
        as_of=as_of if known is None or as_of is not None else practice.local(known).date(),
        # Whoever types today's date vouches for the clock: only then may a run go back behind one of a wrong clock.
        accepted=accept_clock or as_of == today, known_at=known, dry_run=dry_run, deliver=not no_deliver,
        skip_if_locked=skip_if_locked, longest=longest, stopping=Stopping(longest),
    )  # fmt: skip
    with stop_when_asked(order.stopping):
        outcome = morning(practice, order, app.say)
    if outcome.result is not None:
        if known is not None:
            _list(app, outcome.result)
        elif verbose or dry_run:
            _tell(app, outcome.result)
    if verbose:
        for problem in outcome.heartbeat:
            app.say(f"fit: {problem}")
    return outcome.code


def _known(app: App, moment: datetime | None, *, dry_run: bool) -> datetime | None:
    """Give a moment as the store keeps it; one without a zone is the practice's time."""
    if moment is None:
        return None
    if not dry_run:
        raise UsageError("what was known at a moment can only be looked at", hint="--known-at needs --dry-run")
    from fit_toolkit.store.rows import utc

    known = utc(moment if moment.tzinfo is not None else moment.replace(tzinfo=app.practice.zone))
    if known > app.practice.now():
        raise UsageError("nobody knows yet what will be known then", hint="--as-of DATE --dry-run looks ahead")
    return known


def _tell(app: App, result: RunResult) -> None:
    for change in result.changes:
        if change.event:
            number = change.alert.id or "new"
            app.say(f"alert {number}: {change.before or 'new'} -> {change.alert.state} ({change.alert.cause})")
    app.say(", ".join(f"{number} {name}" for name, number in result.counts.items()))


def _list(app: App, result: RunResult) -> None:
    from fit_toolkit.alerts.known import COLUMNS, rows_of

    with app.practice.store.read() as c:
        rows = rows_of(c, result.stands)
    emit("known", rows, columns=COLUMNS, empty="Nothing would have stood.")
    app.say(f"{count(len(rows), 'finding')} by what was known then, with the policies, therapists and diary of today.")
