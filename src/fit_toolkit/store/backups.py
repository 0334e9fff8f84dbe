"""The list of backups made, so that it can be said which of them still hold a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, dicts, utc

B = s.backup


def add_backup(c: sa.Connection, path: str, *, made_at: datetime, made_by: str, sha256: str, size: int) -> int:
    """Note a backup and return its id; one that was at the same place before is gone."""
    c.execute(sa.update(B).where(B.c.path == path, B.c.gone_at.is_(None)).values(gone_at=utc(made_at)))
    row = {"path": path, "made_at": utc(made_at), "made_by": made_by, "sha256": sha256, "bytes": size}
    made: int = c.execute(sa.insert(B).values(**row).returning(B.c.id)).scalar_one()
    return made


def listed(c: sa.Connection) -> list[dict[str, Any]]:
    """List the backups that are not known to be gone, oldest first."""
    return dicts(c.execute(sa.select(B).where(B.c.gone_at.is_(None)).order_by(B.c.made_at, B.c.id)))


def holding(c: sa.Connection, *, since: datetime) -> list[dict[str, Any]]:
    """List the backups made since somebody was added: they hold them."""
    return [row for row in listed(c) if row["made_at"] >= since]


def gone(c: sa.Connection, ids: Iterable[int], *, at: datetime) -> None:
    """Say of backups that they were removed."""
    for part in chunks(ids):
        c.execute(sa.update(B).where(B.c.id.in_(part)).values(gone_at=utc(at)))


def carry_over(c: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put backups of another list on this one, as far as they are not on it."""
    there = {row["path"] for row in listed(c)}
    new = [{name: row[name] for name in row if name != "id"} for row in rows if row["path"] not in there]
    if new:
        c.execute(sa.insert(B), new)
