"""Messages that have to go out: written with the alerts, claimed and sent outside any transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, dicts, rows_in, utc

O = s.outbox  # noqa: E741 - read as "the outbox"
LEASE = timedelta(minutes=15)
AGAIN = "requeued"  # the attempt that a person asks for; the time to give up counts from it
# Written out, because SQLite only sees then that the index of what is due serves.
DUE = O.c.state == sa.literal_column("'due'")


def add_messages(c: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Put messages into the outbox, noting whom each tells of which alerts; returns the ids of the new ones.

    One whose `key` is there already is left alone, unless it had been called back: then it goes out after all.
    """
    known = rows_in(c, sa.select(O.c.key, O.c.id, O.c.state), O.c.key, [row["key"] for row in rows])
    there = {row.key: row for row in known}
    made: list[int] = []
    tells: list[dict[str, Any]] = []
    done: set[str] = set()
    for row in rows:
        found = there.get(row["key"])
        if row["key"] in done or (found is not None and found.state != "cancelled"):
            continue
        done.add(row["key"])
        if found is None:
            made.append(c.execute(sa.insert(O).values(**row).returning(O.c.id)).scalar_one())
        else:
            c.execute(sa.update(O).where(O.c.id == found.id).values(**row, state="due"))
            made.append(found.id)
        tells += _tellings(row, made[-1])
    alerts = set(rows_in(c, sa.select(s.alert.c.id), s.alert.c.id, {row["alert_id"] for row in tells}))
    if kept := [row for row in tells if (row["alert_id"],) in alerts]:
        c.execute(sa.insert(s.told), kept)
    return made


def _tellings(row: Mapping[str, Any], message: int) -> Iterator[dict[str, Any]]:
    """Whom a message tells of which alerts; one that says that all is over names them in `what`."""
    payload, who = row["payload"], {"outbox_id": message, "staff_id": row.get("recipient_staff_id") or 0}
    for alert, seq, lap, _, reason, *_ in payload.get("alerts", ()):
        yield {**who, "alert_id": alert, "seq": seq, "lap": lap, "reason": reason}
    for alert, seq in payload.get("what", ())[1:] if "over" in payload else ():
        yield {**who, "alert_id": alert, "seq": seq, "lap": 0, "reason": row["reason"]}


def claim(
    c: sa.Connection, worker: str, *, now: datetime, channels: Iterable[str] | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Take due messages for sending: nobody else gets them until the lease is over; safety comes first."""
    moment = utc(now)
    rank = sa.case({name: place for place, name in enumerate(s.SEVERITIES)}, value=O.c.severity)
    free = sa.or_(O.c.lease_until.is_(None), O.c.lease_until <= moment)
    query = sa.select(O.c.id).where(DUE, O.c.not_before <= moment, free).order_by(rank, O.c.id).limit(limit)
    if channels is not None:
        query = query.where(O.c.channel.in_(list(channels)))
    ids = list(c.execute(query).scalars())
    taken = sa.update(O).where(O.c.id.in_(ids)).values(
        lease_until=moment + LEASE, lease_by=worker, attempts=O.c.attempts + 1
    )  # fmt: skip
    c.execute(taken)
    return dicts(c.execute(sa.select(O).where(O.c.id.in_(ids)).order_by(rank, O.c.id)))


class Attempt(NamedTuple):
    """How one attempt to send ended: the message is now `sent`, `dead`, or `due` again at `not_before`."""

    result: str
    state: str
    at: datetime
    code: int | None = None
    error: str | None = None
    not_before: datetime | None = None


def record_attempt(c: sa.Connection, message: int, attempt: Attempt) -> None:
    """Note how one attempt to send a message ended, and give back its lease."""
    number = c.scalar(sa.select(O.c.attempts).where(O.c.id == message)) or 0
    row = {"outbox_id": message, "attempt": number, "at": utc(attempt.at)}
    c.execute(sa.insert(s.delivery).values(**row, result=attempt.result, code=attempt.code))
    values: dict[str, Any] = {
        "state": attempt.state,
        "lease_until": None,
        "lease_by": None,
        "last_error": attempt.error,
    }
    if attempt.not_before is not None:
        values["not_before"] = utc(attempt.not_before)
    c.execute(sa.update(O).where(O.c.id == message).values(**values))


def cancel(c: sa.Connection, ids: Iterable[int], *, now: datetime | None = None) -> list[int]:
    """Call back messages that have not gone out, and with them that anybody was told; returns which were.

    One that somebody is sending just now is left alone.
    """
    moment = utc(now)
    gone: list[int] = []
    for message in ids:
        free = sa.or_(O.c.lease_until.is_(None), O.c.lease_until <= moment)
        query = sa.update(O).where(O.c.id == message, O.c.state == "due", free).values(state="cancelled")
        if c.execute(query).rowcount:
            gone.append(message)
    for part in chunks(gone):
        c.execute(sa.delete(s.told).where(s.told.c.outbox_id.in_(part)))
    return gone


def waiting(c: sa.Connection) -> list[dict[str, Any]]:
    """Return the messages that have yet to go out, oldest first."""
    return list_messages(c, states=["due"])


def there(c: sa.Connection, keys: Iterable[str]) -> set[str]:
    """Return those of some keys under which there is a message already."""
    return {row[0] for row in rows_in(c, sa.select(O.c.key), O.c.key, keys)}


class Telling(NamedTuple):
    """Somebody was told of an alert: as it was at its event `seq`, for the `lap`th time, in a message of that time."""

    alert: int
    staff: int
    seq: int
    lap: int
    reason: str
    at: datetime
    state: str
    channel: str
    key: str


def told_of(c: sa.Connection, alerts: Iterable[int]) -> list[Telling]:
    """Return who was told of some alerts, oldest message first; what was called back was not told."""
    t = s.told.c
    query = sa.select(t.alert_id, t.staff_id, t.seq, t.lap, t.reason, O.c.created_at, O.c.state, O.c.channel, O.c.key)
    joined = query.select_from(s.told.join(O, O.c.id == t.outbox_id)).order_by(t.id)
    return [Telling(*row) for row in rows_in(c, joined, t.alert_id, alerts)]


def list_messages(c: sa.Connection, *, states: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """List messages, oldest first; `states` None lists all."""
    # + 0: or SQLite would read every message there ever was in the order of the ids, rather than the few that are due
    query = sa.select(O).order_by(O.c.id + 0)
    if states is not None:
        wanted = list(states)
        query = query.where(DUE if wanted == ["due"] else O.c.state.in_(wanted))
    return dicts(c.execute(query))


def unseen_safety(c: sa.Connection) -> list[int]:
    """Return the safety alerts that nobody has acted on."""
    a = s.alert.c
    live = sa.text("state IN ('open', 'acknowledged', 'snoozed')")  # as the index of what is live says it
    return list(c.execute(sa.select(a.id).where(live, a.state == "open", a.severity == "safety")).scalars())


def trying_since(c: sa.Connection, ids: Iterable[int]) -> dict[int, datetime]:
    """Return since when each of these messages has been tried, or last was asked for again; none is left out of those tried."""
    d = s.delivery.c
    since: dict[int, datetime] = {}
    for part in chunks(ids):
        query = sa.select(d.outbox_id, d.at, d.result).where(d.outbox_id.in_(part)).order_by(d.id)
        for message, at, result in c.execute(query):
            if result == AGAIN or message not in since:
                since[message] = at
    return since


def postpone(c: sa.Connection, channel: str, until: datetime) -> None:
    """Let nothing of a channel go out before a time: its receiver asked for it."""
    query = sa.update(O).where(DUE, O.c.channel == channel, O.c.not_before < utc(until))
    c.execute(query.values(not_before=utc(until)))


def requeue(c: sa.Connection, message: int, *, at: datetime, by: str, reason: str) -> None:
    """Let a message that was given up be tried again, and keep who asked for it and why."""
    row = c.execute(sa.select(O.c.payload, O.c.attempts).where(O.c.id == message)).one()
    asked = [*row.payload.get("again", ()), {"at": utc(at).isoformat(), "by": by, "reason": reason}]
    values = {"state": "due", "not_before": utc(at), "lease_until": None, "lease_by": None}
    c.execute(sa.update(O).where(O.c.id == message).values(**values, payload={**row.payload, "again": asked}))
    c.execute(sa.insert(s.delivery).values(outbox_id=message, attempt=row.attempts, at=utc(at), result=AGAIN))


def deliveries_of(c: sa.Connection, message: int) -> list[dict[str, Any]]:
    """Return the attempts to send one message, oldest first."""
    query = sa.select(s.delivery).where(s.delivery.c.outbox_id == message).order_by(s.delivery.c.id)
    return dicts(c.execute(query))
