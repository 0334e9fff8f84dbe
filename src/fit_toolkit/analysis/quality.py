"""What a policy is worth on courses: how often it speaks, and against the truth, where that is known, how often rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from fit_toolkit.analysis.per_course import reduced
from fit_toolkit.analysis.portions import NOT_NUMBER, Portion, share
from fit_toolkit.course import Course, Findings, Spells, cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


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


@dataclass(frozen=True, eq=False)
class Tally:
    """What a policy does on some courses, counted client by client, so that tallies of several parts can be put together.

    `clients` names each client once; `counts` has a row for each: ratings that count, alerts, flags, and, where the truth is
    known (`truth`), onsets, found onsets, ratings without, quiet ones, and true flags. `leads`: one for each onset met.
    """

    clients: NDArray[Any]
    counts: Ints
    leads: Floats
    truth: bool

    @classmethod
    def of(
        cls,
        course: Course,
        flagged: Flagged,
        *,
        true: ArrayLike | None = None,
        counted: ArrayLike | None = None,
        whose: ArrayLike | None = None,
        window: int = 0,
    ) -> Tally:
        """Count on one array of courses; the arguments are those of `policy_quality`."""
        count = np.ones(len(course), bool) if counted is None else np.asarray(counted, bool)
        fires, opens = flagged.fires & count, flagged.opens & count
        masks, leads = [count, opens, fires], np.empty(0)
        if true is not None:
            truth = np.asarray(true, bool)
            onset = truth & ((course.number == 1) | ~np.concatenate(([False], truth[:-1]))) & count
            lead = _lead(course, flagged.fires, truth, onset, window)
            outside = count & ~truth
            masks += [onset, onset & (lead >= 0), outside, outside & ~fires, fires & truth]
            leads = lead[onset & ~np.isnan(lead)]
        counts = np.stack([reduced(np.add, mask.astype(np.int64), course) for mask in masks], axis=1)
        names = np.arange(len(counts)) if whose is None else np.asarray(whose)
        return together([cls(names, counts, leads, true is not None)])

    def quality(self, *, confidence: float = 0.95) -> Quality:
        """Give the shares with their intervals."""

        def portion(part: Ints, whole: Ints) -> Portion:
            return share(part, whole, confidence=confidence)

        ratings, alerts, flags = self.counts[:, :3].T
        speaks = Quality(
            alerts=portion(alerts, ratings),
            flags=portion(flags, ratings),
            clients_flagged=portion((flags > 0).astype(np.int64), (ratings > 0).astype(np.int64)),
        )
        if not self.truth:
            return speaks
        onsets, found, without, quiet, right = self.counts[:, 3:].T
        return Quality(
            alerts=speaks.alerts,
            flags=speaks.flags,
            clients_flagged=speaks.clients_flagged,
            sensitivity=portion(found, onsets),
            specificity=portion(quiet, without),
            ppv=portion(right, flags),
            lead=float(np.median(self.leads)) if len(self.leads) else NOT_NUMBER,
            lead_n=len(self.leads),
        )


def together(tallies: Sequence[Tally]) -> Tally:
    """Put tallies of several parts into one: a client who is in two of them is one client."""
    names = np.concatenate([each.clients for each in tallies])
    counts = np.concatenate([each.counts for each in tallies])
    clients, place = np.unique(names, return_inverse=True)
    added = np.zeros((len(clients), counts.shape[1]), np.int64)
    np.add.at(added, place, counts)
    return Tally(clients, added, np.concatenate([each.leads for each in tallies]), tallies[0].truth)


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
    that count (None: all). `whose` says which client each course belongs to (None: one client a course). Intervals are
    Wilson's, for as many independent answers as ratings that go together in a client are worth (`share` has the formula);
    of fewer than 10 clients, or where all or none are, as if each client gave one.
    """
    tally = Tally.of(course, flagged, true=true, counted=counted, whose=whose, window=window)
    return tally.quality(confidence=confidence)


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

    def __add__(self, other: SameAnswers) -> SameAnswers:
        """Add up two parts of the ratings."""
        return SameAnswers(
            self.both + other.both,
            self.only_first + other.only_first,
            self.only_second + other.only_second,
            self.neither + other.neither,
        )

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
