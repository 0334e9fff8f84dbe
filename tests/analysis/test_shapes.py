"""Shapes of courses: one of each by hand, edges, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from fit_toolkit.analysis import ShapeRule, course_shapes
from fit_toolkit.course import Norms
from tests.analysis.laws import clinics, mirrored, scale_of
from tests.builders import course_of

# On a scale from 0 to 10: a change is 1.5, a course begins high from 7.5 on, the ceiling reaches down to 9.5.
ONE_OF_EACH = {
    "too-few": [4, 5, 6],
    "volatile": [8, 3, 8, 3, 8],
    "ceiling-flat": [10, 10, 9.5, 10],
    "low-improving": [3, 4, 5, 6, 7, 8],
    "high-improving": [8, 8.5, 9.4, 9.9],
    "low-falling": [6, 5, 4, 3],
    "high-falling": [9, 8, 7, 6, 5, 4],
    "V": [8, 8, 3, 8, 8],
    "U": [8, 8, 4, 4, 4, 8, 8],
    "steady": [6, 6.5, 6, 6.2],
}


@pytest.mark.parametrize(("shape", "ratings"), ONE_OF_EACH.items())
def test_each_shape_has_its_course(shape: str, ratings: list[float]) -> None:
    assert course_shapes(course_of([ratings])).name.tolist() == [shape]


def test_a_course_with_a_hole_of_more_than_six_weeks_is_not_one_course() -> None:
    ratings, days = [[3, 4, 7, 8]] * 2, [[0, 7, 49, 56], [0, 7, 50, 57]]
    shapes = course_shapes(course_of(ratings, days=days))
    assert shapes.name.tolist() == ["low-improving", "gap"]
    assert shapes.longest_gap.tolist() == [42, 43]


def test_a_change_of_exactly_the_step_is_a_change() -> None:
    shapes = course_shapes(course_of([[8.0, 7, 7, 6.5], [8.0, 7, 7, 6.500001]]))
    assert shapes.name.tolist() == ["high-falling", "steady"]


def test_a_course_that_begins_on_the_line_begins_high() -> None:
    assert course_shapes(course_of([[7.5, 6, 6, 5]])).name.tolist() == ["high-falling"]
    assert course_shapes(course_of([[7.5, 6, 6, 5]]), ShapeRule(line=7.6)).name.tolist() == ["low-falling"]


def test_begin_and_end_are_the_means_of_the_outer_thirds_and_the_dip_hangs_from_the_lower_one() -> None:
    shapes = course_shapes(course_of([[8, 9, 3, 8, 8, 8]]))
    assert (shapes.start[0], shapes.end[0], shapes.dip[0]) == (8.5, 8.0, 5.0)
    assert shapes.name[0] == "V"


def test_a_dip_at_the_end_is_no_v_because_nothing_is_forecast() -> None:
    assert course_shapes(course_of([[8, 8, 8, 8, 8, 8, 8, 8, 8, 4]])).name.tolist() == ["steady"]


def test_two_dips_are_no_v() -> None:
    assert course_shapes(course_of([[8, 8, 6.4, 8, 8, 6.4, 8, 8]]), ShapeRule(swings=9)).name.tolist() == ["steady"]


def test_a_norm_set_says_what_is_a_change_and_where_high_begins() -> None:
    norms = Norms(name="example", mean=6.0, sd_between=1, sd_within=0.3)  # a change is 0.9
    assert course_shapes(course_of([[6.2, 6, 6, 5]]), norms=norms).name.tolist() == ["high-falling"]
    assert course_shapes(course_of([[6.2, 6, 6, 5]])).name.tolist() == ["steady"]


def test_a_clinic_without_a_rating_has_no_shapes() -> None:
    shapes = course_shapes(course_of([[], []]))
    assert shapes.name.tolist() == ["too-few", "too-few"]
    assert np.isnan(shapes.start).all()


@given(clinics)
def test_the_mirror_of_a_course_has_its_shape(clinic: list[list[float]]) -> None:
    shapes = course_shapes(course_of(clinic))
    mirror = course_shapes(course_of(mirrored(clinic), scale=scale_of(higher_is_better=False)))
    assert mirror.name.tolist() == shapes.name.tolist()
    np.testing.assert_allclose(mirror.start, 10 - shapes.start)
    np.testing.assert_allclose(mirror.dip, shapes.dip)


@given(clinics)
def test_clients_do_not_change_each_others_shape(clinic: list[list[float]]) -> None:
    together = course_shapes(course_of(clinic)).name.tolist()
    assert together == [course_shapes(course_of([own])).name[0] for own in clinic]


@given(clinics)
def test_a_shift_of_ratings_and_line_together_changes_no_shape(clinic: list[list[float]]) -> None:
    rule, shifted = ShapeRule(line=6, step=1.5, near=0), ShapeRule(line=36, step=1.5, near=0)
    up = [[value + 30 for value in own] for own in clinic]
    scale = scale_of(high=40)
    assert (
        course_shapes(course_of(up, scale=scale), shifted).name.tolist()
        == course_shapes(course_of(clinic), rule).name.tolist()
    )
