"""How much therapists differ, as far as that can be told: shrunken estimates from a random-intercept model, by moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CLIENTS: Final = 10  # fewer of one therapist's are not shown
THERAPISTS: Final = 5  # fewer are compared with nobody
DRAWS: Final = 999
MOST: Final = 20_000_000  # numbers drawn in all
Z: Final = 1.959963984540054


class Shrunken(Struct, frozen=True):
    """One therapist: how many clients, and how far from the mean of all, drawn towards it as far as chance would carry."""

    who: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Variation:
    """Variance between and within therapists, its share, how often chance alone gives as much, and the estimates.

    `shown` are those with enough clients, by `who`; `others` counts the rest and `their_clients` theirs.
    """

    between: float  # variance
    within: float
    share: float
    by_chance: float
    clients: int
    therapists: int
    shown: tuple[Shrunken, ...]
    others: int
    their_clients: int


def variation(first: Floats, last: Floats, who: Ints, better: int, *, smallest: int = 1) -> Variation | None:
    """Estimate how much therapists differ in what is left of the last rating once the first is taken into account.

    The slope of last on first rating is that within therapists, so that whom somebody treats is no part of what is
    compared. Variance components by moments (analysis of variance of unequal groups): within = SSW / (N - J), between =
    (SSB - (J - 1) within) / (N - sum n^2 / N), at least 0 (Searle, Casella and McCulloch 1992, chapter 3). Each therapist's
    mean is drawn towards the mean of all as `_drawn` says.

    None where fewer than 5 therapists have 10 clients. All clients are used, but who has fewer is not shown; where that would
    be one therapist alone, or fewer than `smallest` clients, the therapist with the fewest of the shown is left out too.
    """
    groups, owner, counts = np.unique(who, return_inverse=True, return_counts=True)
    total, therapists = len(who), len(groups)
    if int((counts >= CLIENTS).sum()) < THERAPISTS:
        return None
    left = better * _left_over(first, last, owner, counts)
    between, within = _components(left, owner, counts)
    value, spread = _drawn(np.bincount(owner, left) / counts, within / counts, between)
    shown = _shown(counts, smallest)
    rows = [
        Shrunken(int(groups[j]), int(counts[j]), float(value[j]), float(value[j] - Z * spread[j]), float(value[j] + Z * spread[j]))
        for j in np.flatnonzero(shown)
    ]  # fmt: skip
    share = between / (between + within) if between + within > 0 else 0.0
    chance = _by_chance(left, counts, between)
    return Variation(between, within, share, chance, total, therapists, tuple(rows), int((~shown).sum()),
                     int(counts[~shown].sum()))  # fmt: skip


def _drawn(means: Floats, noise: Floats, between: float) -> tuple[Floats, Floats]:
    """Draw means towards that of all, and say with which SD each is known (empirical Bayes: Morris 1983).

    B = (J - 3) / (J - 1) * noise / (noise + between) of the way, for J means; the variance is
    noise (1 - (J - 1) / J * B) + 2 / (J - 3) * B^2 * (mean noise + between) / (noise + between) * (mean - mean of all)^2.
    What (J - 3) / (J - 1) and the second part add is that `between` is itself only estimated: where it comes out as 0,
    an interval without them would have no width, and say of everybody for sure that they are like all others.
    """
    therapists, total = len(means), noise + between
    if not total.all():  # every last rating follows from the first
        return means - means.mean(), np.zeros(therapists)
    weights = 1 / total
    centre = float(np.average(means, weights=weights))
    drawn = (therapists - 3) / (therapists - 1) * noise / total
    usual = float(np.average(noise, weights=weights))
    unsure = 2 / (therapists - 3) * drawn**2 * (usual + between) / total * (means - centre) ** 2
    return (1 - drawn) * (means - centre), np.sqrt(noise * (1 - (therapists - 1) / therapists * drawn) + unsure)


def _left_over(first: Floats, last: Floats, owner: Ints, counts: Ints) -> Floats:
    one = first - (np.bincount(owner, first) / counts)[owner]
    two = last - (np.bincount(owner, last) / counts)[owner]
    spread = float(one @ one)
    slope = float(one @ two) / spread if spread > 0 else 0.0
    left: Floats = (last - last.mean()) - slope * (first - first.mean())
    return left


def _components(left: Floats, owner: Ints, counts: Ints) -> tuple[float, float]:
    return _of_sums(np.bincount(owner, left).astype(np.float64), counts, float(left @ left))


def _of_sums(sums: Floats, counts: Ints, squares: float) -> tuple[float, float]:
    """Give the variance between and within groups from their sums, their sizes and the sum of all squares."""
    total, groups = int(counts.sum()), len(counts)
    explained = float((sums**2 / counts).sum())
    ssb, ssw = explained - float(sums.sum()) ** 2 / total, squares - explained
    within = max(ssw, 0.0) / (total - groups) if total > groups else 0.0
    size = total - float((counts.astype(float) ** 2).sum()) / total
    return max((ssb - (groups - 1) * within) / size, 0.0), within


def _by_chance(left: Floats, counts: Ints, found: float) -> float:
    """Deal the clients out to the therapists at random, and say how often the variance between them is as large or larger."""
    random = np.random.default_rng(20261123)  # the same draws in every report
    draws = min(DRAWS, max(99, MOST // len(left)))
    cuts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    sums = np.stack([np.add.reduceat(random.permutation(left), cuts) for _ in range(draws)])
    as_large = sum(_of_sums(each, counts, float(left @ left))[0] >= found * (1 - 1e-12) for each in sums)
    return (1 + as_large) / (1 + draws)


def _shown(counts: Ints, smallest: int) -> NDArray[np.bool_]:
    """Say who is shown: who has enough clients; but nobody is left out alone, nor a few clients.

    The estimates of all are about their mean, so that the one who is not there could be worked out from the others.
    """
    shown = counts >= CLIENTS
    while shown.any() and not shown.all() and (int((~shown).sum()) == 1 or int(counts[~shown].sum()) < smallest):
        shown[np.where(shown, counts, np.iinfo(np.int64).max).argmin()] = False
    return shown
