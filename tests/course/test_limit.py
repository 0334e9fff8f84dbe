"""Published lines that differ by age and sex: drawn and compared for those they are about, and nobody else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fit_toolkit.course import Limit, ScaleView
from tests.builders import course_of

EPOCH = date(1970, 1, 1)
LINES = (
    Limit("clinical", 10, ">=", sex="female", age_from=11, age_to=13),
    Limit("clinical", 12, ">=", sex="female", age_from=14, age_to=16),
)
SCALE = ScaleView(instrument="x", scale="total", higher_is_better=False, limits=LINES)


def day(year: int, month: int = 6) -> int:
    return (date(year, month, 1) - EPOCH).days


def lines(days: list[int], *, age: float, sex: str = "female", today: int = day(2026)) -> list[float | None]:
    course = course_of(
        [[9.0] * len(days)], days=[days], scale=SCALE, today=today, sex=np.array([sex]), age=np.array([age])
    )
    return [None if np.isnan(each) else each for each in course.limit("clinical")]


def test_the_age_is_that_at_the_point_and_not_that_of_today() -> None:
    # born in 2010: 16 at most in 2026, so 13 or 12 in 2023, 14 or 13 in 2024, 15 or 14 in 2025
    assert lines([day(2022), day(2023), day(2024), day(2025), day(2026)], age=16) == [10, 10, None, 12, 12]


def test_a_later_look_gives_the_same_lines() -> None:
    points = [day(2023), day(2025)]
    assert lines(points, age=16) == lines(points, age=20, today=day(2030))


@pytest.mark.parametrize(("age", "sex"), [(12, "male"), (12, ""), (12, "other"), (np.nan, "female"), (40, "female")])
def test_a_line_is_nobody_elses(age: float, sex: str) -> None:
    assert lines([day(2026)], age=age, sex=sex) == [None]
