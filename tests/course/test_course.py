"""The operators policies are written with: exact, blind to the future, and blind to the neighbours."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import median, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.course import Course, Rating, ScaleView, ticks
from tests.builders import course_of

NAN = math.nan
decimals = st.integers(0, 400).map(lambda tenths: tenths / 10)
clinics = st.lists(st.lists(decimals, max_size=8), min_size=1, max_size=6)


def assert_array(got: np.ndarray, expected: list[float]) -> None:
    np.testing.assert_array_equal(got, np.array(expected, float))


def test_the_rating_before_is_unknown_at_the_first_and_never_the_neighbours() -> None:
    course = course_of([[8, 7], [], [5]])
    assert_array(course.previous, [NAN, 8, NAN])
    assert_array(course.number, [1, 2, 1])
    assert_array(course.first, [8, 8, 5])


def test_a_rating_older_than_the_longest_gap_is_not_compared() -> None:
    course = course_of([[8, 7, 6]], days=[[0, 42, 85]])
    assert_array(course.previous, [NAN, 8, NAN])
    assert_array(course.lag(2), [NAN, NAN, NAN])
    assert_array(course.days_since_previous, [NAN, 42, 43])


def test_worsening_is_positive_when_worse_whatever_the_direction() -> None:
    up = course_of([[8, 7]])
    down = course_of([[8, 9]], scale=ScaleView(instrument="x", scale="total", higher_is_better=False))
    assert_array(up.worsening(since=up.previous), [NAN, 1])
    assert_array(down.worsening(since=down.previous), [NAN, 1])


def test_a_drop_of_exactly_one_is_exactly_one_for_every_pair_of_tenths() -> None:
    high = np.arange(10, 401) / 10
    course = course_of([[a, b] for a, b in zip(high, (np.arange(10, 401) - 10) / 10, strict=True)])
    assert (course.worsening(since=course.previous)[1::2] == 1.0).all()


@given(clinics)
def test_operators_agree_with_plain_arithmetic_on_earlier_ratings(clinic: list[list[float]]) -> None:
    course = course_of(clinic)
    place = 0
    best, mean, sd, mid = course.best(), course.earlier_mean(), course.earlier_sd(), course.earlier_median(3)
    for own in clinic:
        for n, value in enumerate(own):
            earlier = own[:n]
            assert course.value[place] == value
            assert_same(best[place], max(earlier, default=NAN))
            exact = float(sum(Fraction(str(v)) for v in earlier) / n) if n else NAN
            assert_same(mean[place], exact)
            assert_same(mid[place], median(earlier[-3:]) if n >= 3 else NAN, 1e-12)
            assert_same(sd[place], stdev(earlier) if n >= 2 else NAN, 1e-9)
            assert_same(course.lag(2)[place], own[n - 2] if n >= 2 else NAN)
            place += 1


def assert_same(got: float, expected: float, tolerance: float = 0.0) -> None:
    assert (math.isnan(got) and math.isnan(expected)) or abs(got - expected) <= tolerance


@given(clinics, clinics)
def test_unrelated_clients_change_nothing(clinic: list[list[float]], others: list[list[float]]) -> None:
    alone, among = course_of(clinic), course_of([*others, *clinic])
    skip = sum(map(len, others))
    for operator in ("best", "earlier_mean", "earlier_sd", "earlier_sum"):
        assert_array(getattr(among, operator)()[skip:], getattr(alone, operator)().tolist())


def test_equal_ratings_have_an_sd_of_exactly_zero() -> None:
    assert course_of([[9.7] * 6]).earlier_sd()[2:].tolist() == [0.0] * 4


def test_hold_keeps_a_value_from_when_something_was_so() -> None:
    course = course_of([[1, 2, 3], [4, 5]])
    held = course.hold(course.value, when=np.array([False, True, False, False, True]))
    assert_array(held, [NAN, 2, 2, NAN, 5])


def test_a_streak_does_not_reach_into_the_neighbours_course_and_skips_unknown_points() -> None:
    course = course_of([[1, 1, 1], [1, 1]])
    yes = np.ones(5, bool)
    assert_array(course.streak(yes), [1, 2, 3, 1, 2])
    assert_array(course.streak(yes, known=np.array([True, False, True, True, True])), [1, 1, 2, 1, 2])


def test_the_other_sides_rating_is_found_by_the_session() -> None:
    other = Rating(rater="therapist")
    partner = course_of([[3, 4], [9]], days=[[0, 14], [7]])
    course = course_of([[1, 1, 1], [2]], partners={other: partner})
    assert_array(course.beside(other), [3, NAN, 4, NAN])
    with pytest.raises(KeyError, match="did not declare"):
        course.beside(Rating(rater="carer"))


def test_a_course_survives_the_way_to_a_child_process() -> None:
    course = course_of([[1, 2], [], [3]])
    again = Course.from_columns(course.columns(), scale=course.scale, today=1000)
    assert_array(again.previous, course.previous.tolist())
    assert again.members.today == 1000


def test_values_are_whole_millionths() -> None:
    assert ticks([0.1, 35.95, 1 / 3]).tolist() == [100_000, 35_950_000, 333_333]


def test_an_empty_clinic_has_no_points_and_no_errors() -> None:
    course = course_of([[], []])
    for operator in ("best", "earlier_mean", "earlier_sd", "earlier_sum"):
        assert len(getattr(course, operator)()) == 0
    assert len(course.earlier_median(3)) == len(course.previous) == len(course.lag(2)) == 0
