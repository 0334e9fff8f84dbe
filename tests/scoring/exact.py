"""Scoring written down once more, one form at a time and in fractions, by the description of the format alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from fit_toolkit.model import TICK, Instrument, Scale, Who
from fit_toolkit.model.instrument import Recode

Form = Mapping[str, float | None]


@dataclass(frozen=True)
class Person:
    low: float | None = None
    high: float | None = None
    sex: str = ""
    rater: str = ""


@dataclass(frozen=True)
class Result:
    value: Fraction | None
    status: str
    answered: int
    items: int
    unrounded: Fraction | None = None  # what a scale made of it takes: thirds stay thirds


UNKNOWN = Person()
HALF = Fraction(1, 2)


def fraction(number: float) -> Fraction:
    return Fraction(str(number))


def scored(instrument: Instrument, form: Form, person: Person = UNKNOWN) -> dict[str, Result]:
    made: dict[str, Result] = {}
    answers = with_skips(
        instrument, {id: None if v is None or math.isnan(v) else fraction(v) for id, v in form.items()}
    )
    waiting = list(instrument.scales)
    while waiting:
        scale = waiting.pop(0)
        if all(part in made for part in scale.parts):
            parts = {part: made[part] for part in scale.parts}
            made[scale.id] = (
                of_parts(scale, parts, person) if parts else of_items(instrument, scale, form, answers, person)
            )
        else:
            waiting.append(scale)
    return made


def with_skips(instrument: Instrument, answers: dict[str, Fraction | None]) -> dict[str, Fraction | None]:
    filled = dict(answers)
    for skip in instrument.skips:
        deciding = [filled.get(id) for id in skip.when]
        if all(each is not None for each in deciding) and sum(each or 0 for each in deciding) == fraction(skip.equals):
            for id in skip.items:
                filled[id] = fraction(skip.count_as) if filled.get(id) is None else filled[id]
    return filled


def of_items(
    instrument: Instrument, scale: Scale, form: Form, answers: Mapping[str, Fraction | None], person: Person
) -> Result:
    counted: dict[str, Fraction] = {}
    for id in scale.items:
        answer = answers.get(id)
        if answer is None:
            continue
        item = instrument.item(id)
        ends = fraction(item.minimum) + fraction(item.maximum)
        for recode in scale.recode:
            if not recode.items or id in recode.items:
                answer, ends = counts(recode, answer), fraction(min(recode.worth)) + fraction(max(recode.worth))
        counted[id] = ends - answer if id in scale.reverse else answer
    gone = [id for id in scale.items if id not in counted]
    optional = [id for id in gone if scale.method == "mean" and instrument.item(id).asked is not None]
    answered = sum(form.get(id) is not None and not math.isnan(form[id] or 0) for id in scale.items)
    items = len(scale.items) - len(optional)
    rule = scale.missing
    least = rule.min_answered if rule and rule.prorate else len(scale.items)
    may = rule.may_miss if rule else ()
    if len(counted) < least or (may and any(id not in may for id in gone)):
        return Result(None, "unscorable", answered, items)
    value = combined(scale, counted, person)
    status = "complete" if len(counted) == items else "prorated"
    return finished(scale, value, status, answered, items)


def of_parts(scale: Scale, parts: Mapping[str, Result], person: Person) -> Result:
    answered, items = (sum(getattr(each, name) for each in parts.values()) for name in ("answered", "items"))
    values = {id: each.unrounded for id, each in parts.items() if each.unrounded is not None}
    if len(values) < len(parts):
        return Result(None, "unscorable", answered, items)
    status = "prorated" if any(each.status == "prorated" for each in parts.values()) else "complete"
    if scale.method == "all-of":
        holds = [
            holding(parts[each.scale].value or Fraction(0), each.operator, fraction(each.value))
            for each in scale.conditions
        ]
        met = Fraction(all(holds))
        return Result(met, status, answered, items, met)
    return finished(scale, combined(scale, values, person), status, answered, items)


def counts(recode: Recode, answer: Fraction) -> Fraction:
    if recode.at_least is not None:
        return Fraction(answer >= fraction(recode.at_least))
    return next(fraction(value) for key, value in recode.values.items() if Fraction(key) == answer)


def combined(scale: Scale, values: Mapping[str, Fraction], person: Person) -> Fraction | None:
    size = len(scale.items or scale.scales)
    if scale.method == "weighted":
        weights = {id: fraction(weight) for id, weight in scale.weights.items()}
        have = sum(abs(weights[id]) for id in values)
        total = sum((value * weights[id] for id, value in values.items()), Fraction(0))
        return total * sum(map(abs, weights.values())) / have if have else Fraction(0)
    total = sum(values.values(), Fraction(0))
    if scale.method == "lookup":
        return looked_up(scale, total, person)
    return total / len(values) if scale.method == "mean" else total * size / len(values)


def looked_up(scale: Scale, raw: Fraction, person: Person) -> Fraction | None:
    tables = [each.rows for each in scale.tables if each.verified and fits(each.who, person)]
    rows = [*tables, scale.table][0]
    return next((fraction(row.value) for row in rows if fraction(row.raw) == raw), None)


def fits(who: Who, person: Person) -> bool:
    if who.sex is not None and who.sex != person.sex:
        return False
    if who.rater is not None and who.rater != person.rater:
        return False
    if who.age is None:
        return True
    return person.low is not None and person.high is not None and all(
        who.age[0] <= math.floor(age) <= who.age[1] for age in (person.low, person.high)
    )  # fmt: skip


def finished(scale: Scale, value: Fraction | None, status: str, answered: int, items: int) -> Result:
    if value is None:
        return Result(None, "unscorable", answered, items)
    value *= fraction(scale.multiply)
    unrounded = value
    value = Fraction(math.floor(value * TICK + HALF), TICK)
    if scale.round is not None and (scale.round.when == "always" or status == "prorated"):
        to = fraction(scale.round.to)
        away = math.floor(abs(value) / to + HALF) * to
        unrounded = value = -away if value < 0 else away
    return Result(value, status, answered, items, unrounded)


def holding(value: Fraction, operator: str, line: Fraction) -> bool:
    return {"<": value < line, "<=": value <= line, ">=": value >= line, ">": value > line}[operator]


def band_of(scale: Scale, value: Fraction, person: Person) -> str:
    for each in scale.band_sets:
        if each.verified and (each.who is None or fits(each.who, person)):
            return [band.label for band in each.bands if fraction(band.low) <= value][-1]
    return ""
