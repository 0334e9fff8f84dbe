"""What is tried with a scoring rule: frames of every size and order, with and without answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fit_toolkit.engine import samples
from fit_toolkit.engine.child_main import CHANGED
from fit_toolkit.engine.conformance.bench import Bench, Room, away
from fit_toolkit.engine.conformance.cases import Case, cases, label
from fit_toolkit.engine.conformance.shut import shut_cases
from fit_toolkit.engine.records import BrokenContractError, PluginFailureError, Provided

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from fit_toolkit.model.instrument import Scale

ITEMS = tuple(f"q{number}" for number in range(1, 6))
HIGHEST = 4
MANY = 1000


def rule_cases(provided: Provided, given: Mapping[str, Any], bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one scoring rule."""
    trial = _Trial(provided, given, bench)
    yield from cases(label(provided), {
        "contract": ("its answer keeps the contract", trial.keeps_contract),
        "empty": ("it scores no form", lambda: trial.scores(0)),
        "one-row": ("it scores one form", lambda: trial.scores(1)),
        "thousand-rows": ("it scores many forms", lambda: trial.scores(MANY)),
        "range": ("it scores a form of all lowest and of all highest answers", trial.scores_the_ends),
        "all-missing": ("it takes forms without any answer", trial.takes_nothing),
        "inputs-unchanged": ("it changes nothing that it is given", trial.keeps),
        "same-answer": ("the same answers give the same score", trial.repeats),
        "shuffled": ("the order of the forms changes nothing", trial.minds_no_order),
        "slicing": ("other forms change nothing", trial.minds_its_own),
        **shut_cases(provided.source, trial.ask, _difference),
        "child": ("it says the same in a child process", trial.travels),
    })  # fmt: skip


class _Trial:
    """One scoring rule; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any], bench: Bench) -> None:
        self.provided = provided
        self.given = samples.parameters(provided.thing, required_only=True) | dict(given)
        self.bench = bench

    @cached_property
    def answers(self) -> DataFrame:
        from pandas import DataFrame

        drawn = np.random.default_rng(5).integers(0, HIGHEST + 1, (MANY, len(ITEMS)))
        return DataFrame(drawn.astype(float), columns=list(ITEMS))

    @cached_property
    def scale(self) -> Scale:
        return samples.scale(self.provided.kind, ITEMS, HIGHEST, self.given)

    def keeps_contract(self) -> str:
        try:
            self._compute(self.answers)
        except BrokenContractError as error:
            return error.failure.error
        return ""

    def scores(self, count: int) -> str:
        self._compute(self.answers.head(count))
        return ""

    def scores_the_ends(self) -> str:
        from pandas import DataFrame

        ends = DataFrame([[0.0] * len(ITEMS), [float(HIGHEST)] * len(ITEMS)], columns=list(ITEMS))
        found = self._compute(ends).isna().to_numpy()
        where = [name for name, missing in zip(("lowest", "highest"), found, strict=True) if missing]
        return f"no score for all {' and all '.join(where)} answers" if where else ""

    def takes_nothing(self) -> str:
        self._compute(self.answers.head(3) * np.nan)  # whether that is a score is decided by the scale's missing rule
        return ""

    def keeps(self) -> str:
        try:
            self.ask("shut")  # the child compares what it handed over
        except PluginFailureError as error:
            return error.failure.error if CHANGED in error.failure.error else ""
        return ""

    def repeats(self) -> str:
        return _difference(self._compute(self.answers), self._compute(self.answers))

    def minds_no_order(self) -> str:
        mixed = self._compute(self.answers.sample(frac=1.0, random_state=3)).reindex(self.answers.index)
        return _difference(self._compute(self.answers), mixed)

    def minds_its_own(self) -> str:
        from pandas import concat

        parts = concat([self._compute(self.answers.head(13)), self._compute(self.answers.tail(MANY - 13))])
        return _difference(self._compute(self.answers), parts)

    def travels(self) -> str:
        return _difference(self._compute(self.answers), self.ask("plain"))

    def ask(self, room: Room) -> Series[float]:
        """Score many forms in a room."""
        return self.bench.workers(room).compute(away(self.provided), self.given, self.answers, self.scale)

    def _compute(self, answers: DataFrame) -> Series[float]:
        return self.bench.workers("open").compute(self.provided, self.given, answers, self.scale)


def _difference(one: Series[float], other: Series[float]) -> str:
    return "" if one.equals(other) else "the scores differ"
