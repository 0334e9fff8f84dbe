"""What is tried with a section of the sheet: members of every sort, before any template is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from fit_toolkit.engine import samples
from fit_toolkit.engine.conformance.bench import Bench, Room, away
from fit_toolkit.engine.conformance.cases import Case, cases, label
from fit_toolkit.engine.conformance.shut import shut_cases
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import Provided
from fit_toolkit.engine.sections import ReadySection, ask, view_of

if TYPE_CHECKING:
    from fit_toolkit.model.parts import SheetView

DAY = date(2030, 1, 1)
MANY = 500  # sessions, each rated by two


def section_cases(provided: Provided, given: Mapping[str, Any], bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one section."""
    trial = SectionTrial(provided, given, bench)
    yield from cases(label(provided), {
        "made": ("it can be made with example parameters", trial.made),
        "never-rated": ("it has an answer about a member who never rated", lambda: trial.answers(0)),
        "one-row": ("it has an answer about one session", lambda: trial.answers(1)),
        "thousand-rows": ("it has an answer about many sessions", lambda: trial.answers(MANY)),
        "all-missing": ("it has an answer where nothing could be scored", lambda: trial.answers(5, missing=True)),
        "inputs-unchanged": ("it changes nothing that it is given", trial.keeps),
        "same-answer": ("the same ratings give the same data", trial.repeats),
        **shut_cases(provided.source, trial.ask, lambda one, other: "" if one == other else "the data differ"),
    })  # fmt: skip


class SectionTrial:
    """One section; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any], bench: Bench) -> None:
        self.provided = provided
        self.bench = bench
        self.parameters = samples.parameters(provided.thing, required_only=True) | dict(given)

    def made(self) -> str:
        """Make it with its parameters."""
        return "" if self._ready().section is not None else "it could not be made"

    def answers(self, sessions: int, *, missing: bool = False) -> str:
        """Ask it about so many sessions."""
        self.data(self._view(sessions, missing=missing))
        return ""

    def keeps(self) -> str:
        """Look at what it was given afterwards."""
        view = self._view(12)
        before = view.ratings.copy(deep=True)
        self.data(view)
        return "" if view.ratings.equals(before) else "the ratings are not the same afterwards"

    def repeats(self) -> str:
        """Ask it twice."""
        return "" if self.data(self._view(12)) == self.data(self._view(12)) else "the data differ"

    def ask(self, room: Room) -> Any:
        """Ask it in a room about a dozen sessions."""
        workers = self.bench.workers(room)
        return workers.data(away(self.provided), self.parameters, self.rows(12), DAY)

    def rows(self, sessions: int, *, missing: bool = False) -> list[dict[str, Any]]:
        """What it may see of so many sessions."""
        rows = samples.sheet_rows(sessions, missing=missing)
        return [row for row in rows if self.provided.thing.page != "client" or row["rater"] == "client"]

    def data(self, view: SheetView) -> dict[str, Any] | None:
        """Ask it about one member."""
        return ask(self._ready(), view)

    def _ready(self) -> ReadySection:
        thing = self.provided.thing
        made = build_part(self.provided, self.parameters)
        return ReadySection(thing.kind, thing.page or "therapist", thing.template, self.provided, made)

    def _view(self, sessions: int, *, missing: bool = False) -> SheetView:
        return view_of(self.rows(sessions, missing=missing), as_of=DAY, language="en")
