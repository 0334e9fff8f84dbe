"""Answers to scores: every administration and scale at once, exact to the millionth, with a status and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Scale, ticks
from fit_toolkit.scoring.grid import Bools, Floats, Ints, forbidden, matrix
from fit_toolkit.scoring.rules import Rules, apply, bundled_rules
from fit_toolkit.scoring.table import COMPLETE, ENTERED, PRORATED, UNSCORABLE, Column, table

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
    gaps: Ints  # the administrations in which anything at all is missing
    given: Bools  # of those: one row per item
    filled: Bools | None  # answers that early completion stands for; None: there is no such rule

    @classmethod
    def read(cls, instrument: Instrument, numbers: DataFrame) -> _Form:
        with np.errstate(invalid="ignore", over="ignore"):  # an infinite answer is refused, not complained about
            return cls._read(instrument, matrix(instrument, numbers))

    @classmethod
    def _read(cls, instrument: Instrument, answers: Floats) -> _Form:
        bad: Bools | None = None
        spare = np.empty(answers.shape[1]), np.empty(answers.shape[1])
        for position, item in enumerate(instrument.number_items):
            wrong = forbidden(item, answers[position], spare)
            if wrong is not None:
                bad = np.zeros(answers.shape, dtype=np.bool_) if bad is None else bad
                bad[position] = wrong
        answers, filled = _skipped(instrument, answers)
        gaps = np.flatnonzero(np.isnan(answers.sum(axis=0)))
        return cls(instrument, answers, bad, gaps, ~np.isnan(answers[:, gaps]), filled)

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
    column = Column.blank(len(values), 0, ENTERED)
    column.ticks[scored] = marks[scored]
    column.mark(missing, UNSCORABLE, "no score was given")
    column.mark(beyond, UNSCORABLE, "the score is outside the range of the scale")
    return column


def _skipped(instrument: Instrument, answers: Floats) -> tuple[Floats, Bools | None]:
    """Fill in what early completion lets out, and say where; the frame that came in stays as it is."""
    if not instrument.skips:
        return answers, None
    places = {item.id: position for position, item in enumerate(instrument.number_items)}
    filled = answers.copy()
    for skip in instrument.skips:
        deciding = np.rint(answers[[places[id] for id in skip.when]] * TICK).sum(axis=0)
        holds = deciding == ticks(skip.equals)
        for id in skip.items:
            row = filled[places[id]]
            row[holds & np.isnan(row)] = skip.count_as
    return filled, np.isnan(answers) & ~np.isnan(filled)


def _scale(form: _Form, scale: Scale, rules: Rules) -> Column:
    rows = form.rows(scale.items)
    column = _gaps(form, scale, rows)
    if form.filled is not None:
        column.answered -= form.filled[rows].sum(axis=0, dtype=np.int16)
    refused: Bools | None = None if form.bad is None else np.asarray(form.bad[rows].any(axis=0), dtype=np.bool_)
    if refused is not None:
        column.mark(refused, UNSCORABLE, _FORBIDDEN)
    able = None if not form.gaps.size and refused is None else column.status != UNSCORABLE
    compute = rules.get(scale.rule_kind)
    if compute is None:
        column.mark(able, UNSCORABLE, _UNKNOWN.format(kind=scale.rule_kind))
        return column
    select = able if scale.method == "plugin" or refused is not None else None
    try:
        frame = _frame(form, scale, rows, select)
        values = apply(compute, frame.copy(deep=False), scale)  # whatever it writes, it writes into a copy
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a rule does, these rows say that it failed
        column.mark(able, UNSCORABLE, _FAILED.format(kind=scale.rule_kind))
        return column
    if select is not None:
        spread = np.full(len(select), np.nan)
        spread[select] = values
        values = spread
    _take(column, scale, values, able)
    return column


def _gaps(form: _Form, scale: Scale, rows: list[int]) -> Column:
    """Say for each administration whether there are answers enough, by counting them."""
    size = len(rows)
    column = Column.blank(form.answers.shape[1], size)
    if not form.gaps.size:
        return column
    given = form.given[rows]
    answered = given.sum(axis=0, dtype=np.int16)
    least = scale.min_answered if scale.missing and scale.missing.prorate else size
    column.reasons += [f"{n} answered, {least} needed" for n in range(least)]
    column.reasons += [f"{n} of {size} answered" for n in range(least, size)]
    status = np.where(answered < least, UNSCORABLE, np.where(answered < size, PRORATED, COMPLETE)).astype(np.int8)
    reason = np.where(answered < size, answered + 1, 0).astype(np.int16)
    asked = _asked(form, scale, given)
    whole = (status == PRORATED) & (answered == asked)
    status[whole], reason[whole] = COMPLETE, 0
    lacking = (status == PRORATED) & ~_may_lack(scale, given)
    status[lacking], reason[lacking] = UNSCORABLE, len(column.reasons)
    column.reasons.append("an answer is missing that has to be there")
    for target, part in ((column.answered, answered), (column.items, asked), (column.status, status)):
        target[form.gaps] = part
    column.reason[form.gaps] = reason
    return column


def _asked(form: _Form, scale: Scale, given: Bools) -> npt.NDArray[np.int16]:
    """Count the items asked: one that is not on every form and is unanswered was not."""
    asked = np.full(given.shape[1], len(given), dtype=np.int16)
    optional = [position for position, id in enumerate(scale.items) if form.instrument.item(id).asked is not None]
    if optional and scale.method == "mean":
        asked -= (~given[optional]).sum(axis=0, dtype=np.int16)
    return asked


def _may_lack(scale: Scale, given: Bools) -> Bools:
    """Say where only such answers are missing as may be."""
    may = scale.missing.may_miss if scale.missing else ()
    fixed = [position for position, id in enumerate(scale.items) if may and id not in may]
    return np.asarray(given[fixed].all(axis=0))


def _take(column: Column, scale: Scale, values: Floats, able: Bools | None) -> None:
    """Put the values of a rule in, where they are values and lie within the range of the scale."""
    marks = np.rint(values * TICK)
    with np.errstate(invalid="ignore"):
        fine = (marks >= ticks(scale.minimum)) & (marks <= ticks(scale.maximum))
    if able is not None:
        fine &= able
    np.copyto(column.ticks, marks, where=fine, casting="unsafe")
    if fine.all() or (able is not None and np.array_equal(fine, able)):
        return
    left = ~fine if able is None else able & ~fine
    column.mark(left & np.isnan(marks), UNSCORABLE, _NO_VALUE)
    column.mark(left & ~np.isnan(marks), UNSCORABLE, _BEYOND)


def _frame(form: _Form, scale: Scale, rows: list[int], select: Bools | None) -> DataFrame:
    """Give the answers to a scale, reversed items turned within their own range."""
    if not scale.reverse and select is None and rows == list(range(len(form.answers))):
        answers = form.answers
    else:
        answers = form.answers[rows] if select is None else form.answers[rows][:, select]
        for position, id in enumerate(scale.items):
            if id in scale.reverse:
                item = form.instrument.item(id)
                np.subtract(item.minimum + item.maximum, answers[position], out=answers[position])
    return DataFrame(answers.T, columns=list(scale.items), copy=False)
