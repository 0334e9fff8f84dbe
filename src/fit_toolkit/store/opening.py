"""The one way to open a store, and its two kinds of transaction."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import LockedError, StoreError
from fit_toolkit.store import migrate, sqlite

_POSTGRESQL_WRITER = 0x46495431
_BUSY = ("database is locked", "database table is locked", "could not obtain lock", "deadlock detected")
_DAMAGED = ("malformed", "not a database", "file is encrypted", "corrupt")
_FULL = ("disk is full", "disk i/o error", "no space left")
_KEPT = "events are kept as they happened and cannot be changed"
_OLDER = "the store has the tables of an older version of fit-toolkit"
_UPDATES = "make a copy of it; the next command that uses it brings it up to date"
_READ_ONLY = ("readonly", "read-only", "unable to open", "permission denied")


class OlderStoreError(StoreError):
    """The store has the tables of an older version, and whoever opens it does not want to change that."""


class Store:
    """An opened store: `begin()` for a change, `read()` for a look; close it when done."""

    def __init__(self, engine: sa.Engine, path: Path | None = None) -> None:
        self.engine = engine
        self.path = path

    @contextmanager
    def begin(self, *, dry_run: bool = False) -> Iterator[sa.Connection]:
        """Change data in one transaction: all of it is kept or, on any exception or a dry run, none."""
        connection = self.engine.connect().execution_options(**{sqlite.WRITE: True})
        with translated(), connection as c, c.begin() as transaction:
            if c.dialect.name == "postgresql":  # one writer at a time, as with SQLite; readers are never held up
                c.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRESQL_WRITER)))
            yield c
            if dry_run:
                transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Look at data as it was at one moment; writing in it is refused."""
        with translated(), self.engine.connect() as c:
            if c.dialect.name == "postgresql":
                c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with c.begin():
                yield c

    def close(self) -> None:
        """Give back what the store holds."""
        self.engine.dispose()


def create_store(location: str | Path) -> Store:
    """Make a new, empty store and open it; a file that exists is refused."""
    if (path := _as_path(location)) is None:
        return _open_url(str(location))
    sqlite.create_file(path)
    return _open_file(path)


def open_store(location: str | Path, *, upgrade: bool = True) -> Store:
    """Open the store at a path or database URL, migrating an older one; foreign and newer ones are refused.

    With `upgrade` False an older one is refused as well, so that nothing at all is written.
    """
    if (path := _as_path(location)) is None:
        return _open_url(str(location), upgrade=upgrade)
    sqlite.check_file(path)
    return _open_file(path, upgrade=upgrade)


def _open_file(path: Path, *, upgrade: bool = True) -> Store:
    store = Store(sqlite.make_engine(path), path)
    with store.read() as c:
        revision = migrate.current_revision(c)
    migrate.check_revision(revision)
    if revision != migrate.HEAD and not upgrade:
        raise OlderStoreError(_OLDER, hint=_UPDATES)
    if revision != migrate.HEAD:
        with store.begin() as c:
            if migrate.current_revision(c) is None:
                c.exec_driver_sql(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
            migrate.upgrade(c)
    return store


def _as_path(location: str | Path) -> Path | None:
    if isinstance(location, Path):
        return location
    return None if "://" in location else Path(location)


def _open_url(location: str, *, upgrade: bool = True) -> Store:
    try:
        url = sa.make_url(location)
    except sa.exc.ArgumentError:
        raise StoreError("the address of the store cannot be read", hint="see [store] url in fit.toml") from None
    if url.get_backend_name() == "sqlite":
        raise StoreError("an SQLite store is given as a path", hint="set [store] path instead of url")
    if url.get_backend_name() != "postgresql":
        raise StoreError("only SQLite and PostgreSQL can hold a store", hint="see [store] in fit.toml")
    if url.password is not None:
        raise StoreError("a password does not belong into a settings file", hint="use ~/.pgpass or a local socket")
    try:
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)
    except ImportError as error:
        raise StoreError("PostgreSQL needs psycopg", hint="pip install psycopg[binary]") from error
    store = Store(engine)
    try:
        with store.begin() as c:
            migrate.check_revision(revision := migrate.current_revision(c))
            if revision != migrate.HEAD and not upgrade:
                raise OlderStoreError(_OLDER, hint=_UPDATES)
            if revision != migrate.HEAD:
                migrate.upgrade(c)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def translated() -> Iterator[None]:
    """Say in one line what the database could not do; its own message may quote data and is left out, also of --debug."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        if "append-only" in str(error.orig):
            raise StoreError(_KEPT) from None
        raise StoreError(f"a rule of the store would be broken ({_rule(error)})", hint="nothing was changed") from None
    except sa.exc.DBAPIError as error:
        raise _explained(error) from None
    except msgspec.ValidationError:  # a record kept as JSON is not what it was when it was written
        raise _damaged() from None
    except ValueError as error:  # text that is no UTF-8, a day that is none, JSON that breaks off
        if _while_reading(error):
            raise _damaged() from None
        raise


def _explained(error: sa.exc.DBAPIError) -> Exception:
    said = str(error.orig).lower()
    if any(part in said for part in _BUSY):
        return LockedError("the store is busy: another program is writing", hint="try again in a moment")
    if any(part in said for part in _DAMAGED):
        return _damaged()
    if any(part in said for part in _FULL):
        return StoreError("the disk is full or failing", hint="nothing was changed")
    if any(part in said for part in _READ_ONLY):
        return StoreError("the store cannot be written or opened", hint="check who owns the practice folder")
    if "append-only" in said:
        return StoreError(_KEPT)
    return StoreError(f"the database refused: {type(error.orig).__name__}")


def _damaged() -> StoreError:
    return StoreError("the store is damaged", hint="restore a backup; nothing was changed")


def _while_reading(error: ValueError) -> bool:
    """Say whether it was the database that could not make sense of a cell, rather than the program of a value."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    inner = next((name for name in reversed(modules) if name.partition(".")[0] not in {"json", "codecs"}), "")
    return inner.startswith("sqlalchemy.") or inner == sqlite.__name__


def _rule(error: sa.exc.IntegrityError) -> str:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint:
        return str(constraint)
    said = str(error.orig)
    return said if said.isascii() and "DETAIL" not in said else "constraint"
