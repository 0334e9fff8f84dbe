"""The list of backups made, so that it can be said which of them still hold a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, dicts, utc

B = s.backup
NO_HASH = ""  # of a practice that `fit restore --replace` put aside: its store changes when somebody opens it


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


def moved(c: sa.Connection, old: Path, new: Path | None) -> None:
    """Say of the backups below one folder that they are below another now; None: nothing was moved."""
    if new is None:
        return
    for row in listed(c):
        if Path(row["path"]).is_relative_to(old):
            path = str(new / Path(row["path"]).relative_to(old))
            c.execute(sa.update(B).where(B.c.id == row["id"]).values(path=path))


def gone(c: sa.Connection, ids: Iterable[int], *, at: datetime) -> None:
    """Say of backups that they were removed."""
    for part in chunks(ids):
        c.execute(sa.update(B).where(B.c.id.in_(part)).values(gone_at=utc(at)))


def carry_over(c: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put backups of another list on this one, as far as they are not on it."""
    there = {row["path"] for row in listed(c)}
    names = [column.name for column in B.c if column.name != "id"]
    once = {row["path"]: {name: row.get(name) for name in names} for row in rows if row["path"] not in there}
    new = list(once.values())
    if new:
        c.execute(sa.insert(B), new)
