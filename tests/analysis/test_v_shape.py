"""V-shaped stretches by hand, against a plain loop, and what chance alone shows."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.analysis import between_sd, v_shapes
from fit_toolkit.analysis.v_shape import PATTERNS
from tests.analysis.laws import clinics, mirrored, scale_of
from tests.builders import course_of


def test_a_v_has_its_places_depth_length_and_pattern() -> None:
    found = v_shapes(course_of([[8, 8, 3, 8, 8]]), between=1.0)
    assert (found.top[0], found.bottom[0], found.back[0]) == (1, 2, 3)
    assert (found.depth[0], found.length[0], PATTERNS[found.pattern[0]]) == (5.0, 2, "V")
    assert found.per_course.tolist() == [1]


def test_theta_is_the_larger_of_both_sds_times_one_or_two() -> None:
    course = course_of([[8, 8, 3, 8, 8]])
    own = statistics.stdev([8, 8, 3, 8, 8])
    assert v_shapes(course, between=1.0).theta[0] == pytest.approx(own)
    assert v_shapes(course, between=3.0).theta[0] == pytest.approx(3.0)
    assert v_shapes(course, between=1.0, sds=2).theta[0] == pytest.approx(2 * own)
    assert len(v_shapes(course, between=6.0)) == 0


def test_the_inter_person_sd_is_that_of_the_clients_means() -> None:
    assert between_sd(course_of([[4, 6], [8], [], [9, 9, 9]])) == pytest.approx(statistics.stdev([5, 8, 9]))
    assert np.isnan(between_sd(course_of([[4, 6]])))


@pytest.mark.parametrize(
    ("ratings", "pattern", "length"),
    [
        ([8, 6, 4, 2, 8], "slow fall, sudden repair", 4),
        ([8, 2, 3, 4, 8], "sudden fall, slow repair", 4),
        ([8, 5, 2, 3.5, 8], "slow fall, slow repair", 4),
        ([8, 8, 8, 8, 2], "not repaired so far", 1),
    ],
)
def test_each_pattern_has_its_course(ratings: list[float], pattern: str, length: int) -> None:
    found = v_shapes(course_of([ratings]), between=2.6)
    assert [PATTERNS[each] for each in found.pattern] == [pattern]
    assert found.length.tolist() == [length]
    assert found.per_course.tolist() == [0 if pattern.startswith("not") else 1]


def test_a_course_of_one_value_or_one_rating_has_no_sd_and_no_stretch() -> None:
    found = v_shapes(course_of([[9, 9, 9], [5], []]), between=1.0)
    assert len(found) == 0
    assert np.isnan(found.theta).all()
    assert len(v_shapes(course_of([[], []]))) == 0


def plain(ratings: list[float], theta: float) -> list[tuple[int, int, int]]:
    stretches, top, bottom = [], 0, None
    for place, value in enumerate(ratings):
        if bottom is None:
            if value >= ratings[top]:
                top = place
            elif ratings[top] - value >= theta:
                bottom = place
        elif value < ratings[bottom]:
            bottom = place
        elif value - ratings[bottom] >= theta:
            stretches.append((top, bottom, place))
            top, bottom = place, None
    return stretches if bottom is None else [*stretches, (top, bottom, -1)]


@given(clinics, st.sampled_from([0.7, 1.3, 2.1]))
def test_the_stretches_are_those_of_a_plain_loop(clinic: list[list[float]], between: float) -> None:
    course = course_of(clinic)
    found = v_shapes(course, between=between)
    for own, ratings in enumerate(clinic):
        begin = int(course.offsets[own])
        mine = found.course == own
        got = [
            (int(t) - begin, int(b) - begin, int(k) - begin if k >= 0 else -1)
            for t, b, k in zip(found.top[mine], found.bottom[mine], found.back[mine], strict=True)
        ]
        varied = len(set(ratings)) > 1
        assert got == (plain(ratings, round(float(found.theta[own]), 6)) if varied else [])


@given(clinics)
def test_the_mirror_and_a_shift_change_no_stretch(clinic: list[list[float]]) -> None:
    found = v_shapes(course_of(clinic), between=1.3)
    mirror = v_shapes(course_of(mirrored(clinic), scale=scale_of(higher_is_better=False)), between=1.3)
    shifted = v_shapes(course_of([[value + 7 for value in own] for own in clinic]), between=1.3)
    for other in (mirror, shifted):
        for column in ("course", "top", "bottom", "back", "pattern", "length"):
            np.testing.assert_array_equal(getattr(other, column), getattr(found, column))


def test_steady_clients_are_full_of_them_as_the_documentation_says() -> None:
    random = np.random.default_rng(3)
    ratings = random.normal(37, 2.5, (20_000, 1)) + random.normal(0, 1.5, (20_000, 12))
    course = course_of(np.minimum(ratings, 40).round(1).tolist())
    for sds, between, said in ((1, None, 0.79), (2, None, 0.16), (1, 0.0, 0.97), (2, 0.0, 0.80)):
        assert (v_shapes(course, sds=sds, between=between).per_course > 0).mean() == pytest.approx(said, abs=0.01)
