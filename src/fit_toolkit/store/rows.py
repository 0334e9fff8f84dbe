"""What every module of the store needs: rows by long lists of ids, and the list of touched episodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import schema as s

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
        found.extend(c.execute(query.where(column.in_(part))))
    return found


def dicts(rows: Iterable[sa.Row[Any]]) -> list[dict[str, Any]]:
    """Turn result rows into plain dictionaries."""
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it begins so


def insert_many(c: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows and return their new ids in the same order."""
    if not rows:
        return []
    made = c.execute(sa.insert(table).returning(table.c.id, sort_by_parameter_order=True), rows)
    return [row.id for row in made]


def utc(at: datetime | None = None) -> datetime:
    """Return `at`, or now, as naive UTC."""
    moment = at if at is not None else datetime.now(UTC)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def touch(c: sa.Connection, episode_ids: Iterable[int], why: str, at: datetime | None = None) -> None:
    """Put episodes on the work list of the next run, in the transaction that changes their data."""
    moment = utc(at)
    if rows := [{"episode_id": episode, "why": why, "at": moment} for episode in dict.fromkeys(episode_ids)]:
        c.execute(sa.insert(s.touched), rows)
