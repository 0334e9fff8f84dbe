"""Messages that have to go out: written with the alerts, claimed and sent outside any transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import dicts, rows_in, utc

O = s.outbox  # noqa: E741 - read as "the outbox"
LEASE = timedelta(minutes=15)


def add_messages(c: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Put messages into the outbox; one whose `key` is there already is left alone. Returns the ids of the new ones."""
    there = {row[0] for row in rows_in(c, sa.select(O.c.key), O.c.key, [row["key"] for row in rows])}
    made: list[int] = []
    for row in rows:
        if row["key"] in there:
            continue
        there.add(row["key"])
        made.append(c.execute(sa.insert(O).values(**row).returning(O.c.id)).scalar_one())
    return made


def claim(
    c: sa.Connection, worker: str, *, now: datetime, channels: Iterable[str] | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Take due messages for sending: nobody else gets them until the lease is over; safety comes first."""
    moment = utc(now)
    rank = sa.case({name: place for place, name in enumerate(s.SEVERITIES)}, value=O.c.severity)
    free = sa.or_(O.c.lease_until.is_(None), O.c.lease_until <= moment)
    query = (
        sa.select(O.c.id).where(O.c.state == "due", O.c.not_before <= moment, free).order_by(rank, O.c.id).limit(limit)
    )
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


def cancel(c: sa.Connection, ids: Iterable[int]) -> None:
    """Call back messages that have not gone out yet."""
    for message in ids:
        c.execute(sa.update(O).where(O.c.id == message, O.c.state == "due").values(state="cancelled"))


def list_messages(c: sa.Connection, *, states: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """List messages, oldest first; `states` None lists all."""
    query = sa.select(O).order_by(O.c.id)
    return dicts(c.execute(query if states is None else query.where(O.c.state.in_(list(states)))))


def deliveries_of(c: sa.Connection, message: int) -> list[dict[str, Any]]:
    """Return the attempts to send one message, oldest first."""
    query = sa.select(s.delivery).where(s.delivery.c.outbox_id == message).order_by(s.delivery.c.id)
    return dicts(c.execute(query))
