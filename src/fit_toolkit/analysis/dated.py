"""One client's ratings as a course, for those who have them as plain lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from fit_toolkit.course import Course, Members, Rating, ScaleView, ticks

EPOCH = dt.date(1970, 1, 1).toordinal()
Dated = Mapping[dt.date, float]


def one_course(
    ratings: Dated,
    *,
    low: float,
    high: float,
    higher_is_better: bool = True,
    others: Mapping[Rating, Dated] | None = None,
) -> Course:
    """Put the ratings of one client, by date, into a course; `others` are ratings of the same sessions by other raters."""
    scale = ScaleView(instrument="given", scale="total", higher_is_better=higher_is_better, low=low, high=high)
    partners = {each: _course(sorted(dated.items()), scale, {}) for each, dated in (others or {}).items()}
    return _course(sorted(ratings.items()), scale, partners)


def _course(ratings: Sequence[tuple[dt.date, float]], scale: ScaleView, partners: Mapping[Rating, Course]) -> Course:
    count = len(ratings)
    return Course(
        tick=ticks([value for _, value in ratings]),
        day=np.array([day.toordinal() - EPOCH for day, _ in ratings], np.int64),
        session=np.arange(1, count + 1, dtype=np.int64),
        root=np.arange(count, dtype=np.int64),
        prorated=np.zeros(count, bool),
        mark=np.zeros(count, bool),
        offsets=np.array([0, count], np.int64),
        member=np.zeros(1, np.int64),
        members=Members.plain(1),
        scale=scale,
        partners=partners,
    )
