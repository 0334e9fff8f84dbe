"""Files that say who was in treatment: their kind, known by the columns, and the cells of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.intake.layout import ALWAYS_IGNORED, refuse_headless
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.records import Problem
from fit_toolkit.intake.values import DateFormat
from fit_toolkit.model.parts import RawTable
from fit_toolkit.model.writing import unguarded

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "members": ("client", "episode", "kind", "therapist", "joined", "left", "opened", "closed", "close_reason", "sex", "born",
                "labels"),
    "staff": ("code", "role", "starts", "ends", "supervisor"),
    "assignments": ("episode", "therapist", "role", "since", "until"),
    "pauses": ("episode", "since", "until", "reason"),
}  # fmt: skip
NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "members": frozenset({"client"}),
    "staff": frozenset({"code", "role", "starts"}),
    "assignments": frozenset({"episode", "therapist", "since"}),
    "pauses": frozenset({"episode", "since", "until"}),
}
FILES: Final = tuple(f"{kind}.csv" for kind in COLUMNS)  # of an export


@dataclass(eq=False)
class Listed:
    """One file by its columns, and what is wrong with its rows; `fate` of a row: accepted or unchanged."""

    file: str
    kind: str
    table: RawTable
    places: dict[str, int]
    dates: DateFormat
    problems: list[Problem] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)  # rows that something is wrong with
    fate: dict[int, str] = field(default_factory=dict)

    def text(self, row: int, role: str) -> str:
        """Give a cell; nothing where there is no such column."""
        return unguarded(self.table.rows[row][self.places[role]].strip()) if role in self.places else ""

    def day(self, row: int, role: str, *, needed: bool = False) -> date | None:
        """Give a day, and report a cell that is none."""
        text = self.text(row, role)
        found = self.dates.read(text) if text else "the day is missing" if needed else None
        if isinstance(found, str):
            self.wrong(row, role, found)
            return None
        return found

    def wrong(self, row: int, role: str, said: str) -> None:
        """Report a cell, or a row where there is no such column."""
        at = self.places.get(role, -1)
        name, value = (self.table.columns[at], self.table.rows[row][at]) if at >= 0 else ("", "")
        self.problems.append(Problem(row, int(self.table.lines[row]), name, value, said))
        self.bad.add(row)


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Give the files that are meant; of the folder of an export those that say who was in treatment."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        there = [path / name for name in FILES if (path / name).is_file()]
        if not there:
            raise UsageError("there is no members.csv in this folder", where=str(path))
        found += there
    return found


def meaning(table: RawTable) -> Map:
    """Give what the columns mean: those known by name."""
    known = {role for roles in COLUMNS.values() for role in roles}
    named = {column: column.strip().casefold() for column in table.columns}
    columns: dict[str, str | Target] = {column: Target(role=role) for column, role in named.items() if role in known}
    return Map(columns=columns)


def listed(table: RawTable, file: str, date_format: str) -> Listed:
    """Lay a file out; what it is is told by its columns, and one that does not belong there is refused."""
    places: dict[str, int] = {}
    said = []
    names = [column.strip().casefold() for column in table.columns]
    tells = (("client", "members"), ("code", "staff"), ("therapist", "assignments"))
    kind = next((kind for column, kind in tells if column in names), "pauses")
    for at, name in enumerate(names):
        if name in places:
            said.append(f"two columns are called {name}")
        elif name in COLUMNS[kind]:
            places[name] = at
        elif name and name not in ALWAYS_IGNORED:
            said.append(f"unknown column: {table.columns[at]}")
    lacking = sorted(NEEDED[kind] - places.keys())
    if lacking and not places:
        said = ["no column has a known name; is the header line missing?"]
    elif lacking:
        said.append(f"missing columns: {', '.join(lacking)}")
    refuse_headless([column for at, column in enumerate(table.columns) if at not in places.values()], file)
    if said:
        hint = "; ".join(f"{each}: {', '.join(columns)}" for each, columns in COLUMNS.items())
        raise DataError("; ".join(said), where=f"{file}:1", hint=f"columns are, for {hint}", findings=tuple(said))
    return Listed(file, kind, table, places, DateFormat(date_format))
