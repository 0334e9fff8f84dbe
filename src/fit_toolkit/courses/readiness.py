"""How many members a policy can say something about yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fit_toolkit.course import Course
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.store import runs

if TYPE_CHECKING:
    import sqlalchemy as sa


class Readiness(NamedTuple):
    """Members whose longest course has enough ratings, and members who are rated, but not often enough."""

    ready: int
    waiting: int


def readiness(c: sa.Connection, uses: Sequence[PolicyUse], *, as_of: date) -> list[Readiness]:
    """Count, for every policy, the members it is ready for; those never rated are in neither count."""
    part = Slice.of(c, runs.all_episodes(c), as_of=as_of)
    return [ready_for(use, part.load(use.stream, use.view, {}).course) for use in uses]


def ready_for(use: PolicyUse, course: Course) -> Readiness:
    """Count the members of a course that a policy is ready for."""
    enough = course.count >= use.ready.min_ratings
    ready = set(course.member[enough].tolist())
    waiting = set(course.member[(course.count > 0) & ~enough].tolist()) - ready
    return Readiness(len(ready), len(waiting))
