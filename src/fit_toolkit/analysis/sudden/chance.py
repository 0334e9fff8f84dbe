"""How many sudden gains ratings would show if nothing sudden had happened: the same ratings in another order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.sudden.gains import SuddenGainRule, sudden_gains

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ByChance:
    """Counts per permutation, of events and of clients with one, and per client how often there was one."""

    events: npt.NDArray[np.int64]
    clients: npt.NDArray[np.int64]
    share: Floats  # per client: of the permutations with at least one event


def by_chance(
    values: npt.ArrayLike, rule: SuddenGainRule, *, permutations: int, seed: int, keep_trend: bool = False
) -> ByChance:
    """Count sudden gains after each client's ratings were put in random order, `permutations` times.

    Gaps stay where they are. Order is all that is taken away, so what is found is what the criteria make of the size of
    the fluctuations alone. With `keep_trend` each client keeps the straight line through their own ratings and only what lies
    around it is put in another order: steady improvement alone makes many gains (simulated in PMC4606893, table 2).
    """
    ratings = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(seed)
    line = _lines(ratings) if keep_trend else np.zeros_like(ratings)
    events, clients = np.zeros((2, permutations), dtype=np.int64)
    hits = np.zeros(len(ratings), dtype=np.int64)
    for nth, shuffled in enumerate(_shuffled(ratings - line, permutations, random)):
        found = sudden_gains(line + shuffled, rule)
        touched = np.unique(found.row)
        events[nth], clients[nth] = len(found), len(touched)
        hits[touched] += 1
    return ByChance(events, clients, hits / max(permutations, 1))


def _shuffled(ratings: Floats, times: int, random: np.random.Generator) -> Iterator[Floats]:
    """Give the ratings of each row in random order, the gaps left where they are."""
    known = ~np.isnan(ratings)
    places = np.argsort(~known, axis=1, kind="stable")  # where the known ratings of a row are, then its gaps
    for _ in range(times):
        draw = np.where(known, random.random(ratings.shape), np.inf)
        order = np.argsort(draw, axis=1)
        result = np.empty_like(ratings)
        np.put_along_axis(result, places, np.take_along_axis(ratings, order, axis=1), axis=1)
        yield result


def _lines(ratings: Floats) -> Floats:
    """Give each row's least-squares straight line over the sessions; flat where there are fewer than three ratings."""
    known = ~np.isnan(ratings)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    session = np.arange(ratings.shape[1], dtype=np.float64)[None, :]
    mean = np.nansum(ratings, axis=1, keepdims=True) / count
    middle = np.where(known, session, 0).sum(axis=1, keepdims=True) / count
    away = np.where(known, session - middle, 0)
    squares = (away**2).sum(axis=1, keepdims=True)
    slope = np.divide(
        np.nansum(away * (ratings - mean), axis=1, keepdims=True),
        squares,
        out=np.zeros_like(squares),
        where=squares > 0,
    )
    slope = np.where(count > 2, slope, 0)
    return np.asarray(mean + slope * (session - middle))
