"""What an import is asked to do, what it found wrong, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal

import msgspec

SHOWN: Final = 60  # characters of a cell that a message quotes


class Problem(msgspec.Struct, frozen=True, order=True):
    """One cell that cannot be taken as it is; `row` counts the rows of the file from 0, `line` its lines from 1."""

    row: int
    line: int
    column: str
    value: str
    problem: str

    def at(self, file: str, *, quoted: bool = True) -> str:
        """Write it for a person, with the file it is in; what stands in the cell only if it may be `quoted`."""
        value = self.value if len(self.value) <= SHOWN else f"{self.value[:SHOWN]}..."
        cell = f" {self.column}" + (f"={value!r}" if quoted else ":") if self.column else ""
        return f"{file}:{self.line}:{cell} {self.problem}"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """How an import is to be done."""

    actor: str
    today: date
    now: datetime
    zone: str = "UTC"  # of the practice: what day a moment is
    open_episodes: bool = False
    correct: bool = False
    reason: str = ""
    keep_going: bool = False
    dry_run: bool = False
    map_sha256: str | None = None
    kind: Literal["import", "enter"] = "import"
    batch: int | None = None
    mode: Literal["paper", "screen", "phone", "read-aloud", "import"] = "import"
    language: str | None = None
    seen_client_answers: bool | None = None


class Stored(msgspec.Struct, frozen=True):
    """One form that was stored: its administration, where in the file it begins, and what it says about safety."""

    administration: int
    line: int
    client: str
    instrument: str
    session_on: date
    flagged: bool = False
    left_out: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import: rows = accepted + unchanged + rejected.

    The lists are in order; those of a large file are not in memory and are read each time they are gone through.
    """

    file: str
    rows: int
    accepted: int
    unchanged: int
    rejected: int
    written: bool
    batch: int | None = None
    forms: int = 0
    corrected: int = 0
    episodes_opened: int = 0
    dates_assumed: bool = False
    flagged: int = 0
    stored: Sequence[Stored] = ()
    there: Sequence[int] = ()
    problems: Sequence[Problem] = ()
    notes: tuple[str, ...] = ()

    @property
    def rejected_rows(self) -> tuple[int, ...]:
        """Positions of the rejected rows, in the order of the file."""
        return tuple(sorted({each.row for each in self.problems}))
