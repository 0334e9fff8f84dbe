"""The answers of all administrations as one array, and what a scale makes of them before its rule is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Instrument, Recode, Scale, ticks
from fit_toolkit.scoring.grid import Bools, Floats, Ints, forbidden, matrix
from fit_toolkit.scoring.people import People

LINEAR = ("sum", "mean", "weighted")  # a factor on the answers is a factor on the score, and stays exact


@dataclass(frozen=True)
class Form:
    """The answers of all administrations: one row per item, and which of them are not permitted."""

    instrument: Instrument
    answers: Floats
    people: People
    bad: Bools | None
    gaps: Ints  # the administrations in which anything at all is missing
    given: Bools  # of those: one row per item
    filled: Bools | None  # answers that early completion stands for; None: there is no such rule

    @classmethod
    def read(cls, instrument: Instrument, numbers: DataFrame, people: DataFrame | None) -> Form:
        """Check the answers of a table against the items."""
        who = People.read(people, len(numbers))
        with np.errstate(invalid="ignore", over="ignore"):  # an infinite answer is refused, not complained about
            return cls._read(instrument, matrix(instrument, numbers), who)

    @classmethod
    def _read(cls, instrument: Instrument, answers: Floats, people: People) -> Form:
        bad: Bools | None = None
        spare = np.empty(answers.shape[1]), np.empty(answers.shape[1])
        for position, item in enumerate(instrument.number_items):
            wrong = forbidden(item, answers[position], spare)
            if wrong is not None:
                bad = np.zeros(answers.shape, dtype=np.bool_) if bad is None else bad
                bad[position] = wrong
        answers, filled = _skipped(instrument, answers)
        gaps = np.flatnonzero(np.isnan(answers.sum(axis=0)))
        return cls(instrument, answers, people, bad, gaps, ~np.isnan(answers[:, gaps]), filled)

    def rows(self, ids: tuple[str, ...]) -> list[int]:
        """Give the places of some items."""
        places = {item.id: position for position, item in enumerate(self.instrument.number_items)}
        return [places[id] for id in ids]

    def counted(self, scale: Scale, rows: list[int], select: Bools | None) -> tuple[DataFrame, Bools | None]:
        """Give what the answers count in a scale: recoded, then turned, then times its factor.

        Second come the administrations with an answer of which the scale does not say what it counts.
        """
        factor = scale.multiply if scale.method in LINEAR else 1.0
        untouched = not scale.reverse and not scale.recode and factor == 1
        if untouched and select is None and rows == list(range(len(self.answers))):
            return DataFrame(self.answers.T, columns=list(scale.items), copy=False), None
        answers = self.answers[rows] if select is None else self.answers[rows][:, select]
        ends = {id: self._ends(id) for id in scale.reverse}
        unlisted: Bools | None = None
        for each in scale.recode:
            wanted = each.items or scale.items
            ends |= dict.fromkeys((id for id in wanted if id in ends), (min(each.worth), max(each.worth)))
            for position in (position for position, id in enumerate(scale.items) if id in wanted):
                was = answers[position].copy()
                answers[position] = recoded(each, was)
                lost = np.isnan(answers[position]) & ~np.isnan(was)
                unlisted = lost if unlisted is None else unlisted | lost
        for position, id in enumerate(scale.items):
            if id in ends:
                np.subtract(sum(ends[id]), answers[position], out=answers[position])
        if factor != 1:
            answers *= factor
        return DataFrame(answers.T, columns=list(scale.items), copy=False), unlisted

    def _ends(self, id: str) -> tuple[float, float]:
        item = self.instrument.item(id)
        return item.minimum, item.maximum


def recoded(recode: Recode, answers: Floats) -> Floats:
    """Give what answers count; an answer that the list leaves out counts nothing (NaN)."""
    marks = np.rint(answers * TICK)
    if recode.at_least is not None:
        return np.where(np.isnan(marks), np.nan, (marks >= ticks(recode.at_least)).astype(np.float64))
    counts = {ticks(float(answer)): value for answer, value in recode.values.items()}
    known = np.array(sorted(counts), dtype=np.float64)
    worth = np.array([counts[mark] for mark in sorted(counts)])
    at = np.minimum(np.searchsorted(known, marks), len(known) - 1)
    return np.where(known[at] == marks, worth[at], np.nan)


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
