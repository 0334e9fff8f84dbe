"""One client's ratings by date, as a course."""

from __future__ import annotations

from datetime import date

import numpy as np

from fit_toolkit.analysis import course_shapes, one_course
from fit_toolkit.course import Rating

OTHER = Rating(rater="therapist")
DAYS = [date(2026, 1, day) for day in (5, 12, 19, 26)]


def test_it_is_in_the_order_of_the_days_with_the_other_side_beside_it() -> None:
    own = dict(zip(reversed(DAYS), (4.0, 3.0, 2.0, 1.0), strict=True))
    course = one_course(own, low=0, high=10, others={OTHER: {DAYS[1]: 5.0, date(2026, 1, 13): 9.0}})
    assert course.value.tolist() == [1, 2, 3, 4]
    assert course.days_since_previous.tolist()[1:] == [7, 7, 7]
    np.testing.assert_array_equal(course.beside(OTHER), [np.nan, 5, np.nan, np.nan])


def test_the_range_and_the_direction_are_those_that_are_given() -> None:
    ratings = dict(zip(DAYS, (30.0, 25.0, 20.0, 15.0), strict=True))
    assert course_shapes(one_course(ratings, low=0, high=40)).name.tolist() == ["high-falling"]
    lower = one_course(ratings, low=0, high=40, higher_is_better=False)
    assert course_shapes(lower).name.tolist() == ["low-improving"]


def test_nothing_rated_is_an_empty_course() -> None:
    assert len(one_course({}, low=0, high=10)) == 0
