"""A hidden folder to make something in, beside where it is to be; what a killed process left there goes with the next."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError, LockedError, StoreError
from fit_toolkit.store.lock import hold_lock

PREFIX, SUFFIX = ".fit-", ".fit-part"
LOCK, NOTE = "lock", "replaces.json"
LEFT = 86_400  # seconds after which a folder in which nobody ever took the lock is nobody's any more


class Workplace:
    """The folder: `files` is for what is being made, and whatever else is put into it goes when it is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "files"

    def replaces(self, place: Path, aside: Path) -> None:
        """Note that what is at `place` is about to be put `aside`: killed then, the next one puts it back."""
        note = self.folder / NOTE
        with note.open("w", encoding="utf-8") as file:
            json.dump([str(place), str(aside)], file)
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def work_beside(place: Path) -> Iterator[Workplace]:
    """Give a private folder beside `place`, on the same disk; it is gone afterwards, whatever happens.

    Folders of this kind there in which a process was killed are removed first: what they hold is whole copies of data
    about clients.
    """
    clear_away(place.parent)
    try:
        folder = Path(tempfile.mkdtemp(dir=place.parent, prefix=PREFIX, suffix=SUFFIX))
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", where=str(place.parent)) from None
    try:
        with hold_lock(folder / f"{LOCK}.new"):
            with suppress(OSError):  # Windows: then nobody takes this folder for a dead one before a day has passed
                (folder / f"{LOCK}.new").rename(folder / LOCK)  # under this name only once it is held
            made = Workplace(folder)
            made.files.mkdir(mode=0o700)
            yield made
    finally:
        _remove(folder)


def clear_away(parent: Path) -> None:
    """Remove what killed processes left in `parent`, and put back what they had put aside and not replaced yet."""
    for folder in sorted(parent.glob(f"{PREFIX}*{SUFFIX}")):
        with suppress(OSError, LockedError, StoreError):
            if not _ours(folder):
                continue
            if (folder / LOCK).is_file():
                with hold_lock(folder / LOCK):
                    _put_back(folder)
            elif time.time() - folder.stat().st_mtime < LEFT:
                continue
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, the lock last: killed meanwhile, it is still known as a dead one."""
    for held in sorted(folder.glob("*")):
        if held.is_dir():
            shutil.rmtree(held, ignore_errors=True)
        elif held.name != LOCK:
            with suppress(OSError):
                held.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _ours(folder: Path) -> bool:
    """Whether it is a folder of this account: in a place where everybody writes, another's is not to be trusted."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and (os.name != "posix" or status.st_uid == os.geteuid())


def _put_back(folder: Path) -> None:
    with suppress(FileNotFoundError, ValueError, TypeError):
        noted: Any = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        place, aside = (Path(each) for each in noted)
        beside = place.parent == aside.parent == folder.parent.resolve()
        if beside and not os.path.lexists(place) and aside.is_dir():
            aside.rename(place)
