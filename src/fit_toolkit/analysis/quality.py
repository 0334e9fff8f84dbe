"""What a policy is worth on courses: how often it speaks, and against the truth, where that is known, how often rightly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from fit_toolkit.analysis.per_course import reduced
from fit_toolkit.course import Course, Findings, Spells, cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
DRAWS: Final = 1000
SEED: Final = 2026
FEW: Final = 10  # clients, below which draws of them would make an interval too narrow
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


class Quality(Struct, frozen=True):
    """How one policy does on some courses; what is about the truth is None where that is not known.

    `alerts`: spells that open, per counted rating (the sessions). `flags`: counted ratings that fire. `clients_flagged`: ever.
    `sensitivity`: onsets that are flagged. `specificity`: ratings outside every true stretch that do not fire.
    `ppv`: flags that lie inside a true stretch. `lead`: median number of ratings by which the first flag came before the
    onset (0 at the same session, negative after it) for the `lead_n` onsets that were found.
    """

    alerts: Portion
    flags: Portion
    clients_flagged: Portion
    sensitivity: Portion | None = None
    specificity: Portion | None = None
    ppv: Portion | None = None
    lead: float = NOT_NUMBER
    lead_n: int = 0


@dataclass(frozen=True, eq=False)
class Flagged:
    """What a policy says about every point of a course: where it fires, and where a spell of it opens."""

    fires: Mask
    opens: Mask

    @classmethod
    def of(cls, findings: Findings, *, after: int = 1, lapse: int = 0, stands: bool = False) -> Flagged:
        """Take it from findings about points, cut into spells as the run cuts them; firing counts from `after` in a row."""
        course = findings.course
        if course is None:
            raise ValueError("findings about members say nothing about a rating")
        fires = findings.fires
        if after > 1:
            fires = fires & (course.streak(fires, findings.known) >= after)
        return cls(fires=fires, opens=opened(cut(findings, after=after, lapse=lapse, stands=stands), len(course)))

    def __or__(self, other: Flagged) -> Flagged:
        """Give a rule that fires where either does."""
        return Flagged(self.fires | other.fires, self.opens | other.opens)


def opened(spells: Spells, points: int) -> Mask:
    """Mark the points at which a spell opens."""
    out = np.zeros(points, bool)
    out[spells.opened] = True
    return out


def policy_quality(
    course: Course,
    flagged: Flagged,
    *,
    true: ArrayLike | None = None,
    counted: ArrayLike | None = None,
    whose: ArrayLike | None = None,
    window: int = 0,
    confidence: float = 0.95,
) -> Quality:
    """Count what a policy does on courses, with intervals.

    `true` marks the ratings that it ought to find; a stretch of them in a row is one event, which begins at its onset.
    An onset is found when a rating fires at it or at one of the `window` ratings before it. `counted` are the ratings
    that count (None: all). `whose` says which client each course belongs to (None: one client a course). Intervals are Wilson's where each client gives at most one of `n`, and otherwise from
    1,000 draws of whole clients, because ratings of one client go together; of fewer than 10 clients,
    or where all or none are, Wilson's as if each client gave one.
    """
    count = np.ones(len(course), bool) if counted is None else np.asarray(counted, bool)
    fires, opens = flagged.fires & count, flagged.opens & count

    clients = None if whose is None else np.unique(np.asarray(whose), return_inverse=True)[1]

    def per_client(mask: Mask) -> Ints:
        per_course = np.asarray(reduced(np.add, mask.astype(np.int64), course))
        return per_course if clients is None else np.rint(np.bincount(clients, weights=per_course)).astype(np.int64)

    def portion(part: Mask, whole: Mask) -> Portion:
        return share(per_client(part & whole), per_client(whole), confidence=confidence)

    here = per_client(count) > 0
    ever = (per_client(fires) > 0) & here
    speaks = Quality(
        alerts=portion(opens, count),
        flags=portion(fires, count),
        clients_flagged=share(ever.astype(np.int64), here.astype(np.int64), confidence=confidence),
    )
    if true is None:
        return speaks
    truth = np.asarray(true, bool)
    onset = truth & ((course.number == 1) | ~np.concatenate(([False], truth[:-1]))) & count
    lead = _lead(course, flagged.fires, truth, onset, window)
    found = onset & (lead >= 0)
    met = lead[onset & ~np.isnan(lead)]
    return Quality(
        alerts=speaks.alerts,
        flags=speaks.flags,
        clients_flagged=speaks.clients_flagged,
        sensitivity=portion(found, onset),
        specificity=portion(~fires, count & ~truth),
        ppv=portion(truth, fires),
        lead=float(np.median(met)) if len(met) else NOT_NUMBER,
        lead_n=len(met),
    )


def share(part: ArrayLike, whole: ArrayLike, *, confidence: float = 0.95) -> Portion:
    """Give the share of `part` in `whole`, both counted client by client, with its interval."""
    some, all_ = np.asarray(part, np.int64), np.asarray(whole, np.int64)
    counted = all_ > 0
    some, all_ = some[counted], all_[counted]
    count, n, clients = int(some.sum()), int(all_.sum()), len(all_)
    if not clients:
        return Portion(0, 0, 0, NOT_NUMBER, NOT_NUMBER)
    if all_.max() == 1 or count in {0, n} or clients < FEW:
        # all or none, or clients too few to draw from: known as well as so many independent answers would be
        low, high = wilson_interval(count / n * clients, clients, confidence=confidence)
        return Portion(count, n, clients, low, high)
    low, high = _clusters(some, all_, confidence)
    return Portion(count, n, clients, low, high)


def wilson_interval(count: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Give Wilson's interval of a share: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)."""
    if n <= 0:
        return NOT_NUMBER, NOT_NUMBER
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = count / n
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return (0.0 if count == 0 else low), (1.0 if count == n else high)


def _clusters(part: Ints, whole: Ints, confidence: float) -> tuple[float, float]:
    """Quantiles of the share over draws of whole clients with replacement.

    Clients with the same two counts are drawn together, by the multinomial, so that a large clinic costs no more.
    """
    kinds, times = np.unique(np.stack((part, whole)), axis=1, return_counts=True)
    drawn = np.random.default_rng(SEED).multinomial(int(times.sum()), times / times.sum(), DRAWS)
    shares = (drawn @ kinds[0]) / (drawn @ kinds[1])
    low, high = np.quantile(shares, (0.5 - confidence / 2, 0.5 + confidence / 2))
    return float(low), float(high)


def _lead(course: Course, fires: Mask, true: Mask, onset: Mask, window: int) -> Floats:
    """For each onset by how many ratings the first flag came before it, from `window` before to the stretch's end."""
    lead = np.full(len(course), np.nan)
    ends = np.append((~true[1:]) | (course.number[1:] == 1), True)  # the last point of each stretch
    to_end = np.flatnonzero(ends)
    places = np.flatnonzero(onset)
    last = to_end[np.searchsorted(to_end, places)]
    first = np.maximum(places - window, places - (course.number[places] - 1))
    firing = np.flatnonzero(fires)
    at = np.searchsorted(firing, first)
    inside = at < len(firing)
    hit = firing[np.minimum(at, max(len(firing) - 1, 0))] if len(firing) else np.zeros(len(places), np.int64)
    inside &= hit <= last
    lead[places[inside]] = (places - hit)[inside]
    return lead


class SameAnswers(Struct, frozen=True):
    """How far two policies agree about the same ratings.

    `same`: share of ratings about which both say the same; `kappa`: that beyond chance (Cohen), NaN where one of them always
    or never fires and so does the other; `both`, `only_first`, `only_second`, `neither`: ratings.
    """

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        """How many ratings both judged."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def same(self) -> float:
        """The share of ratings with the same answer."""
        return (self.both + self.neither) / self.n if self.n else NOT_NUMBER

    @property
    def kappa(self) -> float:
        """Cohen's kappa: (same - expected) / (1 - expected)."""
        if not self.n:
            return NOT_NUMBER
        first, second = (self.both + self.only_first) / self.n, (self.both + self.only_second) / self.n
        expected = first * second + (1 - first) * (1 - second)
        return (self.same - expected) / (1 - expected) if expected < 1 else NOT_NUMBER


def same_answers(first: ArrayLike, second: ArrayLike, *, counted: ArrayLike | None = None) -> SameAnswers:
    """Compare two policies rating by rating; `counted` are the ratings that count (None: all)."""
    one, two = np.asarray(first, bool), np.asarray(second, bool)
    use = np.ones(len(one), bool) if counted is None else np.asarray(counted, bool)
    one, two = one[use], two[use]
    return SameAnswers(
        int((one & two).sum()), int((one & ~two).sum()), int((~one & two).sum()), int((~one & ~two).sum())
    )
