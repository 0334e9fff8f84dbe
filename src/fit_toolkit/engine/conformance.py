"""Tries a plugin on made-up data before a practice relies on it: `fit plugins check`.

Each check is one sentence with yes or no. What a plugin of others brings is tried where it will run, in a child
process; what ships with the toolkit is tried in this process and in a child, and must say the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from fit_toolkit.course import Course, Findings
from fit_toolkit.engine import samples
from fit_toolkit.engine.policies import ReadyPolicy, build_part, instantiate
from fit_toolkit.engine.records import Limits, PluginFailureError, Provided
from fit_toolkit.engine.registry import Registry
from fit_toolkit.engine.workers import Workers
from fit_toolkit.errors import ConfigError, FitError

MANY = (0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 0, 1, 7, 9, 11, 30) * 4
POINTS = ("fires", "known", "back_to", "until", "renew")
MEMBERS = ("fires", "known", "since", "again")


@dataclass(frozen=True)
class Check:
    """One thing that was tried, and how it went."""

    thing: str
    check: str
    passed: bool
    detail: str = ""


def check_plugin(registry: Registry, name: str) -> Iterator[Check]:
    """Try everything that the plugin called `name` brings; the registry has loaded it."""
    info = registry.plugin(name)
    failures = [failure for failure in registry.failures if failure.plugin == info.name]
    said = "; ".join(" ".join(part for part in (each.hook, each.thing, each.error) if part) for each in failures)
    yield Check("plugin", "it loads, and its hooks are known and give what they should", not failures, said)
    yield Check("plugin", "it says for which hook API it is written", "fit_hook_api" not in info.reason, info.reason)
    everything = (registry.policies, registry.rules, registry.readers, registry.channels)
    mine = [each for group in everything for each in group.values() if each.plugin == info.name]
    with Workers(registry) as workers:
        for provided in mine:
            yield from _described(provided)
            tries: dict[str, Callable[[Provided, Workers], Iterator[Check]]] = {"policy": _policy, "rule": _rule}
            yield from tries.get(provided.thing.what, _part)(provided, workers)


def _label(provided: Provided) -> str:
    return f"{provided.thing.what} {provided.kind}"


def _described(provided: Provided) -> Iterator[Check]:
    thing = provided.thing
    own_words = bool(thing.title) and not thing.title.startswith(f"{thing.kind}(")
    yield Check(_label(provided), "it says in one sentence what it does", own_words)
    silent = [parameter.name for parameter in thing.parameters if not parameter.help]
    detail = f"without a description: {', '.join(silent)}" if silent else ""
    yield Check(_label(provided), "every parameter has a type and a help text", not silent, detail)


def _ready(provided: Provided, workers: Workers) -> ReadyPolicy:
    try:
        return instantiate(provided, samples.parameters(provided.thing, required_only=True), workers=workers)
    except PluginFailureError:
        raise
    except FitError:
        return instantiate(provided, samples.parameters(provided.thing, required_only=False), workers=workers)


def _try(label: str, sentence: str, attempt: Callable[[], str]) -> Check:
    try:
        problem = attempt()
    except PluginFailureError as error:
        return Check(label, sentence, passed=False, detail=error.failure.error)
    except FitError as error:
        return Check(label, sentence, passed=False, detail=str(error))
    return Check(label, sentence, not problem, problem)


# ---- policies


def _policy(provided: Provided, workers: Workers) -> Iterator[Check]:
    label = _label(provided)
    try:
        ready = _ready(provided, workers)
    except FitError as error:
        detail = error.failure.error if isinstance(error, PluginFailureError) else str(error)
        yield Check(label, "it can be made with example parameters", passed=False, detail=detail)
        return
    yield Check(label, "it can be made with example parameters", passed=True)
    trial = _Trial(ready, workers)
    for sentence, attempt in {
        "it answers about nobody": lambda: trial.answers(()),
        "it answers about members who never rated": lambda: trial.answers((0, 0, 0)),
        "it answers about one rating": lambda: trial.answers((1,)),
        "it answers about many ratings": lambda: trial.answers(MANY),
        "it answers on scales where lower is better": lambda: trial.answers(MANY, higher_is_better=False),
        "its reason can be told wherever it fires": trial.tells,
        "the same ratings give the same answer": trial.repeats,
        "later ratings change nothing before them": trial.looks_back_only,
        "other clients change nothing": trial.minds_its_own,
        "it changes nothing that it is given": trial.keeps,
        "it says the same in a child process": trial.travels,
    }.items():
        yield _try(label, sentence, attempt)


class _Trial:
    """One policy with example parameters; every method gives what is wrong, or nothing."""

    def __init__(self, ready: ReadyPolicy, workers: Workers) -> None:
        self.ready = ready
        self.workers = workers

    def answers(self, counts: tuple[int, ...], *, higher_is_better: bool = True) -> str:
        self._find(self._courses(counts, higher_is_better=higher_is_better))
        return ""

    def tells(self) -> str:
        found = self._find(self._courses(MANY))
        for at in np.flatnonzero(found.fires):
            try:
                found.reason.format(**found.facts(int(at)))
            except KeyError as error:
                return f"{error.args[0]!r} is unknown at a point where it fires"
        return ""

    def repeats(self) -> str:
        course = self._courses(MANY)
        return _difference(self._find(course), self._find(course))

    def looks_back_only(self) -> str:
        course = self._courses(MANY)
        whole = self._find(course)
        if whole.about_members:
            return ""
        for most in (1, 3, 7):
            kept = course.number <= most
            part = self._find(samples.pick(course, kept))
            if difference := _difference(_select(whole, kept), part):
                return f"{difference}, when only the first {most} ratings are known"
        return ""

    def minds_its_own(self) -> str:
        course = self._courses(MANY)
        whole = self._find(course)
        every = np.ones(len(course), bool)
        for rows in np.array_split(np.arange(len(course.count)), 3):
            part = self._find(samples.pick(course, every, rows))
            mine = np.isin(np.arange(len(course.count)), rows) if whole.about_members else np.isin(course.owner, rows)
            if difference := _difference(_select(whole, mine), part):
                return f"{difference}, when fewer clients are looked at together"
        return ""

    def keeps(self) -> str:
        course = self._courses(MANY)
        before = {name: column.tobytes() for name, column in course.columns().items()}
        self._find(course)
        changed = [name for name, column in course.columns().items() if column.tobytes() != before[name]]
        return f"changed: {', '.join(changed)}" if changed else ""

    def travels(self) -> str:
        course = self._courses(MANY)
        here = self._find(course)
        if self.ready.instance is None:
            return ""
        away = msgspec.structs.replace(self.ready.provided, cls=None)
        with Workers(limits=Limits(seconds=self.workers.limits.seconds)) as workers:
            ready = instantiate(away, self.ready.parameters, workers=workers)
            return _difference(here, workers.find(ready, course))

    def _courses(self, counts: tuple[int, ...], *, higher_is_better: bool = True) -> Course:
        return samples.courses(counts, ratings=self.ready.ratings, higher_is_better=higher_is_better)

    def _find(self, course: Course) -> Findings:
        return self.workers.find(self.ready, course)


def _columns(found: Findings) -> dict[str, Any]:
    names = MEMBERS if found.about_members else POINTS
    return {name: getattr(found, name) for name in names} | found.evidence


def _select(found: Findings, kept: Any) -> dict[str, Any]:
    return {name: None if column is None else column[kept] for name, column in _columns(found).items()}


def _difference(one: Findings | dict[str, Any], other: Findings) -> str:
    left, right = _columns(one) if isinstance(one, Findings) else one, _columns(other)
    if left.keys() != right.keys():
        return "the evidence has other columns"
    for name, column in left.items():
        if (column is None) != (right[name] is None):
            return f"{name!r} is there once and once not"
        if column is not None and not np.array_equal(column, right[name], equal_nan=column.dtype.kind == "f"):
            return f"{name!r} differs"
    return ""


# ---- scoring rules, readers, channels


def _rule(provided: Provided, workers: Workers) -> Iterator[Check]:
    from pandas import DataFrame, concat

    from fit_toolkit.model.instrument import LookupRow, Scale

    given = samples.parameters(provided.thing, required_only=True)
    items = tuple(f"q{number}" for number in range(1, 6))
    scale = Scale(
        id="example", range=(-1e9, 1e9), items=items, method="plugin", rule=provided.kind, parameters=given,
        weights=dict.fromkeys(items, 1.0),
        table=tuple(LookupRow(raw=float(raw), value=raw / 2) for raw in range(21)),
    )  # fmt: skip
    answers = DataFrame(np.random.default_rng(5).integers(0, 5, (40, 5)).astype(float), columns=list(items))

    def scores(frame: DataFrame) -> Any:
        return workers.compute(provided, given, frame, scale)

    def some(count: int) -> str:
        scores(answers.head(count))
        return ""

    def repeated() -> str:
        return "" if scores(answers).equals(scores(answers)) else "the scores differ"

    def shuffled() -> str:
        mixed = scores(answers.sample(frac=1.0, random_state=3)).reindex(answers.index)
        return "" if mixed.equals(scores(answers)) else "the scores differ when the rows come in another order"

    def split() -> str:
        parts = concat([scores(answers.head(13)), scores(answers.tail(27))])
        return "" if parts.equals(scores(answers)) else "the scores differ when fewer forms are scored together"

    for sentence, attempt in {
        "it scores no form": lambda: some(0),
        "it scores one form": lambda: some(1),
        "it scores many forms": lambda: some(40),
        "the same answers give the same score": repeated,
        "the order of the forms changes nothing": shuffled,
        "other forms change nothing": split,
    }.items():
        yield _try(_label(provided), sentence, attempt)


def _part(provided: Provided, _workers: Workers) -> Iterator[Check]:
    label = _label(provided)
    settings = samples.parameters(provided.thing, required_only=True)

    def made() -> str:
        try:
            build_part(provided, settings)
        except ConfigError:
            return ""  # it says what it needs, which is as good
        return ""

    yield _try(label, "it can be made from settings, or says what it needs", made)
    if provided.thing.what != "reader":
        return

    def sniffs() -> str:
        reader = build_part(provided, settings)
        for head in (b"", b"a,b\n1,2\n", bytes(range(256)), b"\xff\xfe" * 50):
            for suffix in ("", ".csv", ".xlsx"):
                try:
                    sure = reader.sniff(head, suffix)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - this is what the check is about
                    return f"sniff raised {type(error).__name__}"
                if not (isinstance(sure, (int, float)) and 0 <= sure <= 1):
                    return "sniff must give a number from 0 to 1"
        return ""

    yield _try(label, "it says of any file how sure it is, from 0 to 1", sniffs)
