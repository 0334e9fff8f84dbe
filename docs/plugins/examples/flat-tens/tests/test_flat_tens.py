from __future__ import annotations

from collections.abc import Callable

from fit_flat_tens import FlatTens

from fit_toolkit import Course
from fit_toolkit.testing import plugin_checks

test_flat_tens = plugin_checks("flat-tens")


def test_the_third_best_rating_in_a_row_is_told(fit_courses: Callable[..., Course]) -> None:
    course = fit_courses("ceiling", sessions=4)

    assert FlatTens().find(course).fires.tolist() == [False, False, True, True]
    assert FlatTens(times=4).find(course).fires.tolist() == [False, False, False, True]


def test_good_ratings_that_are_not_the_best_are_not(fit_courses: Callable[..., Course]) -> None:
    assert not FlatTens().find(fit_courses("flat", sessions=12)).fires.any()
