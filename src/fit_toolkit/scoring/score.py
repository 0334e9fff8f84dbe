"""Answers to scores: every administration and scale at once, exact to the millionth, with a status and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Scale, ticks
from fit_toolkit.scoring.grid import Bools, Floats, Ints, forbidden, matrix
from fit_toolkit.scoring.rules import Rules, apply, bundled_rules
from fit_toolkit.scoring.table import ENTERED, PRORATED, UNSCORABLE, Column, table

_FORBIDDEN: Final = "an answer is outside the permitted range"
_FAILED: Final = "the scoring rule '{kind}' failed"
_UNKNOWN: Final = "the scoring rule '{kind}' is not available"
_NO_VALUE: Final = "the scoring rule gives no score for these answers"
_BEYOND: Final = "the scoring rule gave a value outside the range of the scale"


@dataclass(frozen=True)
class _Form:
    """The answers of all administrations: one row per item, and which of them are not permitted."""

    instrument: Instrument
    answers: Floats
    bad: Bools | None
    given: Bools | None  # None: nothing is missing anywhere

    @classmethod
    def read(cls, instrument: Instrument, numbers: DataFrame) -> _Form:
        answers = matrix(instrument, numbers)
        bad: Bools | None = None
        for position, item in enumerate(instrument.number_items):
            wrong = forbidden(item, answers[position])
            if wrong is not None:
                bad = np.zeros(answers.shape, dtype=np.bool_) if bad is None else bad
                bad[position] = wrong
        answers = _skipped(instrument, answers)
        gaps = np.isnan(answers)
        return cls(instrument, answers, bad, ~gaps if gaps.any() else None)

    def rows(self, ids: tuple[str, ...]) -> list[int]:
        places = {item.id: position for position, item in enumerate(self.instrument.number_items)}
        return [places[id] for id in ids]


def score(instrument: Instrument, numbers: DataFrame, rules: Rules | None = None) -> DataFrame:
    """Score administrations: `numbers` has one row each and one float column per item, NaN where unanswered.

    Gives one row per administration and scale, in that order: `row` (position in `numbers`), `scale`, `value` and
    `value_ticks` (missing when there is no score), `status`, `reason` (empty when complete), `n_answered`, `n_items`
    (items asked), `band` (empty when none). `rules` maps a rule's kind to `compute(answers, scale) -> Series`.
    """
    if instrument.totals_only:
        raise DataError(f"{instrument.id} has no items", hint="its scores come in ready made, as totals")
    form = _Form.read(instrument, numbers)
    known = bundled_rules() if rules is None else rules
    return table(instrument.scales, [_scale(form, scale, known) for scale in instrument.scales])


def entered(instrument: Instrument, totals: DataFrame) -> DataFrame:
    """Take scores that came in ready made: one float column per scale, in the same form as `score` gives.

    A value outside the range of its scale is `unscorable`; so is a missing one.
    """
    for column in totals.columns:
        instrument.scale(str(column))
    scales = tuple(scale for scale in instrument.scales if scale.id in totals.columns)
    return table(scales, [_entered(scale, totals[scale.id].to_numpy(dtype=np.float64)) for scale in scales])


def _entered(scale: Scale, values: Floats) -> Column:
    marks = np.rint(values * TICK)
    missing = np.isnan(marks)
    with np.errstate(invalid="ignore"):
        beyond = (marks < ticks(scale.minimum)) | (marks > ticks(scale.maximum))
    scored = ~(missing | beyond)
    nothing = np.zeros(len(values), dtype=np.int64)
    return Column(
        ticks=np.where(scored, marks, 0.0).astype(np.int64),
        scored=scored,
        status=np.where(scored, ENTERED, UNSCORABLE).astype(np.int8),
        reason=(missing + 2 * beyond).astype(np.int16),
        reasons=["", "no score was given", "the score is outside the range of the scale"],
        answered=nothing,
        items=nothing,
    )


def _skipped(instrument: Instrument, answers: Floats) -> Floats:
    """Fill in what early completion lets out; the frame that came in stays as it is."""
    if not instrument.skips:
        return answers
    places = {item.id: position for position, item in enumerate(instrument.number_items)}
    filled = answers.copy()
    for skip in instrument.skips:
        deciding = np.rint(answers[[places[id] for id in skip.when]] * TICK).sum(axis=0)
        holds = deciding == ticks(skip.equals)
        for id in skip.items:
            row = filled[places[id]]
            row[holds & np.isnan(row)] = skip.count_as
    return filled


def _scale(form: _Form, scale: Scale, rules: Rules) -> Column:
    rows = form.rows(scale.items)
    count = form.answers.shape[1]
    answered, asked, enough = _enough(form, scale, rows)
    refused: Bools | None = None if form.bad is None else np.asarray(form.bad[rows].any(axis=0), dtype=np.bool_)
    able = enough
    if refused is not None:
        able = ~refused if enough is None else enough & ~refused
    marks, scored, why = _compute(form, scale, rows, able, rules)

    needed = scale.min_answered
    counts = [f"{n} answered, {needed} needed" for n in range(len(rows) + 1)]
    reasons = ["", *counts, *(f"{n} of {len(rows)} answered" for n in range(len(rows) + 1)), _FORBIDDEN, *why]
    status = np.zeros(count, dtype=np.int8)
    reason = np.zeros(count, dtype=np.int16)
    if form.given is not None:
        part = answered < asked
        status[part] = PRORATED
        reason[part] = (answered[part] + 2 + len(rows)).astype(np.int16)
    if enough is not None:
        reason[~enough] = (answered[~enough] + 1).astype(np.int16)
    if refused is not None:
        reason[refused] = 2 * len(rows) + 3
    if scored is not None:
        failed = ~scored if able is None else able & ~scored
        beyond = failed & (marks != 0)
        reason[failed] = 2 * len(rows) + 4
        reason[beyond] = 2 * len(rows) + 5
        status[~scored] = UNSCORABLE
        marks = np.where(scored, marks, 0)
    return Column(marks, scored, status, reason, reasons, answered, asked)


def _enough(form: _Form, scale: Scale, rows: list[int]) -> tuple[Ints, Ints, Bools | None]:
    """Count answers and items asked per administration, and say where there are enough; None: everywhere."""
    count = form.answers.shape[1]
    full = np.full(count, len(rows), dtype=np.int64)
    if form.given is None:
        return full, full, None
    given = form.given[rows]
    answered = given.sum(axis=0, dtype=np.int64)
    asked = full
    if scale.method == "mean":
        for position, row in enumerate(rows):
            if form.instrument.number_items[row].asked is not None:
                asked = asked - ~given[position]
    rule = scale.missing
    enough = answered >= scale.min_answered
    if rule is None or not rule.prorate:
        enough = answered == len(rows)
    elif rule.may_miss:
        fixed = [position for position, id in enumerate(scale.items) if id not in rule.may_miss]
        enough &= given[fixed].all(axis=0)
    return answered, asked, None if enough.all() else enough


def _compute(
    form: _Form, scale: Scale, rows: list[int], able: Bools | None, rules: Rules
) -> tuple[Ints, Bools | None, list[str]]:
    """Call the rule on the rows that may be scored; give ticks, where there is a score (None: everywhere), reasons."""
    count = form.answers.shape[1]
    none = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    compute = rules.get(scale.rule_kind)
    if compute is None:
        return *none, [_UNKNOWN.format(kind=scale.rule_kind), _BEYOND]
    if able is not None and not able.any():
        return *none, [_NO_VALUE, _BEYOND]
    try:
        answers = _frame(form, scale, rows, able)
        values = apply(compute, answers.copy(deep=False), scale)  # whatever it writes, it writes into a copy
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a rule does, these rows say that it failed
        return *none, [_FAILED.format(kind=scale.rule_kind), _BEYOND]
    marks = np.rint(values * TICK)
    with np.errstate(invalid="ignore"):
        fine = (marks >= ticks(scale.minimum)) & (marks <= ticks(scale.maximum))
    if fine.all() and able is None:
        return marks.astype(np.int64), None, [_NO_VALUE, _BEYOND]
    # A value out of range is kept as a sign until the reason is written, then dropped.
    whole = np.where(fine, marks, np.where(np.isnan(marks), 0, 1)).astype(np.int64)
    if able is None:
        return whole, fine, [_NO_VALUE, _BEYOND]
    spread, scored = none
    spread[able] = whole
    scored[able] = fine
    return spread, scored, [_NO_VALUE, _BEYOND]


def _frame(form: _Form, scale: Scale, rows: list[int], able: Bools | None) -> DataFrame:
    """Give the answers to a scale, reversed items turned within their own range."""
    if not scale.reverse and able is None and rows == list(range(len(form.answers))):
        answers = form.answers
    else:
        answers = form.answers[rows] if able is None else form.answers[rows][:, able]
        for position, id in enumerate(scale.items):
            if id in scale.reverse:
                item = form.instrument.item(id)
                np.subtract(item.minimum + item.maximum, answers[position], out=answers[position])
    return DataFrame(answers.T, columns=list(scale.items), copy=False)
