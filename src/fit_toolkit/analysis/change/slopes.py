"""Change as the slope of each client's course, from a mixed model over all clients; retrospective, never a live alert."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec import Struct

from fit_toolkit.analysis.change.cutoffs import Cutoff, categories
from fit_toolkit.analysis.change.mixed import fit_slopes
from fit_toolkit.analysis.change.pairs import Better, Floats, difference, moments
from fit_toolkit.analysis.change.reliable import Change, by_threshold, critical_value
from fit_toolkit.errors import DataError, UsageError

LEAST_CLIENTS = 5
LEAST_NOISE = 1e-12  # variance around the lines, where that of all ratings is 1: less is rounding
INSTEAD = "the methods on first and last ratings, as jt, ask for less"
LEAST_SPREAD = 0.01  # SD of the slopes over one SD of time, in residual SDs


class Model(Struct, frozen=True):
    """The fitted course of all clients: value = intercept + slope time, with each client's own intercept and slope."""

    intercept: float
    slope: float
    variances: tuple[tuple[float, float], tuple[float, float]]  # between clients: intercept and slope
    residual_sd: float
    n_clients: int
    n_ratings: int
    singular: (
        bool  # the slopes hardly differ, or are told by the intercepts: the SDs are too small, the indices too large
    )


@dataclass(frozen=True, eq=False)
class Slopes:
    """One entry per client, in the order in which they first appear."""

    clients: npt.NDArray[Any]
    ratings: npt.NDArray[np.int64]  # how many known ratings each has
    slope: Floats  # fixed + random: points per unit of time
    deviation: Floats  # random part alone: distance from the mean slope
    sd: Floats  # conditional SD of the random slope
    change: Change  # pre and post are the first and the last rating
    model: Model
    repeated: int = 0  # ratings that share client and time with one before: all are fitted


def slope_change(  # noqa: PLR0913 - keyword-only figures of the method
    client: npt.ArrayLike | Sequence[object],
    time: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    better: Better,
    relative: bool = False,
    confidence: float = 0.95,
    cutoff: Cutoff | None = None,
    least: int = 3,
    inclusive: bool = False,
) -> Slopes:
    """Ask of each course whether its slope is more than chance; one row per rating, in any order.

    Model: value = (b0 + u0) + (b1 + u1) time + error, random intercept and slope, restricted maximum likelihood over the
    clients with `least` ratings or more; the others have no index. index = (b1 + u1) / conditional SD of u1: did this
    client change? With `relative` it is u1 / SD: did this client change more or less than the average client? There a
    client who improves as fast as the average is "unchanged", which is why it has its own name, hlm-relative.
    The less the clients differ, the more each slope is drawn to the mean slope and the smaller its SD, so that everybody
    gets much the same large index; where they do not differ at all, no index is given.
    Bryk & Raudenbush 1987; Speer & Greenbaum 1995, J Consult Clin Psychol 63:1044.
    """
    when, scores = (np.asarray(each, dtype=np.float64) for each in (time, value))
    codes, clients = pd.factorize(np.asarray(client, dtype=object), use_na_sentinel=False)
    if not len(codes) == len(when) == len(scores):
        raise UsageError("client, time and value have to be three lists of the same length")
    known = np.isfinite(when) & np.isfinite(scores)
    ratings = np.bincount(codes[known], minlength=len(clients))
    used = known & (ratings >= max(least, 2))[codes]
    _need(int((ratings >= max(least, 2)).sum()), least, when[used], scores[used])
    order = np.lexsort((when[used], codes[used]))
    groups, x, y = codes[used][order], when[used][order], scores[used][order]
    model, deviation, sd = _fitted(groups, x, y, len(clients))
    slope = model.slope + deviation
    with np.errstate(divide="ignore", invalid="ignore"):
        index = (deviation if relative else slope) / sd
    first, last = _ends(codes[known], when[known], scores[known], len(clients))
    change = difference(last, first)
    method = "hlm-relative" if relative else "hlm"
    critical = critical_value(method, confidence)
    reliable = by_threshold(index, critical, better=better, inclusive=inclusive)
    category = None if cutoff is None else categories(reliable, first, last, cutoff)
    used_first = first[np.isfinite(index)]
    mean, spread = moments(used_first)
    basis = {
        "n": model.n_clients, "m_pre": mean, "sd_pre": spread, "mean_slope": model.slope, "n_ratings": model.n_ratings,
        "singular": float(model.singular),
    }  # fmt: skip
    made = Change(method, better, model.n_clients, first, last, change, index, reliable, category, critical, basis)
    same = (np.diff(groups) == 0) & (np.diff(x) == 0)
    return Slopes(np.asarray(clients), ratings, slope, deviation, sd, made, model, int(same.sum()))


def _need(clients: int, least: int, when: Floats, scores: Floats) -> None:
    if clients < LEAST_CLIENTS:
        message = f"{clients} clients with {least} ratings or more, a mixed model needs at least {LEAST_CLIENTS}"
        raise DataError(message, hint=INSTEAD)
    if when.min() == when.max():
        raise DataError("all ratings are of the same time, so there is no slope")
    if scores.min() == scores.max():
        raise DataError("all ratings are the same (SD 0), so there is no slope to tell from chance")


def _fitted(groups: npt.NDArray[np.intp], x: Floats, y: Floats, clients: int) -> tuple[Model, Floats, Floats]:
    """Fit in units in which all is of the size of 1, and give slopes back in those of the file."""
    centre, width, level, spread = x.mean(), x.std(), y.mean(), y.std()
    fitted = fit_slopes(groups, (x - centre) / width, (y - level) / spread, clients)
    if fitted.residual < LEAST_NOISE:
        raise DataError(
            "every course is a straight line without any noise, so there is no chance to tell a slope from",
            hint="are these ratings as they were given?",
        )
    if fitted.between[1, 1] < LEAST_SPREAD**2 * fitted.residual:
        raise DataError(
            "the clients do not differ in their slopes beyond chance, so no client's slope can be judged",
            hint=f"{INSTEAD}; more ratings per client, or more clients, may tell them apart",
        )
    unit = spread / width
    turn = (
        np.array([[1.0, -centre / width], [0.0, 1 / width]]) * spread
    )  # from scaled to given units, intercept at time 0
    inner = turn @ fitted.between @ turn.T
    own = turn @ fitted.fixed
    between = ((float(inner[0, 0]), float(inner[0, 1])), (float(inner[1, 0]), float(inner[1, 1])))
    model = Model(
        float(own[0] + level), float(own[1]), between, math.sqrt(fitted.residual) * float(spread),
        len(np.unique(groups)), len(y), fitted.singular,
    )  # fmt: skip
    return model, fitted.effects[:, 1] * unit, np.sqrt(fitted.slope_variance) * unit


def _ends(codes: npt.NDArray[np.intp], when: Floats, scores: Floats, clients: int) -> tuple[Floats, Floats]:
    """Give the first and the last known rating of each client."""
    order = np.lexsort((when, codes))
    first, last = np.full(clients, np.nan), np.full(clients, np.nan)
    last[codes[order]] = scores[order]
    first[codes[order][::-1]] = scores[order][::-1]
    return first, last
