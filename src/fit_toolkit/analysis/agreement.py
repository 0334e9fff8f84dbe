"""How two sides saw the same sessions: client and therapist on one scale or facet. A conversation aid, for looking back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fit_toolkit.analysis.per_course import Floats, Ints, Mask, reduced
from fit_toolkit.analysis.quantiles import student_quantile
from fit_toolkit.course import Course, Rating

PAIRS: Final = 6  # sessions both rated before a correlation within one dyad is given: a convention
LAST: Final = 3


@dataclass(frozen=True, eq=False)
class Agreement:
    """One entry per dyad, in the scale's units; NaN where there is too little. Gaps are theirs minus the course's own.

    `both` of `either`: sessions that both, that at least one of the two rated. `low`, `high`: interval of the mean gap.
    `own_moved`, `theirs_moved`: change between the last two sessions both rated, positive for better; `apart`: they moved
    opposite ways.
    """

    both: Ints
    either: Ints
    share_both: Floats
    gap: Floats
    low: Floats
    high: Floats
    last_gap: Floats
    correlation: Floats
    own_moved: Floats
    theirs_moved: Floats
    apart: Mask


@dataclass(frozen=True, eq=False)
class TruthAndBias:
    """`bias` (b0) and `truth` (b1) of each dyad (NaN: too few pairs), and of all together with intervals by dyad."""

    bias: Floats
    truth: Floats
    overall_bias: float
    overall_truth: float
    bias_interval: tuple[float, float]
    truth_interval: tuple[float, float]
    dyads: int
    pairs: int


def rater_agreement(course: Course, other: Rating, *, confidence: float = 0.95) -> Agreement:
    """Compare each course with the other side's ratings of the same sessions; call it once per scale or facet.

    Both have to be on the same scale. `gap`: mean of the differences, with the usual t interval over the pairs (from 2
    pairs, none where all gaps are the same; it takes sessions as independent, which those of one dyad are not quite). `last_gap`: mean of the last 3
    pairs. `correlation`: Pearson's r over the sessions of one dyad, from 6 pairs on, none where one side never varied.
    """
    theirs, pair, n = _paired(course, other)
    gap = np.where(pair, theirs - course.value, 0.0)
    mean = _over(reduced(np.add, gap, course), n)
    squares = reduced(np.add, np.where(pair, (gap - mean[course.owner]) ** 2, 0.0), course)
    half = _student(confidence, n) * np.sqrt(_over(_over(squares, n - 1), n))
    half[squares == 0] = np.nan  # gaps that are all the same say nothing about their noise: no interval of width 0
    xx, yy, xy = _products(course, theirs, pair, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.clip(xy / np.sqrt(xx * yy), -1, 1)
    r[(n < PAIRS) | _flat(xx) | _flat(yy)] = np.nan
    late = pair & (_number(pair, course) > (n - LAST)[course.owner])
    last = np.where(n >= LAST, reduced(np.add, np.where(late, gap, 0.0), course) / LAST, np.nan)
    own_moved, theirs_moved = (_moved(values, pair, course, n) for values in (course.value, theirs))
    either = course.count + course.partners[other].count - n
    return Agreement(
        both=n, either=either, share_both=_over(n.astype(float), either), gap=mean, low=mean - half, high=mean + half,
        last_gap=last, correlation=r, own_moved=own_moved, theirs_moved=theirs_moved, apart=own_moved * theirs_moved < 0,
    )  # fmt: skip


def truth_and_bias(course: Course, other: Rating, *, confidence: float = 0.95) -> TruthAndBias:
    """Fit (T - mean C) = b0 + b1 (C - mean C) + e: C the course's own rating, T the other side's, mean C of that dyad.

    After West and Kenny (2011). b0, directional discrepancy: how far T lies above C; b1, temporal congruence: how far T
    follows C from session to session. Closed-form least squares, C centred within its dyad over the sessions both rated:
    b0 = mean(T - C), b1 = S_CT / S_CC; b1 of one dyad from 6 pairs on. Overall: all pairs in one fit (a dyad counts by
    its pairs), with intervals from dyad-clustered standard errors (G / (G - 1) and t with G - 1 df); no mixed model.
    """
    theirs, pair, n = _paired(course, other)
    xx, _, xy = _products(course, theirs, pair, n)
    gap = reduced(np.add, np.where(pair, theirs - course.value, 0.0), course)
    truth = _over(xy, xx)
    truth[(n < PAIRS) | _flat(xx)] = np.nan
    pairs, dyads, sum_xx = int(n.sum()), int((n > 0).sum()), float(xx.sum())
    if not pairs or dyads < 2:
        unknown = (math.nan, math.nan)
        return TruthAndBias(_over(gap, n), truth, math.nan, math.nan, unknown, unknown, dyads, pairs)
    b0, b1 = float(gap.sum()) / pairs, float(xy.sum()) / sum_xx if sum_xx > 0 else math.nan
    scores = np.stack(
        [gap - b0 * n, xy - b1 * xx]
    )  # of each dyad; both regressors are orthogonal, so each stands alone
    error = np.sqrt((scores**2).sum(axis=1) * dyads / (dyads - 1)) / np.array([pairs, sum_xx or math.nan])
    half = student_quantile(0.5 + confidence / 2, dyads - 1) * error
    low0, high0, low1, high1 = (float(x) for x in (b0 - half[0], b0 + half[0], b1 - half[1], b1 + half[1]))
    return TruthAndBias(_over(gap, n), truth, b0, b1, (low0, high0), (low1, high1), dyads, pairs)


def _paired(course: Course, other: Rating) -> tuple[Floats, Mask, Ints]:
    theirs = course.beside(other)
    pair = ~np.isnan(theirs)
    return theirs, pair, reduced(np.add, pair.astype(np.int64), course)


def _products(course: Course, theirs: Floats, pair: Mask, n: Ints) -> tuple[Floats, Floats, Floats]:
    """Sums of squares and products around the means of the sessions both rated."""
    sides = []
    for values in (course.value, theirs):
        known = np.where(pair, values, 0.0)
        mean = _over(reduced(np.add, known, course), n)
        sides.append(np.where(pair, known - mean[course.owner], 0.0))
    own, other = sides
    xx, yy, xy = (reduced(np.add, a * b, course) for a, b in ((own, own), (other, other), (own, other)))
    return xx, yy, xy


def _flat(squares: Floats) -> Mask:
    """Say which side never varied: what is left of equal ratings is rounding, far below a millionth."""
    return squares < 1e-18


def _over(top: Floats, bottom: Floats | Ints) -> Floats:
    out = np.full(len(top), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def _student(confidence: float, n: Ints) -> Floats:
    table = np.full(int(n.max(initial=1)) + 1, np.nan)
    for count in np.unique(n[n >= 2]).tolist():
        table[count] = student_quantile(0.5 + confidence / 2, count - 1)
    quantile: Floats = table[n]
    return quantile


def _number(pair: Mask, course: Course) -> Ints:
    """Number the pairs of each dyad from 1."""
    total = np.cumsum(pair)
    before = np.concatenate(([0], total))[course.offsets[:-1]]
    return total - before[course.owner]


def _moved(values: Floats, pair: Mask, course: Course, n: Ints) -> Floats:
    """Change between the last two pairs, positive for better."""
    number = _number(pair, course)
    last, before = (pair & (number == (n - back)[course.owner]) for back in (0, 1))
    change = (reduced(np.add, np.where(mask, values, 0.0), course) for mask in (last, before))
    moved = course.scale.better * np.round(np.subtract(*change), 6)
    return np.where(n >= 2, moved, np.nan)
