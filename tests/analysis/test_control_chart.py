"""Limits of the XmR chart by hand, and the chance figure against simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.analysis import ControlLimits, control_chance, control_limits, control_limits_afterwards
from fit_toolkit.course import Course
from tests.analysis.laws import clinics, mirrored, points_of, scale_of
from tests.builders import course_of


def test_the_limits_rest_on_the_earlier_ratings_only_and_are_the_printed_ones() -> None:
    # earlier 8 7 9 8 8: mean 8, steps 1 2 1 0: mean 1; 8 +- 2.66, 3.267
    limits = control_limits(course_of([[8, 7, 9, 8, 8, 1]]))
    assert np.isnan(limits.low[:5]).all()
    assert (limits.centre[5], limits.low[5], limits.high[5], limits.step[5]) == pytest.approx((8, 5.34, 10.66, 3.267))
    assert limits.n[5] == 5


def test_the_chart_afterwards_takes_the_whole_course_at_every_point() -> None:
    # 8 7 9 8 8 2: mean 7, steps 1 2 1 0 6: mean 2
    limits = control_limits_afterwards(course_of([[8, 7, 9, 8, 8, 2]]))
    np.testing.assert_allclose(limits.low, 7 - 2.66 * 2)
    np.testing.assert_allclose(limits.step, 3.267 * 2)
    assert limits.n.tolist() == [6] * 6


@pytest.mark.parametrize("limits", [control_limits, control_limits_afterwards])
def test_ratings_that_never_varied_have_no_limits(limits: Callable[[Course], ControlLimits]) -> None:
    assert np.isnan(limits(course_of([[9.0] * 8])).low).all()
    assert np.isnan(limits(course_of([[9.0] * 8])).step).all()


def test_five_equal_ratings_and_a_fall_are_not_judged_but_the_one_after_is() -> None:
    limits = control_limits(course_of([[9, 9, 9, 9, 9, 4, 9]]))
    assert np.isnan(limits.low[5])
    assert (limits.centre[6], limits.low[6]) == pytest.approx((49 / 6, 49 / 6 - 2.66))  # steps 0 0 0 0 5: mean 1


def test_a_step_across_a_long_gap_is_no_step() -> None:
    late, early = ([0, 7, 14, 21, 28, 100, 107], [0, 7, 80, 87, 94, 101, 108])
    limits = control_limits(course_of([[8, 7, 8, 7, 8, 1, 2]] * 2, days=[late, early]))
    assert limits.step[[5, 6]].tolist() == pytest.approx([3.267, 3.267])  # the fall of 7 lies across the gap
    assert np.isnan(limits.step[12])  # of five ratings with a gap among them there are three steps, and four are needed


def test_too_short_a_course_has_no_chart() -> None:
    assert np.isnan(control_limits_afterwards(course_of([[8, 7, 8, 7]])).low).all()
    assert len(control_limits(course_of([[], []])).low) == 0


@given(clinics, st.integers(0, 11))
def test_later_ratings_change_no_earlier_limit(clinic: list[list[float]], count: int) -> None:
    whole, part = (control_limits(course_of(own)).low for own in (clinic, [own[:count] for own in clinic]))
    for first, cut in zip(points_of(whole, clinic), points_of(part, [own[:count] for own in clinic]), strict=True):
        np.testing.assert_array_equal(first[:count], cut)


@pytest.mark.parametrize("limits", [control_limits, control_limits_afterwards])
@given(clinic=clinics)
def test_clients_do_not_change_each_others_limits(
    limits: Callable[[Course], ControlLimits], clinic: list[list[float]]
) -> None:
    together = points_of(limits(course_of(clinic)).low, clinic)
    for own, low in zip(clinic, together, strict=True):
        np.testing.assert_array_equal(limits(course_of([own])).low, low)


@given(clinics)
def test_the_mirror_of_a_course_has_the_mirror_of_its_limits_and_a_shift_shifts_them(clinic: list[list[float]]) -> None:
    limits = control_limits(course_of(clinic))
    mirror = control_limits(course_of(mirrored(clinic), scale=scale_of(higher_is_better=False)))
    np.testing.assert_allclose(mirror.high, 10 - limits.low)
    shifted = control_limits(course_of([[value + 3 for value in own] for own in clinic]))
    np.testing.assert_allclose(shifted.low, limits.low + 3)


def test_the_chance_figure_is_what_steady_clients_show() -> None:
    random = np.random.default_rng(11)
    ratings = (random.normal(37, 2.5, (20_000, 1)) + random.normal(0, 1.5, (20_000, 12))).round(6)
    course = course_of(ratings.tolist())
    below = (course.value < control_limits(course).low).reshape(-1, 12)[:, 5:]
    assert control_chance() == pytest.approx(below.mean(), rel=0.05)


def test_ratings_that_bunch_at_the_ceiling_are_beyond_it_more_often_as_the_documentation_says() -> None:
    random = np.random.default_rng(3)
    ratings = np.minimum(random.normal(37, 2.5, (30_000, 1)) + random.normal(0, 1.5, (30_000, 12)), 40).round(1)
    course = course_of(ratings.tolist(), scale=scale_of(high=40))
    limits = control_limits(course)
    assert 1 / (course.value < limits.low)[~np.isnan(limits.low)].mean() == pytest.approx(36, abs=2)


def test_the_chance_figure_nears_that_of_known_limits_and_is_far_above_it_with_five_ratings() -> None:
    assert control_chance(5, 5) > 5 * control_chance(60, 60) > 5 * 0.00135
    with pytest.raises(ValueError, match="earlier ratings"):
        control_chance(1, 5)
