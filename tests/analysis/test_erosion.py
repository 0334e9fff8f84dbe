"""Slow erosion by hand, against a plain loop, and its chance figures against published ones and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.analysis import erosion_run_length, erosion_share, slow_erosion, student_quantile
from fit_toolkit.course import Norms
from tests.analysis.laws import clinics, mirrored, points_of, scale_of
from tests.builders import course_of

NORMS = Norms(name="example", mean=37, sd_between=2.5, sd_within=1.5)
SMALL = Norms(name="small", mean=6, sd_between=1.5, sd_within=1)


def test_a_rating_is_away_from_what_the_norms_and_the_ratings_before_lead_to_expect() -> None:
    # v = 1/(1/6.25 + 1/2.25) = 1.6544..., m = 37.7353 (see usual_band); (37.7353 - 34) / sqrt(v + 2.25) = 1.8904
    found = slow_erosion(course_of([[38, 34]]), norms=NORMS)
    assert math.isnan(found.away[0])
    assert found.away[1] == pytest.approx(3.7352941176 / math.sqrt(1.6544117647 + 2.25))
    assert found.sum.tolist() == pytest.approx([0, found.away[1] - 0.5], abs=1e-6)


def test_from_the_client_alone_it_is_students_t_brought_to_a_normal_scale() -> None:
    # earlier 7 8 9: mean 8, s 1; t = (8 - 6) / sqrt(4/3) = 1.7321, df 2; Wallace: 17/19 sqrt(2 ln(1 + 3/2)) = 1.2112
    found = slow_erosion(course_of([[7, 8, 9, 6]]), norms=None)
    assert found.away[3] == pytest.approx(17 / 19 * math.sqrt(2 * math.log(2.5)))
    assert np.isnan(found.away[:3]).all()


@pytest.mark.parametrize(("df", "within"), [(2, 0.06), (3, 0.03), (5, 0.02), (10, 0.01)])
def test_the_normal_scale_is_near_the_exact_one(df: int, within: float) -> None:
    from statistics import NormalDist

    from fit_toolkit.analysis.erosion import _normal

    for share in (0.9, 0.975, 0.99):
        t = np.array([student_quantile(share, df)])
        assert _normal(t, np.array([df]))[0] == pytest.approx(NormalDist().inv_cdf(share), abs=within)


def test_a_slow_slide_adds_up_though_no_rating_stands_out() -> None:
    found = slow_erosion(course_of([[8, 8.3, 7.9, 8.1, 7.7, 7.5, 7.2, 6.8]]), norms=None)
    assert found.sum[-1] >= 3
    assert found.run[-1] == 4
    assert found.usual[-1] == pytest.approx((8 + 8.3 + 7.9 + 8.1) / 4)  # before the slide began


def test_one_bad_rating_counts_for_the_cap_and_no_more() -> None:
    found = slow_erosion(course_of([[38, 38, 0]]), norms=NORMS)
    assert found.sum[-1] == pytest.approx(2 - 0.5)
    assert slow_erosion(course_of([[38, 38, 0]]), norms=NORMS, cap=math.inf).sum[-1] > 10


def test_ratings_that_never_varied_say_nothing_and_leave_the_sum_alone() -> None:
    found = slow_erosion(course_of([[9, 9, 9, 9, 2]]), norms=None)
    assert np.isnan(found.away).all()
    assert found.sum.tolist() == [0.0] * 5


@given(clinics)
def test_the_sum_is_that_of_a_plain_loop(clinic: list[list[float]]) -> None:
    found = slow_erosion(course_of(clinic), norms=SMALL)
    total = 0.0
    for own, away in zip(points_of(found.sum, clinic), points_of(found.away, clinic), strict=True):
        total = 0.0
        for step, sum_so_far in zip(away, own, strict=True):
            if not math.isnan(step):
                total = max(0.0, total + min(step, 2.0) - 0.5)
            assert sum_so_far == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize("norms", [SMALL, None])
@given(clinic=clinics, count=st.integers(0, 11))
def test_later_ratings_change_nothing_before_them(norms: Norms | None, clinic: list[list[float]], count: int) -> None:
    cut = [own[:count] for own in clinic]
    whole, part = (slow_erosion(course_of(each), norms=norms) for each in (clinic, cut))
    for column in ("away", "sum", "run", "usual"):
        columns = points_of(getattr(whole, column), clinic), points_of(getattr(part, column), cut)
        for first, own in zip(*columns, strict=True):
            np.testing.assert_array_equal(first[:count], own)


@pytest.mark.parametrize("norms", [SMALL, None])
@given(clinic=clinics)
def test_clients_do_not_change_each_others_sums(norms: Norms | None, clinic: list[list[float]]) -> None:
    together = points_of(slow_erosion(course_of(clinic), norms=norms).sum, clinic)
    for own, total in zip(clinic, together, strict=True):
        np.testing.assert_array_equal(slow_erosion(course_of([own]), norms=norms).sum, total)


@given(clinics)
def test_the_mirror_and_a_shift_leave_the_sum_as_it_is(clinic: list[list[float]]) -> None:
    found = slow_erosion(course_of(clinic), norms=None)
    mirror = slow_erosion(course_of(mirrored(clinic), scale=scale_of(higher_is_better=False)), norms=None)
    shifted = slow_erosion(course_of([[value + 5 for value in own] for own in clinic]), norms=None)
    for other in (mirror, shifted):
        np.testing.assert_allclose(other.sum, found.sum, atol=2e-5)


@pytest.mark.parametrize(("h", "published"), [(3, 117.6), (4, 335.4), (5, 930.9)])
def test_without_a_cap_the_run_lengths_are_the_published_ones(h: float, published: float) -> None:
    assert erosion_run_length(0.5, h, math.inf) == pytest.approx(published, rel=0.002)


def test_the_default_reaches_its_limit_once_in_160_ordinary_ratings() -> None:
    assert round(erosion_run_length(), -1) == 160


@pytest.mark.parametrize(("norms", "judged"), [(NORMS, 11), (None, 9)])
def test_the_share_of_steady_courses_with_a_chance_finding_is_as_computed(norms: Norms | None, judged: int) -> None:
    random = np.random.default_rng(5)
    ratings = (random.normal(37, 2.5, (20_000, 1)) + random.normal(0, 1.5, (20_000, 12))).round(6)
    reached = (slow_erosion(course_of(ratings.tolist()), norms=norms).sum >= 3).reshape(-1, 12).any(axis=1).mean()
    assert reached == pytest.approx(erosion_share(judged), abs=0.005)


def test_no_chance_figure_for_parameters_that_make_no_sum() -> None:
    with pytest.raises(ValueError, match="cap > k"):
        erosion_run_length(0.5, 3.0, 0.5)
