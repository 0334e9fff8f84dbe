"""Alerts that stand open, as messages need them: which come up now, since when they are open, and whose they may have become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fit_toolkit.model.alerts import Cause
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import dicts, rows_in

SEEN_TO = "assignments seen"  # up to which assignment it was looked who has to be told of what stands open
MARGIN = 100  # of two that are made at once the one with the lower number may be stored later


class Opening(NamedTuple):
    """When an alert last opened, or asked again while it was open; `again` when it had been there before."""

    seq: int
    at: datetime
    again: bool


def due(c: sa.Connection, by: datetime) -> list[int]:
    """Return the alerts about which a message is to be thought of by a moment."""
    # sorted here: asked to do it, SQLite reads every alert in the order of the ids rather than use the index
    return sorted(c.execute(sa.select(s.alert.c.id).where(s.alert.c.remind_at <= by)).scalars())


def remind(c: sa.Connection, when: Mapping[int, tuple[datetime | None, str | None]]) -> None:
    """Keep for alerts when a message about them is next to be thought of (None: never), and why none goes out now."""
    rows = [{"alert": alert, "moment": moment, "why": why} for alert, (moment, why) in when.items()]
    if rows:
        change = sa.update(s.alert).where(s.alert.c.id == sa.bindparam("alert"))
        c.execute(change.values(remind_at=sa.bindparam("moment"), held=sa.bindparam("why")), rows)


def open_alerts(c: sa.Connection) -> list[dict[str, Any]]:
    """Return the rows of all alerts that nobody has acted on."""
    return dicts(c.execute(sa.select(s.alert).where(s.alert.c.state == "open").order_by(s.alert.c.id)))


def openings(c: sa.Connection, alerts: Iterable[int]) -> dict[int, Opening]:
    """Return for each alert when it last opened."""
    e = s.alert_event.c
    query = sa.select(e.alert_id, e.seq, e.at, e.from_state, e.cause).where(e.to_state == "open")
    found: dict[int, Opening] = {}
    for alert, seq, at, before, cause in rows_in(c, query.order_by(e.alert_id, e.seq), e.alert_id, alerts):
        if before != "open" or cause == Cause.ASKS_AGAIN:
            found[alert] = Opening(seq, at, before is not None)
    return found


def changed_hands(c: sa.Connection, today: date, since: date | None) -> list[int]:
    """Return the open alerts whose responsible person may be another one than before, and mark them as looked at.

    That is where an assignment is new or has begun since the day `since`, or where the therapist has left.
    """
    mark = s.meta.c
    seen = int(c.scalar(sa.select(mark.value).where(mark.key == SEEN_TO)) or 0)
    newest = c.scalar(sa.select(sa.func.max(s.assignment.c.id))) or 0
    if newest > seen:
        c.execute(sa.delete(s.meta).where(mark.key == SEEN_TO))
        c.execute(sa.insert(s.meta).values(key=SEEN_TO, value=str(newest)))
    a = s.assignment.c
    treats = sa.select(a.episode_id).where(a.role == "therapist", a.starts_on <= today)
    ways = [treats.where(a.id > seen - MARGIN)]
    if since is not None:
        ways.append(treats.where(a.starts_on > since))
    ways.append(treats.where(a.staff_id.in_(sa.select(s.staff.c.id).where(s.staff.c.ends_on < today))))
    found: set[int] = set()
    for way in ways:
        stands = sa.select(s.alert.c.id).where(s.alert.c.episode_id.in_(way), s.alert.c.state == "open")
        found.update(c.execute(stands).scalars())
    return sorted(found)


def clients_of(c: sa.Connection, members: Iterable[int]) -> dict[int, int]:
    """Return by member whose ratings these are."""
    query = sa.select(s.member.c.id, s.member.c.client_id)
    return {row[0]: row[1] for row in rows_in(c, query, s.member.c.id, members)}


def new_safety_of(c: sa.Connection, clients: Iterable[int]) -> list[dict[str, Any]]:
    """Return the safety alerts of clients that nobody has acted on, with the `client_id`."""
    query = (
        sa.select(s.alert, s.member.c.client_id)
        .select_from(s.alert.join(s.member))
        .where(s.alert.c.severity == "safety", s.alert.c.state == "open")
    )
    return dicts(rows_in(c, query, s.member.c.client_id, clients))


def closed_of(c: sa.Connection, episodes: Iterable[int]) -> set[int]:
    """Return the ids of those episodes that have ended."""
    query = sa.select(s.episode.c.id).where(s.episode.c.closed_on.is_not(None))
    return {row[0] for row in rows_in(c, query, s.episode.c.id, episodes)}
