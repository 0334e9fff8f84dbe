"""How many members a policy can say something about yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Curve
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.courses.slices import all_slices

if TYPE_CHECKING:
    import sqlalchemy as sa


class Readiness(NamedTuple):
    """Members whose longest course has enough ratings; members who are rated, but not often enough; and the others.

    `not_judged` are those with enough ratings that a curve pack says nothing about: their first rating is not at session 1,
    or not like those the pack was made from.
    """

    ready: int
    waiting: int
    not_judged: int = 0


def readiness(c: sa.Connection, uses: Sequence[PolicyUse], *, as_of: date) -> list[Readiness]:
    """Count, for every policy, the members it is ready for; those never rated are in no count."""
    found = np.zeros((len(uses), 3), dtype=np.int64)
    for part in all_slices(c, as_of=as_of):
        found += [ready_for(use, part.load(use.stream, use.view, {}).course) for use in uses] or 0
    return [Readiness(*row) for row in found.tolist()]


def ready_for(use: PolicyUse, course: Course) -> Readiness:
    """Count the members of a course that a policy is ready for."""
    enough = course.count >= use.ready.min_ratings
    judged = np.ones_like(enough)
    for curve in use.curves:
        judged &= _judged(curve, course)
    ready = set(course.member[enough & judged].tolist())
    unlike = set(course.member[enough].tolist()) - ready
    waiting = set(course.member[(course.count > 0) & ~enough].tolist()) - ready - unlike
    return Readiness(len(ready), len(waiting), len(unlike))


def _judged(curve: Curve, course: Course) -> NDArray[np.bool_]:
    """Say of each course whether it began as a pack by intake asks for."""
    out = np.ones(len(course.count), dtype=bool)
    if "intake" not in curve.coefficients:
        return out
    rated = np.flatnonzero(course.count > 0)
    at = course.offsets[rated]
    low, high = curve.intakes or (-np.inf, np.inf)
    out[rated] = (course.session[at] == 1) & (course.value[at] >= low) & (course.value[at] <= high)
    return out
