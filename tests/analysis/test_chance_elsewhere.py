"""How often chance passes a limit where ratings are not what the chance figures assume: the figures that the pages give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from fit_toolkit.analysis import control_limits, slow_erosion
from fit_toolkit.course import Norms
from tests.analysis.laws import scale_of
from tests.builders import course_of

CLIENTS = 6_000
Floats = npt.NDArray[np.float64]


def _steady(*, after: float = 0.0, sd: float = 1.5, ratings: int = 12) -> Floats:
    """Steady clients' ratings, each taking after the one before with correlation `after`."""
    random = np.random.default_rng(31)
    noise = random.standard_normal((CLIENTS, ratings))
    away = noise.copy()
    for each in range(1, ratings):
        away[:, each] = after * away[:, each - 1] + np.sqrt(1 - after**2) * noise[:, each]
    return np.asarray(random.normal(60, 2.5, (CLIENTS, 1)) + sd * away)


def _one_in(ratings: Floats) -> float:
    """One of how many ratings with a control limit is beyond it."""
    course = course_of(ratings.round(6).tolist(), scale=scale_of(high=100))
    limits = control_limits(course)
    return float(1 / (course.value < limits.low)[~np.isnan(limits.low)].mean())


def _eroded(ratings: Floats, norms: Norms | None) -> float:
    """Share of courses in which the sum reached its limit."""
    course = course_of(ratings.round(6).tolist(), scale=scale_of(high=100))
    found = slow_erosion(course, norms=norms).sum >= 3
    return float(found.reshape(ratings.shape).any(axis=1).mean())


def test_ratings_that_take_after_the_one_before_pass_the_control_limit_more_often() -> None:
    assert _one_in(_steady()) == pytest.approx(58, abs=5)
    assert _one_in(_steady(after=0.3)) == pytest.approx(39, abs=3)


def test_whole_numbers_that_vary_little_pass_it_more_often() -> None:
    assert _one_in(_steady(sd=0.7).round()) == pytest.approx(33, abs=3)


def test_a_client_one_sd_below_the_ceiling_passes_it_more_often() -> None:
    away = _steady(sd=1.5) - _steady(sd=0)
    assert _one_in(np.minimum(98.5 + away, 100)) == pytest.approx(37, abs=4)


@pytest.mark.parametrize(("norms", "ratings", "share"), [(True, 13, 0.114), (False, 15, 0.141)])
def test_the_sum_of_slow_erosion_reaches_its_limit_two_to_three_times_as_often(
    norms: bool, ratings: int, share: float
) -> None:
    given = Norms(name="example", mean=60, sd_between=2.5, sd_within=1.5) if norms else None
    assert _eroded(_steady(ratings=ratings), given) == pytest.approx(0.055, abs=0.01)
    assert _eroded(_steady(after=0.3, ratings=ratings), given) == pytest.approx(share, abs=0.013)
