"""How often a client who rated the best there is several times in a row rates lower by chance alone."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from fit_toolkit.course import Norms

LEVELS: Final = 401
REACH: Final = 8.0  # SDs of clients' levels to each side


@lru_cache(maxsize=64)
def ceiling_chance(
    norms: Norms, *, best: float, better: int = 1, points: float = 1.0, times: int = 3, near: float = 0.0
) -> float:
    """Share of next ratings that are `points` or more below `best`, after `times` in a row within `near` of it.

    Assumes ratings that vary normally and independently (SD within) round a level of the client's own, which varies
    normally between clients (mean and SD between of `norms`), and are cut off at `best`. Of a client at level a one
    rating is at the ceiling with chance q(a) and so low with chance f(a); after `times` at the ceiling the share is
    E[q^times f] / E[q^times] over the levels. Ratings are not rounded: where they go by steps of `unit`, `near` and
    `points` half a unit nearer (near + unit / 2, points - unit / 2) give the share for rounded ratings.
    """
    normal = NormalDist()
    away = np.linspace(-REACH, REACH, LEVELS)
    level = (norms.mean - best) * better + norms.sd_between * away  # above the best there is
    ceiling = np.array([normal.cdf((each + near) / norms.sd_within) for each in level]) ** times
    low = np.array([normal.cdf((-points - each) / norms.sd_within) for each in level])
    weight = np.exp(-away * away / 2) * ceiling
    total = float(weight.sum())
    return float((weight * low).sum()) / total if total > 0 else 0.0
