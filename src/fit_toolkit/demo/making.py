"""Makes the demo from an empty folder to the page to open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from fit_toolkit.demo.days import Days, SetClock
from fit_toolkit.demo.folder import prepare
from fit_toolkit.demo.forms import Session, make_sessions
from fit_toolkit.demo.history import Say, live_through
from fit_toolkit.demo.index import figures_of, write_indexes
from fit_toolkit.demo.sheets import Made, can_print, make_sheets
from fit_toolkit.practice import Practice, open_practice


@dataclass(frozen=True)
class Demo:
    """What was made and where; `no_pdf` says why there are no PDFs, where there are none."""

    root: Path
    as_of: date
    figures: dict[str, int]
    sheets: tuple[Made, ...]
    no_pdf: str = ""


def make_demo(folder: Path, *, today: date, seed: int = 7, pdf: bool = True, say: Say = lambda _: None) -> Demo:
    """Make a synthetic practice that ends the day before `today`; the same seed and day give the same one.

    Raises UsageError where the folder holds anything. `say` hears how far it is.
    """
    days = Days(today - timedelta(days=1))
    practice, sessions, ratings = fill(folder, days, seed=seed, say=say)
    why = can_print() if pdf else "left out as asked"
    made = make_sheets(practice, as_of=days.last, pdf=not why, say=say)
    held = len({(session.story.together or session.story.client, session.on) for session in sessions})
    figures = figures_of(practice, sessions=held, ratings=ratings)
    write_indexes(practice, made, as_of=days.last, seed=seed, figures=figures)
    practice.store.close()
    return Demo(practice.root, days.last, figures, tuple(made), why)


def fill(folder: Path, days: Days, *, seed: int, say: Say) -> tuple[Practice, list[Session], int]:
    """Make the practice and let its past happen; return it with its sessions and the number of ratings."""
    prepare(folder)
    clock = SetClock(days.last)
    practice = open_practice(folder, clock=clock)
    sessions = make_sessions(seed, days, practice.catalog)
    return practice, sessions, live_through(practice, clock, days, sessions, say)
