"""Looks at alerts that stand: which ones nobody has acted on for some time, and whether anything is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fit_toolkit.store import runs
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.settings import Settings

RUN_KIND = "alerts"
REPEATS = ((("safety",), "alerts.safety_repeat_days"), (("attention", "notice"), "alerts.repeat_days"))
JITTER = timedelta(hours=6)  # a run a little earlier in the day than yesterday's still repeats
MOST = 52  # after so many repeats nobody is told again


def laps(c: sa.Connection, settings: Settings, now: datetime) -> dict[int, int]:
    """Alerts nobody has acted on whose time to be told again came since the last run, with the how-manieth time.

    Counted from the last run that did its work, so a missed day loses no repeat and a second run adds none.
    """
    last = runs.last_run(c, RUN_KIND)
    if last is None:
        return {}
    found: dict[int, int] = {}
    a = s.alert.c
    for severities, name in REPEATS:
        every = timedelta(days=settings.number(name))
        if not every or now <= last["started_at"]:
            continue
        query = s.alert.select().with_only_columns(a.id, a.opened_at).where(
            a.state == "open", a.severity.in_(severities), a.opened_at <= now + JITTER - every
        )  # fmt: skip
        for alert, opened in c.execute(query):
            lap = (now + JITTER - opened) // every
            if max((last["started_at"] + JITTER - opened) // every, 0) < lap <= MOST:
                found[alert] = lap
    return found


def has_live(c: sa.Connection, person: int, today: date) -> bool:
    """Say whether any alert of a therapist's episodes still asks for attention."""
    mine = s.assignment.c
    joined = s.alert.join(s.assignment, mine.episode_id == s.alert.c.episode_id)
    query = joined.select().with_only_columns(s.alert.c.id).where(
        mine.staff_id == person, mine.role == "therapist", mine.starts_on <= today,
        mine.ends_on.is_(None) | (mine.ends_on >= today), s.alert.c.state.in_(s.LIVE_STATES),
    )  # fmt: skip
    return c.execute(query.limit(1)).first() is not None


def ended_unseen(c: sa.Connection, run_id: int) -> list[int]:
    """Return the alerts that a run ended although nobody had acted on them yet; reads no events older than the run's."""
    e = s.alert_event.c
    query = s.alert_event.select().with_only_columns(e.alert_id, e.run_id, e.from_state, e.to_state)
    found = []
    newest_first = query.order_by(e.id.desc()).execution_options(stream_results=True)  # read only as far as needed
    with c.execute(newest_first) as events:
        for alert, run, before, after in events:
            if run is not None and run < run_id:
                break
            if run == run_id and before == "open" and after not in s.LIVE_STATES:
                found.append(alert)
    return found


def newest_events(c: sa.Connection, alerts: Iterable[int]) -> dict[int, int]:
    """Return for each alert the number of its newest event."""
    newest: dict[int, int] = {}
    e = s.alert_event.c
    for part in chunks(alerts):
        query = s.alert_event.select().with_only_columns(e.alert_id, e.seq).where(e.alert_id.in_(part))
        for alert, seq in c.execute(query):
            newest[alert] = max(seq, newest.get(alert, 0))
    return newest
