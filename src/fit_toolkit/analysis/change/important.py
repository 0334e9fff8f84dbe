"""How many points matter: the minimal important difference, from people who were asked, with what spread alone says beside it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from fit_toolkit.analysis.change.pairs import Better, Bools, Floats, between_0_and_1, pairs_of, sign_of
from fit_toolkit.errors import DataError, UsageError


class Important(Struct, frozen=True):
    """What a global question about change says of the points that matter, in points of improvement; NaN: too few."""

    n_improved: int
    n_unchanged: int
    mean_change: float  # mean improvement of those who said "a little better"
    difference: float  # that less the mean improvement of those who said "the same"
    roc_points: float  # the points that part the two groups best (largest sensitivity + specificity)
    sensitivity: float
    specificity: float
    area: float  # under the ROC curve: how well any number of points could part them
    half_sd: float  # half an SD of the first ratings, by distribution alone
    one_sem: float  # one standard error of measurement; NaN without a reliability


def important_difference(
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    improved: npt.ArrayLike,
    unchanged: npt.ArrayLike,
    *,
    better: Better,
    reliability: float | None = None,
) -> Important:
    """Estimate the minimal important difference from an anchor: who calls themselves a little better, who the same.

    `improved` and `unchanged` are marks per client (the level just above "no change", and "no change"). Mean change method
    and ROC method, with the two figures by distribution (half an SD; one SEM) beside them; they seldom agree, and none of
    them says what one client finds important. Jaeschke et al. 1989; Terwee et al. 2010, J Clin Epidemiol 63:524.
    """
    pairs = pairs_of(pre, post)
    gain = sign_of(better) * pairs.change
    marks: list[Bools] = [np.asarray(each, dtype=np.bool_) & pairs.complete for each in (improved, unchanged)]
    if np.any(marks[0] & marks[1]):
        raise UsageError("nobody is both improved and unchanged")
    yes, no = (np.sort(gain[mark]) for mark in marks)
    if not len(yes):
        raise DataError("nobody with both ratings is marked as improved")
    points, hit, passed, area = _roc(yes, no) if len(no) else (math.nan,) * 4
    sem = (
        math.nan
        if reliability is None
        else pairs.sd_pre * math.sqrt(1 - between_0_and_1(reliability, "the reliability"))
    )
    mean = float(yes.mean())
    apart = mean - float(no.mean()) if len(no) else math.nan
    return Important(len(yes), len(no), mean, apart, points, hit, passed, area, pairs.sd_pre / 2, sem)


def _roc(yes: Floats, no: Floats) -> tuple[float, float, float, float]:
    """Give the smallest points with the largest sensitivity + specificity, these two, and the area (ties count half)."""
    points = np.unique(np.concatenate([yes, no]))
    hit = 1 - np.searchsorted(yes, points, side="left") / len(yes)
    passed = np.searchsorted(no, points, side="left") / len(no)
    best = int(np.argmax(np.round(hit + passed, 12)))
    below, ties = np.searchsorted(no, yes, side="left"), np.searchsorted(no, yes, side="right")
    return (
        float(points[best]),
        float(hit[best]),
        float(passed[best]),
        float((below + ties).sum() / 2 / len(yes) / len(no)),
    )
