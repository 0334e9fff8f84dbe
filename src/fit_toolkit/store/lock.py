"""A lock that a killed process gives back by itself, and that says since when it is held."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from fit_toolkit.errors import LockedError, StoreError
from fit_toolkit.store.rows import utc

_LONGEST = 64  # bytes that a lock file holds: one instant


class HeldError(LockedError):
    """Somebody else has the lock; `since` (naive UTC) and `age` are None where that is not known."""

    def __init__(self, what: str, *, since: datetime | None, age: timedelta | None) -> None:
        super().__init__(what, hint="try again when it has ended")
        self.since = since
        self.age = age


@contextmanager
def hold_lock(
    path: Path, *, what: str = "another run", now: datetime | None = None, zone: tzinfo = UTC
) -> Iterator[None]:
    """Hold the lock file at `path` or raise HeldError at once; the file stays, the lock goes with the process.

    The file says since when it is held, so that whoever is turned away can say for how long; `zone` is for that.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise StoreError(f"the lock file cannot be written: {error.strerror}", where=path.name) from error
    moment = utc(now)
    try:
        if not _take(handle):
            raise _held(what, _since(handle), moment, zone)
        with suppress(OSError):  # a full disk takes nothing from the lock
            os.ftruncate(handle, 0)
            os.write(handle, moment.isoformat(timespec="seconds").encode())
        yield
    finally:
        os.close(handle)


def _held(what: str, since: datetime | None, now: datetime, zone: tzinfo) -> HeldError:
    if since is None:
        return HeldError(f"{what} holds the lock on this practice", since=None, age=None)
    started, today = (each.replace(tzinfo=UTC).astimezone(zone) for each in (since, now))
    at = f"{started:%H:%M}" if started.date() == today.date() else f"{started:%Y-%m-%d %H:%M}"
    age = max(now - since, timedelta(0))
    said = f"{what} (started {at}, {in_words(age)} ago) holds the lock on this practice"
    return HeldError(said, since=since, age=age)


def _since(handle: int) -> datetime | None:
    """Read what the holder wrote; a file from elsewhere, or one not written yet, says nothing."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        return utc(datetime.fromisoformat(os.read(handle, _LONGEST).decode("ascii")))
    except (OSError, ValueError):
        return None


def in_words(age: timedelta) -> str:
    """Write a time span with one unit: 12 s, 40 min, 3 h, 5 d."""
    seconds = int(age.total_seconds())
    for unit, length, enough in (("d", 86_400, 2), ("h", 3600, 1), ("min", 60, 1)):
        if seconds >= enough * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


if sys.platform == "win32":
    import msvcrt

    _OUT_OF_THE_WAY = 1 << 30  # Windows keeps others from reading the very bytes that are locked

    def _take(handle: int) -> bool:
        os.lseek(handle, _OUT_OF_THE_WAY, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
