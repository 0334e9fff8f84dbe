"""Sums and extremes of each course, from its own points alone: cutting the members into slices changes no digit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def reduced(how: np.ufunc, points: NDArray[Any], course: Course, empty: float = 0) -> NDArray[Any]:
    """Give np.add, np.minimum or np.maximum over the points of each course (n -> m); `empty` where there are none."""
    out = np.full(len(course.count), empty, points.dtype)
    rated = course.count > 0
    if len(points):
        out[rated] = how.reduceat(points, course.offsets[:-1][rated])
    return out


def running(points: Ints, course: Course) -> Ints:
    """Sum of whole numbers over the points of the course before this one (n)."""
    total = np.empty(len(points) + 1, np.int64)
    total[0] = 0
    np.cumsum(points, out=total[1:])
    before = total[:-1]
    before -= np.repeat(total[course.offsets[:-1]], course.count)
    return before


def moves(course: Course) -> tuple[Ints, Mask]:
    """Size of each step from the rating before, in ticks, and where there is one (not at the first, nor across a gap)."""
    known = ~np.isnan(course.previous)
    size = np.zeros(len(course), np.int64)
    np.abs(np.diff(course.tick), out=size[1:])
    size[~known] = 0
    return size, known
