"""The band that is usual for one client, against arithmetic by hand and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fit_toolkit.analysis import student_quantile, usual_band
from fit_toolkit.course import Norms
from tests.builders import course_of

NORMS = Norms(name="example", mean=37, sd_between=2.5, sd_within=1.5)


def test_the_band_after_one_rating_is_the_weighted_mean_of_norm_and_rating() -> None:
    # v = 1/(1/6.25 + 1/2.25) = 1.654411..., m = v (37/6.25 + 38/2.25) = 37.735294..., half = 1.96 sqrt(v + 2.25)
    band = usual_band(course_of([[38, 30]]), norms=NORMS)
    assert band.centre[1] == pytest.approx(37.7352941176, abs=1e-9)
    assert band.high[1] - band.centre[1] == pytest.approx(1.959963985 * math.sqrt(1.6544117647 + 2.25), abs=1e-8)
    assert np.isnan(band.low[0])


def test_the_clients_own_band_starts_after_five_ratings_and_is_the_prediction_interval() -> None:
    band = usual_band(course_of([[5, 6, 7, 6, 6, 1]]), norms=None)
    assert np.isnan(band.low[:5]).all()
    half = 2.7764451052 * math.sqrt(0.5) * math.sqrt(1 + 1 / 5)  # t(.975, 4), s of 5 6 7 6 6
    assert band.low[5] == pytest.approx(6 - half, abs=1e-9)


def test_five_equal_ratings_say_nothing_about_noise_so_there_is_no_band() -> None:
    assert np.isnan(usual_band(course_of([[9, 9, 9, 9, 9, 8]]), norms=None).low).all()


def test_a_band_never_looks_at_the_rating_it_judges() -> None:
    first, other = (usual_band(course_of([[36, 37, 38, last]]), norms=NORMS) for last in (38, 3))
    np.testing.assert_array_equal(first.low, other.low)


@pytest.mark.parametrize(
    ("probability", "df", "printed"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 3, 3.182),
        (0.975, 4, 2.776),
        (0.95, 10, 1.812),
        (0.995, 30, 2.750),
    ],
)
def test_student_quantiles_are_those_of_the_printed_tables(probability: float, df: int, printed: float) -> None:
    assert student_quantile(probability, df) == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize("norms", [NORMS, None])
def test_one_in_forty_ordinary_ratings_lies_below_a_band_of_95_percent(norms: Norms | None) -> None:
    random = np.random.default_rng(7)
    level = random.normal(37, 2.5, (20_000, 1))
    clients = (level + random.normal(0, 1.5, (20_000, 8))).round(6)
    course = course_of([row.tolist() for row in clients])
    band = usual_band(course, norms=norms)
    judged = ~np.isnan(band.low)
    assert (course.value[judged] < band.low[judged]).mean() == pytest.approx(0.025, abs=0.002)
