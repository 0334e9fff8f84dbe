"""Scales made of other scales: in which order they are computed, and what a part without a score means."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Scale, ticks
from fit_toolkit.model.terms import COMPARE
from fit_toolkit.scoring.form import LINEAR
from fit_toolkit.scoring.grid import Floats
from fit_toolkit.scoring.table import PRORATED, UNSCORABLE, Column


def in_order(instrument: Instrument) -> list[Scale]:
    """List the scales so that each comes after those it is made of, wherever the file declares them."""
    left, done, ordered = {scale.id: scale for scale in instrument.scales}, set[str](), list[Scale]()
    while left:
        ready = [scale for scale in left.values() if set(scale.parts) <= done]
        if not ready:
            message = f"{instrument.id}: {', '.join(left)} are made of each other, or of a scale that is not there"
            raise DataError(message, hint="fit instruments check names the line")
        ordered += ready
        done |= {scale.id for scale in ready}
        left = {id: scale for id, scale in left.items() if id not in done}
    return ordered


def composed(scale: Scale, made: Mapping[str, Column]) -> Column:
    """Begin a scale with the state of its parts: their answers together, and no better than the worst of them."""
    parts = {id: made[id] for id in scale.parts}
    column = Column.blank(len(next(iter(parts.values())).ticks), 0)
    for part in parts.values():
        column.answered += part.answered
        column.items += part.items
        column.status[part.status == PRORATED] = PRORATED
    gaps = np.flatnonzero(column.status == PRORATED)
    for answered, items in sorted(set(zip(column.answered[gaps].tolist(), column.items[gaps].tolist(), strict=True))):
        where = (column.status == PRORATED) & (column.answered == answered) & (column.items == items)
        column.mark(where, PRORATED, f"{answered} of {items} answered")
    for id, part in reversed(parts.items()):  # the first part without a score is the one that is named
        lacking = part.status == UNSCORABLE
        if lacking.any():
            column.mark(lacking, UNSCORABLE, f"there is no score of '{id}'")
    return column


def part_scores(scale: Scale, made: Mapping[str, Column]) -> DataFrame:
    """Give the scores of the parts as a rule takes answers: one column each, NaN where there is none, times the factor."""
    factor = scale.multiply if scale.method in LINEAR else 1.0
    values = {}
    for id in scale.parts:
        part = made[id]
        value = part.ticks / TICK if part.unrounded is None else part.unrounded.astype(np.float64)
        value[part.status == UNSCORABLE] = np.nan
        values[id] = value * factor if factor != 1 else value
    return DataFrame(values, copy=False)


def linear(scale: Scale, frame: DataFrame) -> Floats:
    """Work out a sum, a mean or a weighted sum without rounding it; what is missing is made up for by what is there."""
    answers = frame.to_numpy(dtype=np.float64)
    given = ~np.isnan(answers)
    weights = np.ones(answers.shape[1])
    if scale.method == "weighted":
        weights = np.array([scale.weights[str(id)] for id in frame.columns])
    have = given @ np.abs(weights)
    whole = 1.0 if scale.method == "mean" else np.abs(weights).sum()
    total: Floats = np.where(given, answers, 0.0) @ weights * whole
    values: Floats = np.divide(total, have, out=np.zeros_like(total), where=have > 0)
    return values


def all_of(scale: Scale, made: Mapping[str, Column]) -> Column:
    """Say 1 where all conditions hold and 0 where one does not; nothing where a part has no score."""
    column = composed(scale, made)
    holds = np.ones(len(column.ticks), dtype=np.bool_)
    for each in scale.conditions:
        holds &= COMPARE[each.operator](made[each.scale].ticks, ticks(each.value))
    column.ticks[holds & (column.status != UNSCORABLE)] = TICK
    return column
