"""A share with the interval of what it is a share of, where ratings of one client go together."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
FEW: Final = 10  # clients, below which how much their ratings go together cannot be told
NOT_NUMBER: Final = math.nan


class Portion(Struct, frozen=True):
    """`count` of `n` with the interval of their share; NaN where there is nothing to share.

    `clients` is how many clients the `n` come from.
    """

    count: int
    n: int
    clients: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.n if self.n else NOT_NUMBER


def share(part: ArrayLike, whole: ArrayLike, *, confidence: float = 0.95) -> Portion:
    """Give the share of `part` in `whole`, both counted client by client, with its interval.

    Wilson's for as many independent answers as the ratings are worth: n p (1 - p) / (n^2 v), at most n, where v is the
    variance of the share between clients, m/(m - 1) sum((part - p whole)^2) / n^2 (Korn and Graubard 1998 do the same with
    exact intervals). Of fewer than 10 clients, and where all or none are, as if each client had given one answer.
    """
    some, all_ = np.asarray(part, np.int64), np.asarray(whole, np.int64)
    counted = all_ > 0
    some, all_ = some[counted], all_[counted]
    count, n, clients = int(some.sum()), int(all_.sum()), len(all_)
    if not clients:
        return Portion(0, 0, 0, NOT_NUMBER, NOT_NUMBER)
    worth = _answers(some, all_, count, n, clients)
    low, high = wilson_interval(count / n * worth, worth, confidence=confidence)
    return Portion(count, n, clients, 0.0 if count == 0 else low, 1.0 if count == n else high)


def wilson_interval(count: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Give Wilson's interval of a share: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)."""
    if n <= 0:
        return NOT_NUMBER, NOT_NUMBER
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = count / n
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return (0.0 if count == 0 else low), (1.0 if count == n else high)


def _answers(part: Ints, whole: Ints, count: int, n: int, clients: int) -> float:
    """Give how many independent answers the ratings are worth."""
    if whole.max() == 1:
        return n
    if count in {0, n} or clients < FEW:
        return clients
    p = count / n
    between = clients / (clients - 1) * float(((part - p * whole) ** 2).sum())
    independent = n * p * (1 - p)
    return n if between <= independent else n * independent / between
