"""The worked tests inside a definition file: answers in, the scores they must give out."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Instrument, WorkedTest, ticks
from fit_toolkit.scoring.answers import UnreadableError, read_answer
from fit_toolkit.scoring.people import one
from fit_toolkit.scoring.risk import risk
from fit_toolkit.scoring.rules import Rules
from fit_toolkit.scoring.score import score


class Failure(Struct, frozen=True):
    """One worked test that came out otherwise; `part` and `key` say where in the test."""

    test: int
    name: str
    part: str
    key: str
    message: str


def run_tests(instrument: Instrument, rules: Rules | None = None) -> list[Failure]:
    """Run every worked test of a definition and list what came out otherwise."""
    return [
        failure for number, test in enumerate(instrument.tests) for failure in _run(instrument, number, test, rules)
    ]


def _run(instrument: Instrument, number: int, test: WorkedTest, rules: Rules | None) -> Iterator[Failure]:
    name = test.name or f"test {number + 1}"
    row: dict[str, float] = {}
    for key, given in test.given.items():
        item = instrument.item(key)
        try:
            row[key] = math.nan if item.is_text else read_answer(item, _text(given))
        except UnreadableError as error:
            yield Failure(number, name, "given", key, str(error))
            return
    numbers = DataFrame([row], columns=[item.id for item in instrument.number_items], dtype=np.float64)
    found = {
        each["scale"]: each for each in score(instrument, numbers, rules, people=one(test.person)).to_dict("records")
    }
    for part, key, message in _compare(test, found):
        yield Failure(number, name, part, key, message)
    if test.risk is not None:
        fired = set(risk(instrument, numbers)["item"])
        if fired != set(test.risk):
            yield Failure(number, name, "risk", "", f"risk answers: {sorted(fired)}, not {sorted(test.risk)}")


def _compare(test: WorkedTest, found: dict[str, dict[Hashable, Any]]) -> Iterator[tuple[str, str, str]]:
    for key, expected in test.expect.items():
        value = found[key]["value"]
        same = math.isnan(value) if expected is None else value == ticks(expected) / TICK
        if not same:
            why = f" ({found[key]['reason']})" if math.isnan(value) else ""
            yield "expect", key, f"'{key}' gave {_show(value)}{why}, not {_show(expected)}"
    for part, wanted in (("status", test.status), ("band", test.band)):
        for key, each in wanted.items():
            if found[key][part] != each:
                yield part, key, f"the {part} of '{key}' is '{found[key][part]}', not '{each}'"


def _text(given: float | str | None) -> str:
    if given is None:
        return ""
    return given if isinstance(given, str) else f"{given:.10g}"


def _show(value: float | None) -> str:
    return "no score" if value is None or math.isnan(value) else f"{value:.10g}"
