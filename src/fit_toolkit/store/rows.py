"""What every module of the store needs: rows by long lists of ids, and the list of touched episodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import schema as s

_SEQUENCE = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq", sa.Integer))  # of AUTOINCREMENT tables
CHUNK = 900  # below the 999 parameters that an older SQLite allows in one statement


def chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut distinct ids into lists short enough for one statement."""
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]


def rows_in(
    c: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[Any], ids: Iterable[Any] | None
) -> list[Any]:
    """Run `query` for all rows (`ids` None) or for those whose `column` is one of `ids`."""
    if ids is None:
        return list(c.execute(query))
    found: list[Any] = []
    for part in chunks(ids):
        found += c.execute(query.where(column.in_(part))).all()  # in one go; one by one takes twice as long
    return found


def dicts(rows: Iterable[sa.Row[Any]]) -> list[dict[str, Any]]:
    """Turn the rows of one query into plain dictionaries."""
    listed = list(rows)
    names = tuple(map(str, listed[0]._mapping)) if listed else ()  # noqa: SLF001 - SQLAlchemy's public name for it
    return [dict(zip(names, row, strict=True)) for row in listed]


def insert_many(c: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Insert rows into a table with running numbers and return their new ids in the same order."""
    ids = reserve_ids(c, table, len(rows))
    if rows:
        c.execute(sa.insert(table), [{**row, "id": made} for row, made in zip(rows, ids, strict=True)])
    return ids


def reserve_ids(c: sa.Connection, table: sa.Table, count: int) -> Sequence[int]:
    """Set aside the next ids of a table; to be used in this transaction, which keeps other writers out.

    Asking the database for the ids of rows just inserted makes it insert them one by one: five times slower.
    """
    if c.dialect.name == "postgresql":
        numbers = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
        return list(c.execute(sa.select(numbers).select_from(sa.func.generate_series(1, count))).scalars())
    last = c.scalar(sa.select(_SEQUENCE.c.seq).where(_SEQUENCE.c.name == table.name)) or 0
    return range(last + 1, last + 1 + count)


def utc(at: datetime | None = None) -> datetime:
    """Return `at`, or now, as naive UTC."""
    moment = at if at is not None else datetime.now(UTC)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def touch(c: sa.Connection, episode_ids: Iterable[int], why: str, at: datetime | None = None) -> None:
    """Put episodes on the work list of the next run, in the transaction that changes their data."""
    moment = utc(at)
    for part in chunks(episode_ids):
        c.execute(sa.insert(s.touched), [{"episode_id": episode, "why": why, "at": moment} for episode in part])
