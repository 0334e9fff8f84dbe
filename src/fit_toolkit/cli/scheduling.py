"""What has to be started when, whatever starts it: the commands of the jobs, with whole paths."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from fit_toolkit.errors import UsageError

LONGEST = "2h"
FIRST, LAST = 7, 19  # hours in which what could not be sent is tried again


@dataclass(frozen=True)
class Job:
    """One thing to be started: a short name, what it is, its command, and at which time of the day."""

    name: str
    what: str
    command: tuple[str, ...]
    hour: int
    minute: int
    hourly: bool = False  # from FIRST to LAST, at `minute`
    outside: Path | None = None  # a folder that is not in the practice, and that it writes to
    after: str = ""  # the job whose end it waits for, where what starts it can wait
    quiet: bool = False  # prints a line also when all is well, which is nothing to be told of


def jobs(
    folder: Path, *, hour: int, minute: int, backups: Path | None = None, sheets: Path | None = None
) -> tuple[Job, ...]:  # fmt: skip
    """Give the run of the morning, the retry of what could not be sent, and the look at whether all is well.

    With a folder for `backups` also a copy of the practice, half an hour before the run; with one for `sheets` also those
    of the day, half an hour after it began, so that what it found is on them.
    """
    fit = (*program(), "--practice", str(folder))
    if any(ord(letter) < 32 for part in fit for letter in part):
        raise UsageError("a path with a line break cannot be written into a schedule", hint="move the practice")
    soon = (hour * 60 + minute + 30) % 1440
    later = (hour * 60 + minute + 90) % 1440
    before = (hour * 60 + minute - 30) % 1440
    copies = Job(
        "backup", "copy the practice, and remove old copies", (*fit, "backup", "--quiet"), before // 60, before % 60,
        outside=_outside(folder, backups),
    )  # fmt: skip
    pages = Job(
        "sheets", "make the sheets of the day", (*fit, "sheets", "--quiet"), soon // 60, soon % 60,
        outside=_outside(folder, sheets), after="alerts",
    )  # fmt: skip
    return (
        Job("alerts", "look at what is new or due, and send", (*fit, "alerts", "run", "--max-runtime", LONGEST), hour, minute),
        Job("deliver", "send again what could not be sent", (*fit, "alerts", "deliver"), FIRST, (minute + 30) % 60, hourly=True),
        Job("check", "say so when all is not well", (*fit, "check"), later // 60, later % 60, quiet=True),
        *([copies] if backups else []),
        *([pages] if sheets else []),
    )  # fmt: skip


def _outside(folder: Path, place: Path | None) -> Path | None:
    place = place.resolve() if place is not None else folder.resolve()
    return None if place.is_relative_to(folder.resolve()) else place


def program() -> tuple[str, ...]:
    """Give how this very installation is started, as it is named: the way through a symbolic link is that of its venv."""
    python = Path(os.path.abspath(sys.executable))  # noqa: PTH100 - resolve() would leave the virtual environment
    script = python.with_name("fit.exe" if sys.platform == "win32" else "fit")
    return (str(script),) if script.is_file() else (str(python), "-m", "fit_toolkit")
