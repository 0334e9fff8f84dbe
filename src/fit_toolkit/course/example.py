"""Made-up ratings that a policy declares about itself: where it fires, and where it stays quiet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from fit_toolkit.course.course import Course, ticks
from fit_toolkit.course.members import Members
from fit_toolkit.course.parameters import Rating
from fit_toolkit.course.scale import Limit, ScaleView

WEEK = 7
BEGIN = 19_000
OPERATORS = {True: "<", False: ">="}


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ratings of one made-up client on a scale from 0 to 10, for `fires_on` and `quiet_on` of a policy.

    A bare tuple of ratings says the same in short. `days` are counted from the first rating (left out: a week apart);
    `parameters` are the policy's, where its defaults will not do; `other` is the second rating of each session, for a
    policy with a `Rating` parameter (None: there was none); `due` says how many days ago the next rating was due (left
    out: none is expected); `higher_is_better` is the direction of the scale; `limits` are published lines by name.
    """

    ratings: tuple[float, ...] = ()
    days: tuple[int, ...] = ()
    parameters: dict[str, Any] = {}
    other: tuple[float | None, ...] = ()
    due: int | None = None
    higher_is_better: bool = True
    limits: dict[str, float] = {}

    def __post_init__(self) -> None:
        """Refuse what cannot be a course."""
        for name in ("days", "other"):
            given = getattr(self, name)
            if given and len(given) != len(self.ratings):
                raise ValueError(f"an Example has {len(self.ratings)} ratings but {len(given)} {name}")
        if any(later <= earlier for earlier, later in zip(self.days, self.days[1:], strict=False)):
            raise ValueError("the days of an Example must go up")

    def course(self, others: Iterable[Rating] = ()) -> Course:
        """Give the ratings as a course of one client; `others` are the second courses that a policy asks for."""
        days = self.days or tuple(WEEK * place for place in range(len(self.ratings)))
        limits = tuple(
            Limit(name=name, value=value, operator=OPERATORS[self.higher_is_better])
            for name, value in self.limits.items()
        )
        scale = ScaleView(instrument="example", scale="total", higher_is_better=self.higher_is_better, limits=limits)
        newest = BEGIN + (days[-1] if days else 0)
        today = newest if self.due is None else newest + WEEK + max(self.due, 0)
        members = Members.plain(
            1,
            today=today,
            started=np.array([float(BEGIN)]),
            last_rated=np.array([float(newest) if days else np.nan]),
            due=np.array([np.nan if self.due is None else float(today - self.due)]),
        )
        theirs = [(value, day) for value, day in zip(self.other, days, strict=False) if value is not None]
        partners = {each: _course([v for v, _ in theirs], [d for _, d in theirs], members, scale) for each in others}
        return _course(list(self.ratings), list(days), members, scale, partners)


def example_of(given: object) -> Example | None:
    """Take what a policy declares: ratings in a row, an Example, or nothing; raise ValueError for anything else."""
    if given is None or isinstance(given, Example):
        return given
    if isinstance(given, (tuple, list)) and all(type(each) in {int, float} for each in given):
        return Example(tuple(float(each) for each in given))
    raise ValueError("must be ratings in a row, such as (8, 8, 4), or an Example")


def _course(
    ratings: list[float],
    days: list[int],
    members: Members,
    scale: ScaleView,
    partners: dict[Rating, Course] | None = None,
) -> Course:
    count = len(ratings)
    return Course(
        tick=ticks(ratings),
        day=np.array(days, np.int64) + BEGIN,
        session=np.arange(1, count + 1, dtype=np.int64),
        root=np.arange(1, count + 1, dtype=np.int64),
        prorated=np.zeros(count, bool),
        mark=np.zeros(count, bool),
        offsets=np.array([0, count], np.int64),
        member=np.zeros(1, np.int64),
        members=members,
        scale=scale,
        partners=partners or {},
    )
