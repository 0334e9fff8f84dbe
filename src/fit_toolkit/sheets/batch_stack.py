"""One therapist's stack while it is made: its rows, its files, and which of them go into the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from fit_toolkit.language import say
from fit_toolkit.sheets.batch_beside import Couples
from fit_toolkit.sheets.batch_folder import Folder
from fit_toolkit.sheets.batch_index import Row
from fit_toolkit.sheets.batch_list import Stack


@dataclass
class Stacked:
    """One therapist's stack while it is made."""

    stack: Stack
    folder: Folder
    couples: Couples
    rows: list[Row] = field(default_factory=list)
    files: dict[tuple[int, str], str] = field(default_factory=dict)  # by place in the stack and page: the PDF
    asked: set[str] = field(default_factory=set)
    failed: bool = False
    left: int = 0  # pages that are still to come

    def leaves(self, page: str) -> list[tuple[str, Row]]:
        """The files that go into one whole; the page of a couple or a group lies before those of its members."""
        kinds = ("together", "therapist") if page == "therapist" else (page,)
        return [
            (self.files[place, kind], row)
            for place, row in enumerate(self.rows)
            for kind in kinds
            if (place, kind) in self.files
        ]


@dataclass(frozen=True)
class Slip:
    """Where a job's result belongs."""

    stacked: Stacked
    place: int
    numbers: tuple[int, ...]  # of the sheets of whom it is about
    name: str  # without its ending


def bookmark(row: Row, file: str) -> str:
    """By number and time: a page taken out of the file may carry the list of all bookmarks with it."""
    if row.numbers:
        numbers = ", ".join(row.numbers)
        return (
            say("%(time)s, together: sheets %(numbers)s", time=row.time, numbers=numbers)
            if row.time
            else say("Together: sheets %(numbers)s", numbers=numbers)
        )
    number = file.partition(".")[0].partition("-")[0]
    return (
        say("%(time)s, sheet %(number)s", time=row.time, number=number)
        if row.time
        else say("Sheet %(number)s", number=number)
    )
