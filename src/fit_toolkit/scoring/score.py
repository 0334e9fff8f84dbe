"""Answers to scores: every administration and scale at once, exact to the millionth, with a status and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Scale, ticks
from fit_toolkit.scoring.compose import all_of, composed, in_order, linear, part_scores
from fit_toolkit.scoring.form import LINEAR, Form
from fit_toolkit.scoring.grid import Bools, Floats
from fit_toolkit.scoring.people import People
from fit_toolkit.scoring.rules import Compute, Rules, apply, bundled_rules
from fit_toolkit.scoring.table import COMPLETE, ENTERED, PRORATED, UNSCORABLE, Column, table

_FORBIDDEN: Final = "an answer is outside the permitted range"
_FAILED: Final = "the scoring rule '{kind}' failed"
_UNKNOWN: Final = "the scoring rule '{kind}' is not available"
_NO_VALUE: Final = "the scoring rule gives no score for these answers"
_BEYOND: Final = "the scoring rule gave a value outside the range of the scale"
_UNLISTED: Final = "the scale does not say what an answer counts"
_NO_TABLE: Final = "there is no conversion table for this person"


def score(
    instrument: Instrument, numbers: DataFrame, rules: Rules | None = None, *, people: DataFrame | None = None
) -> DataFrame:
    """Score administrations: `numbers` has one row each and one float column per item, NaN where unanswered.

    Gives one row per administration and scale, in that order: `row` (position in `numbers`), `scale`, `value` and
    `value_ticks` (missing when there is no score), `status`, `reason` (empty when complete), `n_answered`, `n_items`
    (items asked), `band` (empty when none). `rules` maps a rule's kind to `compute(answers, scale) -> Series`.
    `people` has the same rows and says who was asked (`age_low`, `age_high`, `sex`, `rater`; what is left out is not
    known): a table or a set of bands that is for some people only is used for nobody else.
    """
    if instrument.totals_only:
        raise DataError(f"{instrument.id} has no items", hint="its scores come in ready made, as totals")
    form = Form.read(instrument, numbers, people)
    known = bundled_rules() if rules is None else rules
    made: dict[str, Column] = {}
    for scale in in_order(instrument):
        made[scale.id] = _scale(form, scale, known, made)
    return table(instrument.scales, [made[scale.id] for scale in instrument.scales], form.people)


def entered(instrument: Instrument, totals: DataFrame, *, people: DataFrame | None = None) -> DataFrame:
    """Take scores that came in ready made: one float column per scale, in the same form as `score` gives.

    A value outside the range of its scale is `unscorable`; so is a missing one. `people` as for `score`.
    """
    for column in totals.columns:
        instrument.scale(str(column))
    scales = tuple(scale for scale in instrument.scales if scale.id in totals.columns)
    columns = [_entered(scale, totals[scale.id].to_numpy(dtype=np.float64)) for scale in scales]
    return table(scales, columns, People.read(people, len(totals)))


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


def _scale(form: Form, scale: Scale, rules: Rules, made: Mapping[str, Column]) -> Column:
    if scale.method == "all-of":
        return all_of(scale, made)
    compute = rules.get(scale.rule_kind)
    if scale.scales:
        column = composed(scale, made)
        able = column.status != UNSCORABLE
        if compute is None:
            column.mark(able, UNSCORABLE, _UNKNOWN.format(kind=scale.rule_kind))
        elif scale.method in LINEAR:
            # a rule would take the parts as rounded, and three thirds would fall short of one
            values = linear(scale, part_scores(scale, made))
            _take(column, scale, values, able)
            _keep(column, scale, values)
        else:
            _ask(column, scale, compute, part_scores(scale, made), form.people, able)
        return column
    return _of_items(form, scale, compute)


def _of_items(form: Form, scale: Scale, compute: Compute | None) -> Column:
    rows = form.rows(scale.items)
    column = _gaps(form, scale, rows)
    if form.filled is not None:
        column.answered -= form.filled[rows].sum(axis=0, dtype=np.int16)
    refused: Bools | None = None if form.bad is None else np.asarray(form.bad[rows].any(axis=0), dtype=np.bool_)
    if refused is not None:
        column.mark(refused, UNSCORABLE, _FORBIDDEN)
    able = None if not form.gaps.size and refused is None else column.status != UNSCORABLE
    if compute is None:
        column.mark(able, UNSCORABLE, _UNKNOWN.format(kind=scale.rule_kind))
        return column
    select = able if scale.method == "plugin" or refused is not None else None
    frame, unlisted = form.counted(scale, rows, select)
    if unlisted is not None and unlisted.any():
        lost = unlisted if select is None else _spread(unlisted, select, fill=False)
        column.mark(lost if able is None else lost & able, UNSCORABLE, _UNLISTED)
        able = column.status != UNSCORABLE
    _ask(column, scale, compute, frame, form.people, able, select)
    if scale.method in LINEAR and any(scale.id in each.scales for each in form.instrument.scales):
        values = linear(scale, frame)
        _keep(column, scale, values if select is None else _spread(values, select, fill=np.nan))
    return column


def _ask(
    column: Column,
    scale: Scale,
    compute: Compute,
    frame: DataFrame,
    people: People,
    able: Bools | None,
    select: Bools | None = None,
) -> None:
    """Ask the rule of a scale; `select` says which administrations the frame holds (None: all)."""
    try:
        values, tabled = _values(scale, compute, frame, people, select)
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a rule does, these rows say that it failed
        column.mark(able, UNSCORABLE, _FAILED.format(kind=scale.rule_kind))
        return
    if select is not None:
        values = _spread(values, select, fill=np.nan)
    if tabled is not None:
        column.mark(~tabled if able is None else ~tabled & able, UNSCORABLE, _NO_TABLE)
        able = column.status != UNSCORABLE
    if scale.multiply != 1 and scale.method not in LINEAR:
        values = values * scale.multiply
    _take(column, scale, values, able)


def _values(
    scale: Scale, compute: Compute, frame: DataFrame, people: People, select: Bools | None
) -> tuple[Floats, Bools | None]:
    """Give what the rule makes of a frame, by the table of each person; second, who has one (None: no question)."""
    if not scale.tables:
        return apply(compute, frame.copy(deep=False), scale), None  # whatever it writes, it writes into a copy
    values = np.full(len(frame), np.nan)
    tabled = np.zeros(people.count, dtype=np.bool_)
    keyed = [(each.who, each.rows) for each in scale.tables if each.verified]
    for who, rows in [*keyed, *([(None, scale.table)] if scale.table else [])]:
        fits = people.are(who) & ~tabled
        tabled |= fits
        mine = fits if select is None else fits[select]
        if mine.any():
            one = msgspec.structs.replace(scale, table=rows, tables=())
            values[mine] = apply(compute, frame[mine], one)
    return values, tabled


def _spread(values: npt.NDArray[Any], select: Bools, *, fill: float) -> npt.NDArray[Any]:
    """Put what a part of the administrations gave back into its places."""
    whole = np.full(len(select), fill, dtype=values.dtype)
    whole[select] = values
    return whole


def _gaps(form: Form, scale: Scale, rows: list[int]) -> Column:
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


def _asked(form: Form, scale: Scale, given: Bools) -> npt.NDArray[np.int16]:
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
    if scale.round is not None:
        rounded = _rounded(marks, ticks(scale.round.to))
        marks = rounded if scale.round.when == "always" else np.where(column.status == PRORATED, rounded, marks)
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


def _keep(column: Column, scale: Scale, values: Floats) -> None:
    """Keep the unrounded scores for the scales that are made of this one; what its own rule rounds stays rounded."""
    if scale.round is not None:
        by_rule = (
            np.ones_like(column.status, dtype=np.bool_) if scale.round.when == "always" else column.status == PRORATED
        )
        values = np.where(by_rule, column.ticks / TICK, values)
    column.unrounded = values


def _rounded(marks: Floats, to: int) -> Floats:
    """Give the nearest multiple, halves away from zero; whole numbers throughout."""
    whole: Floats = np.sign(marks) * np.floor((2 * np.abs(marks) + to) / (2 * to)) * to
    return whole
