"""A lock that a killed process gives back by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fit_toolkit.errors import LockedError, StoreError


@contextmanager
def hold_lock(path: Path, *, what: str = "another run") -> Iterator[None]:
    """Hold the lock file at `path` or raise LockedError at once; the file stays, the lock goes with the process."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise StoreError(f"the lock file cannot be written: {error.strerror}", where=path.name) from error
    try:
        if not _take(handle):
            raise LockedError(f"{what} holds the lock on this practice", hint="try again when it has ended")
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
