"""What is particular to SQLite: a file of our own, safe settings, and refusing what is not ours."""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import StoreError

APPLICATION_ID = 0x46495431  # "FIT1": says in the file's header whose it is
# How long a writer waits for its turn: an import of many rows takes some of these, and so do two hundred writers at once.
# A form that was typed by hand must not be lost because of them.
BUSY_SECONDS = 60
WRITE = "fit_write"
_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.rclone", "webdav", "davfs"}


def create_file(path: Path) -> None:
    """Make an empty private file for a new store; refuse one that exists."""
    refuse_network(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StoreError("the store exists already", where=path.name, hint="nothing was changed") from None
    except OSError as error:
        raise StoreError(f"the store cannot be made: {error.strerror}", where=path.name) from error


def check_file(path: Path) -> None:
    """Refuse a file that is missing, foreign, cut short or on a network share; never write to it."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        hint = "see [store] path in fit.toml; fit init makes one"
        raise StoreError("there is no store here", where=str(path), hint=hint) from None
    except OSError as error:
        raise StoreError(f"the store cannot be read: {error.strerror}", where=path.name) from error
    if size == 0:  # a store that was never empty: going on would make a new one and call that a good day
        hint = "restore a backup; if fit init was cut off here, remove the file and run it again"
        raise StoreError("the store is an empty file", where=path.name, hint=hint)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise StoreError("this file is not a store of fit-toolkit", where=path.name, hint="nothing was changed")
    (application,) = struct.unpack_from(">I", header, 68)
    if application != APPLICATION_ID:
        raise StoreError("this database belongs to another program", where=path.name, hint="nothing was changed")
    if header[18] != header[19]:  # SQLite would take it for another kind of journal and begin to write one
        raise StoreError("the store is damaged", where=path.name, hint="restore a backup; nothing was changed")
    _check_length(path, header, size)
    refuse_network(path.parent)


def _check_length(path: Path, header: bytes, size: int) -> None:
    if path.with_name(f"{path.name}-journal").exists():
        return  # a write was cut off; SQLite puts the file right when it opens it
    (page,) = struct.unpack_from(">H", header, 16)
    counter, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    if counter == valid_for and pages * (65536 if page == 1 else page) > size:
        raise StoreError("the store has been cut short", where=path.name, hint="restore a backup; nothing was changed")


def refuse_network(folder: Path) -> None:
    """Refuse a folder on a network share, where SQLite's locks do not hold."""
    if network_file_system(folder):
        raise StoreError("SQLite is not safe on a network share", hint="put the practice on a local disk")


def network_file_system(folder: Path) -> bool:
    """Say whether `folder` is known to lie on a network share; False where that cannot be found out."""
    resolved = folder.resolve()
    if str(resolved).startswith("\\\\"):
        return True
    mounts = Path("/proc/self/mounts")
    if not sys.platform.startswith("linux") or not mounts.exists():
        return False
    best, kind = -1, ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, found, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if resolved.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), found
    return kind in _NETWORK


def make_engine(path: Path) -> sa.Engine:
    """Return an engine whose every connection is durable and whose writers take the lock first."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=sa.NullPool,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        json_deserializer=_decoded,
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _decoded(text: str) -> Any:
    """Read a record kept as JSON, at a third of what `json` takes; what is not quite JSON is left to that."""
    try:
        return msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return json.loads(text)


def _set_up(connection: Any, record: object) -> None:  # noqa: ARG001
    for setting in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = DELETE",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(c: sa.Connection) -> None:
    writes = c.get_execution_options().get(WRITE, False)
    c.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # A writer that takes the lock only at its first write may find its picture of the data out of date.
    c.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
