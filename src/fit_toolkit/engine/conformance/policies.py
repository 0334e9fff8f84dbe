"""What is tried with an alert policy: on courses of every shape, in this process and in children, and on its own examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Example, Findings
from fit_toolkit.engine import samples
from fit_toolkit.engine.conformance.bench import Bench, Room, away
from fit_toolkit.engine.conformance.cases import Case, Hint, cases, label
from fit_toolkit.engine.conformance.shut import shut_cases
from fit_toolkit.engine.policies import ReadyPolicy, instantiate
from fit_toolkit.engine.records import BrokenContractError, PluginFailureError, Provided
from fit_toolkit.errors import FitError

MANY = (0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 0, 1, 7, 9, 11, 30) * 4
THOUSAND = MANY * 2
POINTS = ("fires", "known", "back_to", "until", "renew")
MEMBERS = ("fires", "known", "since", "again")
OPERATORS = ("value", "previous", "days_since_previous", "number", "owner", "count")


def policy_cases(provided: Provided, given: Mapping[str, Any], bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one policy."""
    trial = _Trial(provided, given, bench)
    yield from cases(label(provided), {
        "made": ("it can be made with example parameters", trial.made),
        "contract": ("its answer keeps the contract", trial.keeps_contract),
        "empty": ("it answers about nobody", lambda: trial.answers(())),
        "never-rated": ("it answers about members who never rated", lambda: trial.answers((0, 0, 0))),
        "one-row": ("it answers about one rating", lambda: trial.answers((1,))),
        "thousand-rows": ("it answers about many ratings", lambda: trial.answers(THOUSAND)),
        "lower-is-better": ("it answers on scales where lower is better", trial.answers_upside_down),
        "all-missing": ("it answers where nothing but the ratings is known", trial.answers_bare),
        "reason": ("its reason can be told wherever it fires", trial.tells),
        "inputs-unchanged": ("it changes nothing that it is given", trial.keeps),
        "same-answer": ("the same ratings give the same answer", trial.repeats),
        "no-look-ahead": ("later ratings change nothing before them", trial.looks_back_only),
        "shuffled": ("clients in another order change nothing", trial.minds_no_order),
        "slicing": ("other clients change nothing", trial.minds_its_own),
        "calendar": ("today changes nothing, unless it says `clock = True`", trial.minds_no_calendar),
        **shut_cases(provided.source, trial.ask, _difference),
        "fires-on-example": ("it fires at the last rating of its own example (fires_on)", trial.fires),
        "quiet-on-example": ("it fires nowhere in its own counter-example (quiet_on)", trial.is_quiet),
        "child": ("it says the same in a child process", trial.travels),
    })  # fmt: skip


class _Trial:
    """One policy; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any], bench: Bench) -> None:
        self.provided = provided
        self.given = given
        self.bench = bench

    @cached_property
    def ready(self) -> ReadyPolicy:
        """The policy with the given parameters, those of its example, or made-up ones."""
        thing = self.provided.thing
        example = thing.fires_on or thing.quiet_on
        if self.given or (example is not None and example.parameters):
            return self._with((example.parameters if example else {}) | dict(self.given))
        try:
            return self._with(samples.parameters(thing, required_only=True))
        except PluginFailureError:
            raise
        except FitError:
            return self._with(samples.parameters(thing, required_only=False))

    def made(self) -> str:
        return "" if self.ready.kind == self.provided.kind else "another kind was made"

    def keeps_contract(self) -> str:
        for counts in ((1, 0, 3, 12), MANY):
            try:
                self._find(self._courses(counts))
            except BrokenContractError as error:
                return error.failure.error
        return ""

    def answers(self, counts: tuple[int, ...]) -> str:
        self._find(self._courses(counts))
        return ""

    def answers_upside_down(self) -> str:
        self._find(self._courses(MANY, higher_is_better=False))
        return ""

    def answers_bare(self) -> str:
        self._find(samples.bare(self._courses(MANY)))
        return ""

    def tells(self) -> str:
        found = self._find(self._courses(MANY))
        for at in np.flatnonzero(found.fires):
            try:
                found.reason.format(**found.facts(int(at)))
            except KeyError as error:
                return f"{error.args[0]!r} is unknown at a point where it fires"
        return ""

    def keeps(self) -> str:
        course = self._courses(MANY)
        before = _seen(course)
        self._find(course)
        changed = [name for name, column in _seen(course).items() if column != before[name]]
        return f"changed: {', '.join(changed)}" if changed else ""

    def repeats(self) -> str:
        course = self._courses(MANY)
        return _difference(self._find(course), self._find(course))

    def looks_back_only(self) -> str:
        course = self._courses(MANY)
        whole = self._find(course)
        if whole.about_members:
            return ""
        some = np.random.default_rng(3).integers(0, 10, len(course.count))
        cuts: dict[str, Any] = {"rating": 1, "3 ratings": 3, "7 ratings": 7, "few ratings": course.each(some)}
        for what, most in cuts.items():
            kept: NDArray[np.bool_] = course.number <= most
            part = samples.pick(course, kept)
            part = part if self.ready.clock else samples.unforeseen(part)
            if difference := _difference(_select(whole, kept), self._find(part)):
                return f"{difference} when only the first {what} of each client are known"
        return ""

    def minds_no_order(self) -> str:
        course = self._courses(MANY)
        rows = np.random.default_rng(11).permutation(len(course.count))
        whole, mixed = self._find(course), self._find(samples.pick(course, rows=rows))
        back = (
            np.argsort(rows)
            if whole.about_members
            else samples.places(samples.pick(course, rows=rows), np.argsort(rows))
        )
        return _difference(_columns(whole), _select(mixed, back))

    def minds_its_own(self) -> str:
        course = self._courses(MANY)
        whole = self._find(course)
        for rows in np.array_split(np.arange(len(course.count)), 3):
            part = self._find(samples.pick(course, rows=rows))
            mine = np.isin(np.arange(len(course.count)), rows) if whole.about_members else np.isin(course.owner, rows)
            if difference := _difference(_select(whole, mine), part):
                return f"{difference} when fewer clients are looked at together"
        return ""

    def minds_no_calendar(self) -> str:
        if self.ready.clock:
            return ""
        course = self._courses(MANY)
        here = self._find(course)
        for today in (int(np.median(course.day)), int(course.day.max()), course.members.today + 400):
            if difference := _difference(here, self._find(samples.on_day(course, today))):
                return f"{difference} on another day: say clock = True"
        return ""

    def fires(self) -> str:
        example = self.provided.thing.fires_on
        if example is None:
            return Hint("add `fires_on = (...)`: ratings of one client at the last of which it fires")
        found = self._on(example)
        if not len(found.fires) or not found.fires[-1]:
            return "it does not fire at the last rating"
        row = found.fires[-self.ready.after :]
        if not found.about_members and (len(row) < self.ready.after or not row.all()):
            return f"it takes {self.ready.after} in a row (`after`), and it does not fire on that many at the end"
        return ""

    def is_quiet(self) -> str:
        example = self.provided.thing.quiet_on
        if example is None:
            return Hint("add `quiet_on = (...)`: ratings of one client in which it fires nowhere")
        at = np.flatnonzero(self._on(example).fires)
        return f"it fires at rating {int(at[0]) + 1}" if len(at) else ""

    def travels(self) -> str:
        course = self._courses(MANY)
        return _difference(self._find(course), self.ask("plain"))

    def ask(self, room: Room) -> Findings:
        """Ask about many ratings in a room."""
        ready = self.ready
        alone = ReadyPolicy(away(self.provided), ready.parameters, ready.ratings, ready.norms)
        return self.bench.workers(room).find(alone, self._courses(MANY))

    def _with(self, parameters: Mapping[str, Any]) -> ReadyPolicy:
        return instantiate(self.provided, parameters, workers=self.bench.workers("open"))

    def _on(self, example: Example) -> Findings:
        ready = self._with(dict(self.ready.parameters) | example.parameters | dict(self.given))
        return self.bench.workers("open").find(ready, example.course(ready.ratings))

    def _courses(self, counts: tuple[int, ...], *, higher_is_better: bool = True) -> Course:
        lines = samples.lines(self.provided.thing, self.ready.parameters)
        return samples.courses(counts, ratings=self.ready.ratings, lines=lines, higher_is_better=higher_is_better)

    def _find(self, course: Course) -> Findings:
        return self.bench.workers("open").find(self.ready, course)


def _seen(course: Course) -> dict[str, bytes]:
    """Everything a policy sees of a course, the operators that are remembered included."""
    columns = course.columns() | {name: getattr(course, name) for name in OPERATORS}
    return {name: column.tobytes() for name, column in columns.items()}


def _columns(found: Findings) -> dict[str, Any]:
    names = MEMBERS if found.about_members else POINTS
    return {name: getattr(found, name) for name in names} | found.evidence


def _select(found: Findings, kept: Any) -> dict[str, Any]:
    return {name: None if column is None else column[kept] for name, column in _columns(found).items()}


def _difference(one: Findings | dict[str, Any], other: Findings | dict[str, Any]) -> str:
    left = _columns(one) if isinstance(one, Findings) else one
    right = _columns(other) if isinstance(other, Findings) else other
    if left.keys() != right.keys():
        return "the evidence has other columns"
    for name, column in left.items():
        if (column is None) != (right[name] is None):
            return f"{name!r} is there once and once not"
        if column is not None and not np.array_equal(column, right[name], equal_nan=column.dtype.kind == "f"):
            return f"{name!r} differs"
    return ""
