"""How long ago alerts were last looked at, and whether that is longer than it should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from fit_toolkit.store import runs

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.settings import Settings

GRACE = 1.5  # a daily run that is 36 hours old is late


class Looked(NamedTuple):
    """When a run over all that is new last did its work (naive UTC; None: never), and whether that is too long ago."""

    at: datetime | None
    age: timedelta | None
    late: bool


def allowed(settings: Settings) -> timedelta:
    """Give the age up to which the last run is recent enough."""
    return GRACE * timedelta(hours=settings.number("alerts.expected_every_hours"))


def last_looked(c: sa.Connection, settings: Settings, *, now: datetime) -> Looked:
    """Read when alerts were last looked at; a run over a form that was just keyed does not count."""
    last = runs.last_run(c, runs.RUN)
    if last is None:  # a practice that has just begun is not late yet; one that only ever keyed forms in is
        first = runs.first_run(c)
        return Looked(None, None, late=first is not None and now - first > allowed(settings))
    age = max(now - last["finished_at"], timedelta(0))
    return Looked(last["finished_at"], age, late=age > allowed(settings))


def on_a_sheet(looked: Looked, zone: tzinfo = UTC) -> str:
    """Say on a sheet that it may be behind; nothing when it is not. A day, so that a reprint says the same."""
    if not looked.late:
        return ""
    if looked.at is None:
        return "Alerts were never looked at: what is not here may only not have been found (fit alerts run)."
    on = looked.at.replace(tzinfo=UTC).astimezone(zone)
    return f"Alerts were last looked at on {on:%Y-%m-%d}: what came later may be missing here (fit alerts run)."


def in_words(looked: Looked, zone: tzinfo = UTC) -> str:
    """Say it in one line; louder when it is too long ago."""
    if looked.at is None or looked.age is None:
        return "Alerts were never looked at: fit alerts run does it, and cron should every morning."
    at = looked.at.replace(tzinfo=UTC).astimezone(zone)
    if not looked.late:
        return f"Last looked at {at:%Y-%m-%d %H:%M}."
    return f"WARNING: last looked at {at:%Y-%m-%d %H:%M}, {ago(looked.age)} ago. Is cron still running fit alerts run?"


def ago(age: timedelta) -> str:
    """Write an age in hours, from two days on in days."""
    hours = int(age.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hour{'' if hours == 1 else 's'}"
