"""Small builders the tests share: courses from plain lists of ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fit_toolkit.course import Course, Members, Rating, ScaleView, ticks

WEEK = 7


def course_of(
    ratings: Sequence[Sequence[float]],
    *,
    days: Sequence[Sequence[int]] | None = None,
    scale: ScaleView | None = None,
    today: int = 1000,
    max_gap_days: int = 42,
    partners: Mapping[Rating, Course] | None = None,
    **members: Any,
) -> Course:
    """One course per list of ratings, weekly unless `days` says otherwise."""
    counts = [len(own) for own in ratings]
    n = sum(counts)
    when = days if days is not None else [[i * WEEK for i in range(count)] for count in counts]
    number = [i + 1 for count in counts for i in range(count)]
    return Course(
        tick=ticks([value for own in ratings for value in own]),
        day=np.array([day for own in when for day in own], np.int64),
        session=np.array(number, np.int64),
        root=np.arange(1, n + 1, dtype=np.int64),
        prorated=np.zeros(n, bool),
        mark=np.zeros(n, bool),
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        member=np.arange(len(counts), dtype=np.int64),
        members=Members.plain(len(counts), today=today, **members),
        scale=scale or ScaleView(instrument="example", scale="total"),
        partners=partners or {},
        max_gap_days=max_gap_days,
    )
