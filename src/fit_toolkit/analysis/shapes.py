"""The shape of a course so far, in one word: a description of what was rated, looking back; it forecasts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from fit_toolkit.analysis.per_course import Floats, Ints, Mask, reduced
from fit_toolkit.course import TICK, Course, Norms

SHAPES: Final = (
    "too-few",
    "gap",
    "volatile",
    "ceiling-flat",
    "low-improving",
    "high-improving",
    "low-falling",
    "high-falling",
    "V",
    "U",
    "steady",
)
CODE: Final = {name: code for code, name in enumerate(SHAPES)}


class ShapeRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one shape ends and the next begins. The names of the shapes are in use; every threshold is a convention."""

    least: Annotated[int, Meta(ge=3)] = 4  # ratings before anything is said
    line: float | None = None  # from here on a course begins high; else the mean of `norms`, else 3/4 of the range
    step: Annotated[float, Meta(gt=0)] | None = (
        None  # what counts as a change; else 3 within-SDs of `norms`, else 15 % of the range
    )
    short: Annotated[int, Meta(ge=1)] = 2  # so many low ratings are still a V, more are a U
    swings: Annotated[int, Meta(ge=2)] = 3  # steps of `step` or more, each the other way, that make a course volatile
    near: Annotated[float, Meta(ge=0, le=1)] = (
        0.05  # of the range: how near to the best rating there is "the ceiling" reaches
    )
    gap_days: Annotated[int, Meta(ge=1)] | None = None  # else the course's own `max_gap_days`


@dataclass(frozen=True, eq=False)
class Shapes:
    """One entry per course. `code` is the place in SHAPES; `start`, `end`, `dip` are in the scale's units, NaN: none."""

    code: NDArray[np.int8]
    n: Ints
    start: Floats
    end: Floats
    dip: Floats  # how far the worst rating of a V or U lies below the nearer end
    longest_gap: Floats  # days

    @property
    def name(self) -> NDArray[np.str_]:
        """The word for each course."""
        return np.array(SHAPES)[self.code]


def course_shapes(course: Course, rule: ShapeRule | None = None, *, norms: Norms | None = None) -> Shapes:
    """Describe every course by the first of these that is true of it. Retrospective: later ratings may change the word.

    too-few: fewer ratings than `least`. gap: two ratings more than `gap_days` apart, so no one shape. volatile: at least
    `swings` steps of `step` or more from one rating to the next, each the other way than the last one of that size (smaller
    steps, and further ones the same way, are passed over). ceiling-flat: no rating further than `near` of the range from
    the best there is. The begin and the end are the means of the first
    and the last third (n // 3 ratings, at least 1). low-improving, high-improving, low-falling, high-falling: they differ
    by `step` or more; low and high say on which side of `line` it began. V, U: one stretch of ratings that lie `step` or
    more below both, neither the first nor the last rating among them; up to `short` ratings long a V, longer a U.
    steady: none of these. "Below", "low" and "falling" are towards worse, whichever way the scale runs.
    Thresholds count as met when they are reached exactly (in millionths).
    """
    rule = rule or ShapeRule()
    scale, good = course.scale, course.tick * course.scale.better
    wide = scale.high - scale.low
    step = _ticks(rule.step or (3 * norms.sd_within if norms else 0.15 * wide))
    best = scale.high if scale.better > 0 else scale.low
    line = rule.line if rule.line is not None else norms.mean if norms else best - scale.better * 0.25 * wide
    ceiling = scale.better * _ticks(best - scale.better * rule.near * wide)
    part = np.maximum(course.count // 3, 1)
    start, end = _ends(good, course, part)
    low = good * part[course.owner] <= (np.minimum(start, end) - step * part)[course.owner]
    longest = reduced(np.maximum, np.nan_to_num(course.days_since_previous), course)
    high = start >= scale.better * _ticks(line) * part
    change = end - start
    short, long = _one_stretch(low, course, rule.short)
    tests = (
        ("too-few", course.count < rule.least),
        ("gap", longest > (rule.gap_days or course.max_gap_days)),
        ("volatile", _swings(good, step, course) >= rule.swings),
        ("ceiling-flat", reduced(np.minimum, good, course) >= ceiling),
        ("low-improving", (change >= step * part) & ~high),
        ("high-improving", (change >= step * part) & high),
        ("low-falling", (change <= -step * part) & ~high),
        ("high-falling", (change <= -step * part) & high),
        ("V", short),
        ("U", long),
    )
    code = np.select([true for _, true in tests], [CODE[name] for name, _ in tests], CODE["steady"]).astype(np.int8)
    rated = np.where(course.count > 0, scale.better * TICK * part, np.nan)
    worst = reduced(np.minimum, good, course)
    dip = (np.minimum(start, end) - worst * part) / (TICK * part)
    dip[~np.isin(code, (CODE["V"], CODE["U"]))] = np.nan
    return Shapes(code, course.count, start / rated, end / rated, dip, np.where(course.count > 1, longest, np.nan))


def _ticks(value: float) -> int:
    return round(value * TICK)


def _ends(good: Ints, course: Course, part: Ints) -> tuple[Ints, Ints]:
    """Sum the first and the last `part` ratings of each course."""
    first = course.number <= part[course.owner]
    last = course.number > (course.count - part)[course.owner]
    return reduced(np.add, np.where(first, good, 0), course), reduced(np.add, np.where(last, good, 0), course)


def _swings(good: Ints, step: int, course: Course) -> Ints:
    """Count the large steps that go the other way than the large step before them, and the first one."""
    move = np.zeros(len(good), np.int64)
    move[1:] = np.diff(good)
    move[course.number == 1] = 0
    places = np.flatnonzero(np.abs(move) >= step)
    turned = np.ones(len(places), bool)
    same = course.owner[places[1:]] == course.owner[places[:-1]]
    turned[1:] = ~same | ((move[places[1:]] > 0) != (move[places[:-1]] > 0))
    return np.bincount(course.owner[places[turned]], minlength=len(course.count)).astype(np.int64)


def _one_stretch(low: Mask, course: Course, short: int) -> tuple[Mask, Mask]:
    """Say where the low ratings are one stretch inside the course, and whether it is short or long."""
    lows = low.astype(np.int64)
    before = np.zeros(len(low), bool)
    before[1:] = low[:-1]
    stretches = reduced(np.add, (low & (~before | (course.number == 1))).astype(np.int64), course)
    at_edge = low & ((course.number == 1) | (course.number == course.count[course.owner]))
    inside = (stretches == 1) & (reduced(np.add, at_edge.astype(np.int64), course) == 0)
    length = reduced(np.add, lows, course)
    return inside & (length <= short), inside & (length > short)
