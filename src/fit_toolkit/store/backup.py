"""A copy of the store while others work, and what a store comes to, for comparing a copy with what it was made from."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.errors import LockedError, StoreError
from fit_toolkit.store import migrate
from fit_toolkit.store.opening import translated

if TYPE_CHECKING:
    from fit_toolkit.store.opening import Store

BATCH = 1000
BUSY = 2.0  # seconds a short command may take to write
NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE}
ROOM = "see whether there is room; nothing is wrong with the store itself"
PASSING = {"sqlite_sequence", "sqlite_stat1"}  # of SQLite itself


def copy_store(store: Store, target: Path) -> None:
    """Copy an SQLite store, as it is at one moment, into a new private file that is then looked through for damage.

    Writers wait for as long as the copy takes, which is seconds; nothing of theirs is lost.
    """
    if store.path is None:
        raise StoreError("this store is a PostgreSQL database", hint="pg_dump copies it")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with translated(), store.engine.connect() as c, closing(sqlite3.connect(target)) as copy:
        source: sqlite3.Connection = c.connection.driver_connection  # type: ignore[assignment]
        try:
            source.backup(copy)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in NO_ROOM:
                raise StoreError("the copy of the store cannot be written", hint=ROOM) from error
            raise StoreError("the store cannot be copied; it may be damaged", hint="fit verify says more") from error
    with opened(target) as copy:
        said = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(5)")]
    if said != ["ok"]:
        raise StoreError("the copy of the store is damaged, and so is the store", hint="fit verify; restore a backup")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def refuse_writers(file: Path | None) -> None:
    """Refuse while another command writes into a store; one that cannot be asked because it is broken has no writers."""
    if file is None:
        return
    with closing(sqlite3.connect(file, timeout=BUSY, isolation_level=None)) as c:
        try:
            c.execute("BEGIN IMMEDIATE")
            c.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise LockedError(
                    "another command is writing into this practice", hint="try again when it has ended"
                ) from None


def revision_of(file: Path) -> str:
    """Say at which revision of the tables a store's file is; one of a newer version is refused."""
    with opened(file) as c:
        try:
            (found,) = c.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.DatabaseError, TypeError):
            raise StoreError("there is no store of fit-toolkit in it") from None
    migrate.check_revision(str(found))
    return str(found)


def contents(file: Path) -> dict[str, tuple[int, str]]:
    """What a store's file comes to, table by table: how many rows, and the hash of them all in their order.

    It is of what the rows hold, not of where they lie in the file.
    """
    found = {}
    with opened(file) as c:
        names = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for name in names:
            if name in PASSING:
                continue
            table = '"' + str(name).replace('"', '""') + '"'
            width = len(c.execute(f"SELECT * FROM {table} LIMIT 0").description)  # noqa: S608 - a name of the file's own, quoted
            order = ", ".join(str(place) for place in range(1, width + 1))
            rows = c.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608
            count, digest = 0, hashlib.sha256()
            while part := rows.fetchmany(BATCH):
                count += len(part)
                for row in part:
                    digest.update(
                        json.dumps(row, default=_as_text, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
                    )
            found[str(name)] = (count, digest.hexdigest())
    return found


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a store's file that nobody else has, for reading."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as c:
        c.execute("PRAGMA trusted_schema = OFF")
        try:
            yield c
        except sqlite3.DatabaseError as error:
            raise StoreError("the store in it is damaged") from error


def _as_text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
