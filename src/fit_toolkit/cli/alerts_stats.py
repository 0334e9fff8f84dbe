"""`fit alerts stats`: how many alerts there were, what people did about them, and after how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import count, emit, format_option, output_option
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.alerts.process import By, Process
    from fit_toolkit.practice import Practice
    from fit_toolkit.store.process import Period

DAYS: Final = 90
ACTED: Final = ("talked_about_it", "changed_something", "took_to_supervision", "referred", "known_and_planned",
                "false_alarm", "other")  # fmt: skip
COLUMNS: Final = ("group", "since", "until", "sessions", "raised", "per_100_sessions", "acted_on", "waiting",
                  "ended_by_themselves", *ACTED, "median_days")  # fmt: skip
SHORT: Final = ("group", "sessions", "raised", "per_100", "acted_on", "median_days", "noted")


@click.command("stats")
@click.option("--by", type=click.Choice(("policy", "therapist", "severity", "all")), default="policy", show_default=True,
              help="What to count by.")  # fmt: skip
@click.option("--since", type=DAY, help=f"The first day. Default: {DAYS} days before the last.")
@click.option("--until", type=DAY, help="The last day. Default: today.")
@format_option
@output_option
@pass_app
def command(app: App, *, by: By, since: date | None, until: date | None, fmt: str, output: Path | None) -> int:
    """Count the alerts raised in a period, and what people did about them.

    A session is one with a rating. The median says within how many days half of the alerts were acted on, counting those
    nobody has acted on yet (Kaplan-Meier); under 10 alerts none is given. Groups stand in the order of their names: this
    says how the work with alerts goes, not how anybody works, and small numbers differ by chance.
    """
    from fit_toolkit.alerts.process import over_budget, process

    practice = app.practice
    period = _period(practice, since, until)
    budget = practice.settings.number("alerts.budget")
    with practice.store.read() as c:
        found = process(c, period, by=by, now=practice.now())
        over = over_budget(c, period, budget)
    rows = [_row(each, period) for each in found]
    if fmt == "table":
        emit("alert_stats", [_told(row) for row in rows], fmt=fmt, columns=SHORT, output=output,
             empty="no alert was raised")  # fmt: skip
    else:
        emit("alert_stats", rows, fmt=fmt, columns=COLUMNS, output=output)
    app.say(
        f"From {period.since} to {period.until}. In the order of the names: no ranking, and no measure of anybody's work."
    )
    if over is not None:
        app.say(
            f"The budget of {budget} alerts per 100 sessions is exceeded: {over[0]} about attention or notice in "
            f"{count(over[1], 'session')}. Too many are read by nobody; fit policies tune finds thresholds."
        )
    return 0


def _period(practice: Practice, since: date | None, until: date | None) -> Period:
    from fit_toolkit.store.process import Period

    last = until or practice.today()
    first = since or last - timedelta(days=DAYS - 1)
    if first > last:
        raise UsageError(f"{first} is after {last}", hint="--since DATE --until DATE")
    return Period(since=first, until=last, begins=_midnight(practice, first),
                  ends=_midnight(practice, last + timedelta(days=1)))  # fmt: skip


def _midnight(practice: Practice, day: date) -> datetime:
    """When a day of the practice begins, as the store keeps instants."""
    return datetime.combine(day, time(), practice.zone).astimezone(UTC).replace(tzinfo=None)


def _row(each: Process, period: Period) -> dict[str, Any]:
    rate, median = each.per_100, each.median_days
    row: dict[str, Any] = {
        "group": each.group, "since": period.since, "until": period.until, "sessions": each.sessions,
        "raised": each.raised, "per_100_sessions": None if rate is None else round(rate, 2), "acted_on": each.acted,
        "waiting": each.waiting, "ended_by_themselves": each.ended,
        "median_days": None if median is None else round(median, 2),
    }  # fmt: skip
    return row | {name: each.notes.get(name.replace("_", " "), 0) for name in ACTED}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Put a row into words for the table: no number without what it is a part of."""
    rest = [
        f"{row[name]} {word}" for name, word in (("waiting", "waiting"), ("ended_by_themselves", "ended")) if row[name]
    ]
    acted = f"{row['acted_on']} of {row['raised']}" + (f" ({', '.join(rest)})" if rest else "")
    median = "" if row["median_days"] is None else f"{row['median_days']:.1f}"
    if row["median_days"] is None and row["raised"]:
        from fit_toolkit.alerts.process import ENOUGH

        median = f"under {ENOUGH} alerts" if row["raised"] < ENOUGH else "half not acted on"
    return {
        "group": row["group"] or "(nobody)",
        "sessions": row["sessions"],
        "raised": row["raised"],
        "per_100": None if row["per_100_sessions"] is None else f"{row['per_100_sessions']:.1f}",
        "acted_on": acted,
        "median_days": median,
        "noted": ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in ACTED if row[name]),
    }
