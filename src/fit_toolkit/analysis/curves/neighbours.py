"""The course of those who were most alike at the start: nearest neighbours in a pool of finished episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.quantiles import student_quantile
from fit_toolkit.errors import DataError, UsageError

MINIMUM_POOL: Final = 300  # with fewer, the nearest are not near
LEAST: Final = 10  # neighbours rated at a session, for anything to be said of it
AT_ONCE: Final = 4_000_000  # distances held in memory
DIGITS: Final = 9  # of a distance in SDs: one point above and one below are equally far, whatever rounding made of them
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """One row per client asked about, one column per session of the pool; NaN where too few neighbours were rated."""

    mean: Floats
    low: Floats
    high: Floats
    n: npt.NDArray[np.int64]  # neighbours rated at that session
    farthest: Floats  # distance of the last neighbour taken, in SDs of the pool
    pool: int  # finished episodes that could be taken


def nearest_courses(  # noqa: PLR0913 - keyword-only figures of the method
    pool: npt.ArrayLike,
    courses: npt.ArrayLike,
    features: npt.ArrayLike,
    *,
    k: int = 30,
    percent: float = 80.0,
    minimum: int = MINIMUM_POOL,
    least: int = LEAST,
    weights: Sequence[float] | None = None,
    oneself: Sequence[int] | None = None,
) -> Neighbours:
    """Average the ratings, session by session, of the `k` finished episodes that were most alike at the start.

    `pool`: one row per finished episode, one column per thing known at the start (intake rating, age ...); `courses`: their
    ratings, one column per session, NaN for none; `features`: the same columns for the clients asked about. Each column is
    divided by its SD in the pool; the distance is Euclidean, `weights` multiply the columns. Equal distances are taken in
    the order of the pool. The band is mean +- t(n - 1) SD sqrt(1 + 1/n): one more rating from the same neighbourhood.
    `oneself`: of each client asked about the row of the pool that is their own, which is no neighbour (-1: none).
    Refused under `minimum` usable episodes; nothing is said of a session with fewer than `least` neighbours, nor of a client
    with an unknown feature. Later sessions rest on those who were still there. Lutz et al. 2005, J Consult Clin Psychol
    73:904, for the idea; their growth curves are replaced by plain means, which can be checked by hand.
    """
    known, rated, asked = (np.atleast_2d(np.asarray(each, dtype=np.float64)) for each in (pool, courses, features))
    if len(known) != len(rated) or known.shape[1] != asked.shape[1]:
        raise UsageError("pool and courses need a row per episode each, pool and features the same columns")
    usable = np.asarray(np.isfinite(known).all(axis=1) & np.isfinite(rated).any(axis=1))
    if usable.sum() < minimum:
        raise DataError(f"{int(usable.sum())} finished episodes can be compared; {minimum} are needed")
    own = np.full(len(asked), -1) if oneself is None else np.asarray(oneself, dtype=np.int64)
    if len(own) != len(asked) or (own >= len(known)).any():
        raise UsageError("oneself names a row of the pool for each client asked about, or -1")
    if not least <= k <= usable.sum() - (oneself is not None):
        raise UsageError(f"k lies between {least} and the size of the pool")
    own = np.where((own >= 0) & usable[own], np.cumsum(usable)[own] - 1, -1)
    known, rated = known[usable], rated[usable]
    spread = known.std(axis=0)
    scale = np.where(
        spread > 0, np.asarray(weights if weights is not None else 1.0) / np.where(spread > 0, spread, 1), 0
    )
    near, ask = known * scale, asked * scale
    t = np.array([np.nan, np.nan, *(student_quantile(0.5 + percent / 200, n - 1) for n in range(2, k + 1))])
    shape = (len(ask), rated.shape[1])
    mean, low, high = (np.full(shape, np.nan) for _ in range(3))
    counts, farthest = np.zeros(shape, dtype=np.int64), np.full(len(ask), np.nan)
    step = max(1, AT_ONCE // (len(near) * max(1, near.shape[1])))
    for start in range(0, len(ask), step):
        rows = slice(start, start + step)
        distance = np.sqrt(((ask[rows, None, :] - near[None, :, :]) ** 2).sum(axis=2)).round(DIGITS)
        mine = np.flatnonzero(own[rows] >= 0)
        distance[mine, own[rows][mine]] = np.inf
        order = np.argsort(distance, axis=1, kind="stable")[:, :k]
        said = np.asarray(np.isfinite(ask[rows]).all(axis=1))[:, None]
        counts[rows] = np.where(said, np.isfinite(rated[order]).sum(axis=1), 0)
        mean[rows], reach = _average(rated[order], counts[rows], max(least, 2), t)
        low[rows], high[rows] = mean[rows] - reach, mean[rows] + reach
        farthest[rows] = np.take_along_axis(distance, order[:, -1:], axis=1)[:, 0]
    return Neighbours(mean, low, high, counts, farthest, int(usable.sum()))


def _average(theirs: Floats, n: npt.NDArray[np.int64], least: int, t: Floats) -> tuple[Floats, Floats]:
    """Give mean and reach of ratings by client, neighbour and session; NaN where fewer than `least` were rated."""
    there, enough = np.isfinite(theirs), n >= least
    counted = np.where(enough, n, 2)
    middle = np.where(there, theirs, 0).sum(axis=1) / counted
    squares = np.where(there, theirs - middle[:, None, :], 0) ** 2
    reach = t[counted] * np.sqrt(squares.sum(axis=1) / (counted - 1) * (1 + 1 / counted))
    return np.where(enough, middle, np.nan), np.where(enough, reach, np.nan)
