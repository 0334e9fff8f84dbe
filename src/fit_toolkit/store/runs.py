"""Runs and their work list: what was touched, what is due by the calendar, which policies were seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, dicts, utc

RUN = "alerts"  # over all that is new or due: what is waited for every morning
ENTRY = "entry"  # over a form that was just keyed: says nothing about the morning
RUNS = (RUN, ENTRY)
LONGEST_REMINDER = timedelta(days=31)  # nobody is told again of anything later than this
DID_ITS_WORK = (0, 4, 6, 10)


class Work(NamedTuple):
    """What a run has to look at: episodes, and the ids of the `touched` rows read, by episode."""

    episodes: list[int]
    touched: dict[int, list[int]]


def pending(c: sa.Connection, *, as_of: date) -> Work:
    """Read which episodes were touched or are due by the day `as_of`."""
    touched: dict[int, list[int]] = {}
    for row in c.execute(sa.select(s.touched.c.id, s.touched.c.episode_id).order_by(s.touched.c.id)):
        touched.setdefault(row.episode_id, []).append(row.id)
    due = c.execute(sa.select(s.episode.c.id).where(s.episode.c.due_at <= as_of)).scalars()
    return Work(sorted({*touched, *due}), touched)


def all_episodes(c: sa.Connection) -> list[int]:
    """Return the id of every episode, for a run over everything."""
    return list(c.execute(sa.select(s.episode.c.id).order_by(s.episode.c.id)).scalars())


def clear_touched(c: sa.Connection, ids: Iterable[int]) -> None:
    """Delete exactly the `touched` rows that a run has read; what came in since stays."""
    for part in chunks(ids):
        c.execute(sa.delete(s.touched).where(s.touched.c.id.in_(part)))


def set_due(c: sa.Connection, due: Mapping[int, date | None]) -> None:
    """Keep by episode the next day on which evaluation may change by the calendar alone."""
    rows = [{"episode": episode, "day": day} for episode, day in due.items()]
    if rows:
        change = sa.update(s.episode).where(s.episode.c.id == sa.bindparam("episode"))
        c.execute(change.values(due_at=sa.bindparam("day")), rows)


def start_run(
    c: sa.Connection,
    kind: str,
    *,
    at: datetime,
    as_of: date,
    known_at: datetime | None = None,
    policies_hash: str | None = None,
    engine_version: str | None = None,
) -> int:
    """Note the start of a run and return its id."""
    row = {
        "kind": kind,
        "started_at": utc(at),
        "as_of": as_of,
        "known_at": None if known_at is None else utc(known_at),
        "policies_hash": policies_hash,
        "engine_version": engine_version,
    }
    made: int = c.execute(sa.insert(s.run).values(**row).returning(s.run.c.id)).scalar_one()
    return made


def finish_run(
    c: sa.Connection,
    run: int,
    *,
    at: datetime,
    exit_code: int,
    counts: Mapping[str, Any] | None = None,
    failures: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Note how a run ended."""
    values = {
        "finished_at": utc(at),
        "exit_code": exit_code,
        "counts": dict(counts or {}),
        "failures": [dict(failure) for failure in failures],
    }
    c.execute(sa.update(s.run).where(s.run.c.id == run).values(**values))


def last_run(c: sa.Connection, kind: str | Sequence[str], *, successful: bool = True) -> dict[str, Any] | None:
    """Return the newest finished run of a kind, or None; `successful` asks for one that did all or part of its work."""
    query = _newest(kind).where(s.run.c.finished_at.is_not(None))
    if successful:
        query = query.where(s.run.c.exit_code.in_(DID_ITS_WORK))
    found = dicts(c.execute(query))
    return found[0] if found else None


def newest_run(c: sa.Connection, kind: str | Sequence[str]) -> dict[str, Any] | None:
    """Return the newest run of a kind however it ended, and also one that is on or was cut off; None for none."""
    found = dicts(c.execute(_newest(kind)))
    return found[0] if found else None


def first_run(c: sa.Connection) -> datetime | None:
    """Return when the first run of any kind began, None for none."""
    found: datetime | None = c.scalar(sa.select(s.run.c.started_at).order_by(s.run.c.id).limit(1))
    return found


def _newest(kind: str | Sequence[str]) -> sa.Select[Any]:
    kinds = (kind,) if isinstance(kind, str) else tuple(kind)
    return sa.select(s.run).where(s.run.c.kind.in_(kinds)).order_by(s.run.c.id.desc()).limit(1)


def forget_the_future(c: sa.Connection, now: datetime) -> None:
    """Take back what a clock that was ahead has put off: messages that wait for that time, alerts that opened then.

    Their history keeps the instants it was written with; without this nobody would be told again before that day.
    """
    moment = utc(now)
    o = s.outbox.c
    waits = {"not_before": moment, "lease_until": None, "lease_by": None}
    c.execute(sa.update(s.outbox).where(o.state == "due", o.created_at > moment).values(**waits))
    c.execute(sa.update(s.outbox).where(o.created_at > moment).values(created_at=moment))  # from it repeats are counted
    c.execute(sa.update(s.alert).where(s.alert.c.opened_at > moment).values(opened_at=moment))
    far = moment + LONGEST_REMINDER
    c.execute(sa.update(s.alert).where(s.alert.c.remind_at > far).values(remind_at=moment))


def seen_policies(c: sa.Connection) -> dict[str, str]:
    """Return the hash under which each policy was last evaluated."""
    return {row.policy: row.hash for row in c.execute(sa.select(s.policy_seen))}


def set_seen_policies(c: sa.Connection, hashes: Mapping[str, str], *, at: datetime) -> None:
    """Keep the hashes of the policies evaluated now, forgetting those that are gone."""
    c.execute(sa.delete(s.policy_seen))
    rows = [{"policy": policy, "hash": value, "evaluated_at": utc(at)} for policy, value in hashes.items()]
    if rows:
        c.execute(sa.insert(s.policy_seen), rows)


def add_sheet(c: sa.Connection, member: int, *, made_at: datetime, sha256: str) -> int:
    """Note that a sheet was made and return its running number, which names no client."""
    row = {"member_id": member, "made_at": utc(made_at), "sha256": sha256}
    made: int = c.execute(sa.insert(s.sheet).values(**row).returning(s.sheet.c.id)).scalar_one()
    return made
