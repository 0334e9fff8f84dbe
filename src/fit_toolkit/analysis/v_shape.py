"""V-shaped stretches of a course: a fall of theta or more and the way back. Found afterwards; never a live alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.per_course import Floats, Ints, reduced
from fit_toolkit.course import TICK, Course

PATTERNS: Final = (
    "V",  # one rating down, one rating up
    "slow fall, sudden repair",
    "sudden fall, slow repair",
    "slow fall, slow repair",
    "not repaired so far",
)
NOT_REPAIRED: Final = 4
NOWHERE: Final = -1


@dataclass(frozen=True, eq=False)
class VShapes:
    """One entry per stretch, in the order of courses, then time. Places are points of the course.

    `top` the rating before the fall, `bottom` the worst (of equal ones the first), `back` the first that has come back (-1: none so far);
    `depth` in the scale's units; `length` sessions rated from the top to the one that is back (or the newest), the top
    not counted; `pattern` a place in PATTERNS. `per_course` counts the repaired ones; `theta` is what a fall had to reach.
    """

    course: Ints
    top: Ints
    bottom: Ints
    back: Ints
    depth: Floats
    length: Ints
    pattern: NDArray[np.int8]
    per_course: Ints
    theta: Floats

    def __len__(self) -> int:
        """How many there are."""
        return len(self.top)


def between_sd(course: Course) -> float:
    """SD (n - 1) of the courses' mean ratings: the inter-person SD; NaN for fewer than two rated courses."""
    means = reduced(np.add, course.tick, course)[course.count > 0] / (course.count[course.count > 0] * TICK)
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def v_shapes(course: Course, *, sds: float = 1.0, between: float | None = None) -> VShapes:
    """Find every fall of theta or more from the best rating since the last repair, and the rise of theta that repairs it.

    theta = max(intra, inter) x `sds`, with `sds` 1 (looser) or 2 (stricter): Gumz et al. 2012, who so mend the criteria
    of Stiles 2004 and Strauss 2006. intra is the SD (n - 1) of the client's own ratings, inter the SD of clients' means
    (`between`; left out: of the courses given, so name it when a file is cut into slices). A course of one value, or of
    one rating, has no intra and no stretch. That a rise of theta from the bottom ends a stretch, and how the patterns
    but the first two are drawn, is ours: the paper's text was not at hand.
    Ratings that only vary by chance are full of these: of simulated steady courses of 12 sessions (SD 2.5 between clients,
    1.5 within, highest rating 3 above the mean) 79 % have one at 1 SD and 16 % at 2 SD; with the client's own SD alone
    97 % and 80 %. The SD rests on the whole course, so nothing of this can be known on the day.
    """
    theta = _theta(course, sds, between_sd(course) if between is None else between)
    search = _Search(course, np.rint(theta * TICK))
    falls = search.along()
    order = np.lexsort((falls[1], falls[0]))
    own, top, bottom, back = (column[order] for column in falls)
    newest = course.offsets[1:][own] - 1
    end = np.where(back == NOWHERE, newest, back)
    down, up = bottom - top > 1, back - bottom > 1
    pattern = np.where(back == NOWHERE, NOT_REPAIRED, np.select([down & up, up, down], [3, 2, 1], 0))
    return VShapes(
        course=own, top=top, bottom=bottom, back=back,
        depth=np.abs(course.tick[top] - course.tick[bottom]) / TICK, length=end - top, pattern=pattern.astype(np.int8),
        per_course=np.bincount(own[back != NOWHERE], minlength=len(course.count)).astype(np.int64), theta=theta,
    )  # fmt: skip


def _theta(course: Course, sds: float, between: float) -> Floats:
    first = course.tick[np.minimum(course.offsets[:-1], max(len(course) - 1, 0))] if len(course) else course.count
    away = course.tick - first[course.owner]
    n = course.count.astype(float)
    total = reduced(np.add, away, course).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        squares = reduced(np.add, (away - np.nan_to_num(mean)[course.owner]) ** 2, course)
        own = np.sqrt(squares / (n - 1)) / TICK
    own[(n < 2) | (own == 0)] = np.nan
    theta: Floats = sds * np.where(np.isnan(own), np.nan, np.fmax(own, between))
    return theta


class _Search:
    """All courses walked along together: one array step per rating number."""

    def __init__(self, course: Course, theta: Floats) -> None:
        self.course = course
        self.rows = np.flatnonzero(theta > 0)
        self.rows = self.rows[np.argsort(-course.count[self.rows], kind="stable")]  # longest first: the rest drop out
        self.theta = theta[self.rows]
        self.good = course.tick * course.scale.better
        self.found: list[tuple[Ints, ...]] = []

    def along(self) -> list[Ints]:
        """Give course, top, bottom and back of every stretch."""
        begin, count = self.course.offsets[:-1][self.rows], self.course.count[self.rows]
        self.top, self.bottom = begin.copy(), begin.copy()
        self.falling = np.zeros(len(begin), bool)
        alive = np.searchsorted(-count, -np.arange(1, int(count.max(initial=0))), side="left")
        for step, live in enumerate(alive, start=1):
            self._step(begin[:live] + step, int(live))
        self._note(np.flatnonzero(self.falling), np.full(int(self.falling.sum()), NOWHERE))
        return [np.concatenate(parts).astype(np.int64) for parts in zip(*self.found, strict=True)]

    def _step(self, at: Ints, live: int) -> None:
        top, bottom, falling = self.top[:live], self.bottom[:live], self.falling[:live]
        value, theta = self.good[at], self.theta[:live]
        was = falling.copy()
        lower = was & (value < self.good[bottom])
        bottom[lower] = at[lower]
        back = was & (value - self.good[bottom] >= theta)
        self._note(np.flatnonzero(back), at[back])
        falling[back] = False
        top[back] = at[back]
        higher = ~was & (value >= self.good[top])
        top[higher] = at[higher]
        falls = ~was & (self.good[top] - value >= theta)
        falling[falls] = True
        bottom[falls] = at[falls]

    def _note(self, places: Ints, back: Ints) -> None:
        self.found.append((self.rows[places], self.top[places], self.bottom[places], back))
