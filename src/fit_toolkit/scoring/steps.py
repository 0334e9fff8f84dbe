"""One made-up form of an instrument, scored step by step, so that somebody can follow the arithmetic with a pencil.

The arithmetic is done again here in fractions: `score` makes the scores, this says how.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from fit_toolkit.model.instrument import Instrument, Item, Person, Scale
from fit_toolkit.model.scale import Recode
from fit_toolkit.model.terms import COMPARE
from fit_toolkit.scoring.one import score_one
from fit_toolkit.scoring.rules import Rules

# How far up its range each made-up answer lies, over and over again.
PATTERN = (0.3, 0.6, 0.1, 0.8, 0.5)


class Example(NamedTuple):
    """Made-up answers, whose they are, and what scoring makes of them."""

    answers: dict[str, float]
    person: Person | None
    scores: dict[str, dict[str, Any]]


class Step(NamedTuple):
    """One step of the arithmetic: its name, and what happens in it."""

    name: str
    text: str


def number(value: float | Fraction) -> str:
    """Write a number for the eye: four decimals at most."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def example_of(instrument: Instrument, rules: Rules) -> Example:
    """Fill a form in and score it."""
    answers = {item.id: _answer(item, place) for place, item in enumerate(instrument.number_items)}
    person = _person(instrument)
    return Example(answers, person, score_one(instrument, answers, rules, person=person))


def steps(instrument: Instrument, scale: Scale, example: Example) -> Iterator[Step]:
    """Take the score of one scale apart."""
    if scale.conditions:
        yield from _conditions(scale, example)
    elif scale.scales:
        parts = {id: Fraction(str(example.scores[id]["value"])) for id in scale.scales if _has(example, id)}
        yield from _arithmetic(scale, parts, example)
    else:
        yield from _of_items(instrument, scale, example)
    yield from _outcome(scale, example)


def _answer(item: Item, place: int) -> float:
    values = item.values()
    return values[round(PATTERN[place % len(PATTERN)] * (len(values) - 1))]


def _person(instrument: Instrument) -> Person | None:
    """Say whose form it is, where tables or bands are for some people only."""
    keyed = [each.who for scale in instrument.scales for each in scale.tables]
    keyed += [each.who for scale in instrument.scales for each in scale.band_sets if each.who and each.verified]
    who = next(iter(keyed), None)
    return Person(age=who.age[0] if who.age else None, sex=who.sex, rater=who.rater) if who else None


def _has(example: Example, scale: str) -> bool:
    return not math.isnan(example.scores[scale]["value"])


def _of_items(instrument: Instrument, scale: Scale, example: Example) -> Iterator[Step]:
    counted = {id: Fraction(str(example.answers[id])) for id in scale.items}
    yield Step("answers", ", ".join(f"{id} {number(value)}" for id, value in counted.items()))
    if scale.recode:
        for recode in scale.recode:
            for id in recode.items or scale.items:
                counted[id] = _recoded(recode, counted[id])
        yield Step("counted as", ", ".join(f"{id} {number(value)}" for id, value in counted.items()))
    turned = []
    for id in scale.reverse:
        low, high = _ends(instrument.item(id), scale)
        turned.append(f"{id} {number(low + high)} - {number(counted[id])} = {number(low + high - counted[id])}")
        counted[id] = low + high - counted[id]
    if turned:
        yield Step("turned round", ", ".join(turned))
    yield from _arithmetic(scale, counted, example)


def _ends(item: Item, scale: Scale) -> tuple[Fraction, Fraction]:
    """Give the lowest and highest that an answer can count here, which is what turning round goes by."""
    recodes = [each for each in scale.recode if item.id in (each.items or scale.items)]
    values = [Fraction(str(value)) for value in item.values()]
    for recode in recodes:
        values = [_recoded(recode, value) for value in values]
    return min(values), max(values)


def _recoded(recode: Recode, value: Fraction) -> Fraction:
    if recode.at_least is not None:
        return Fraction(int(value >= Fraction(str(recode.at_least))))
    table = {Fraction(key): Fraction(str(counts)) for key, counts in recode.values.items()}
    return table.get(value, value)


def _arithmetic(scale: Scale, parts: Mapping[str, Fraction], example: Example) -> Iterator[Step]:
    total, terms = sum(parts.values(), Fraction()), [number(value) for value in parts.values()]
    if scale.scales:
        terms = [f"{id} {number(value)}" for id, value in parts.items()]
    if scale.method == "plugin":
        yield Step("rule", f"'{scale.rule}' of a plugin makes the score of these")
        return
    if scale.method == "weighted":
        total = sum((value * Fraction(str(scale.weights[id])) for id, value in parts.items()), Fraction())
        terms = [f"{number(value)} x {number(scale.weights[id])}" for id, value in parts.items()]
    if len(parts) > 1 or scale.method == "weighted":
        yield Step("sum", f"{' + '.join(terms).replace('+ -', '- ')} = {number(total)}")
    if scale.method == "mean":
        yield Step("mean", f"{number(total)} / {len(parts)} = {number(total / len(parts))}")
        total /= len(parts)
    if scale.method == "lookup":
        yield Step(
            "table",
            f"{number(total)} becomes {number(example.scores[scale.id]['value'] / scale.multiply)}{_error(scale, total)}",
        )
        total = Fraction(str(example.scores[scale.id]["value"])) / Fraction(str(scale.multiply))
    if scale.multiply != 1:
        yield Step(
            "multiplied",
            f"{number(total)} x {number(scale.multiply)} = {number(total * Fraction(str(scale.multiply)))}",
        )
    if scale.round is not None and scale.round.when == "always":
        yield Step("rounded", f"to a multiple of {number(scale.round.to)}, halves away from zero")


def _error(scale: Scale, raw: Fraction) -> str:
    row = next((row for row in scale.table if Fraction(str(row.raw)) == raw and row.se is not None), None)
    return f" (standard error {number(row.se)})" if row is not None and row.se is not None else ""


def _conditions(scale: Scale, example: Example) -> Iterator[Step]:
    for each in scale.conditions:
        value = example.scores[each.scale]["value"]
        holds = "holds" if COMPARE[each.operator](value, each.value) else "does not hold"
        yield Step("condition", f"{each.scale} {number(value)} {each.operator} {number(each.value)}: {holds}")


def _outcome(scale: Scale, example: Example) -> Iterator[Step]:
    row = example.scores[scale.id]
    if math.isnan(row["value"]):
        yield Step("score", f"none: {row['reason']}")
        return
    said = [str(row["band"])] if row["band"] else []
    crossed = [each for each in scale.cutoffs if each.verified and each.who is None]
    said += [
        f"{each.operator} {number(each.value)} {each.label}"
        for each in crossed
        if COMPARE[each.operator](row["value"], each.value)
    ]
    yield Step("score", number(row["value"]) + (f": {'; '.join(said)}" if said else ""))
