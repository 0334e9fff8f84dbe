"""The chance figure of a fall from the ceiling, against simulation and by its laws."""

from __future__ import annotations

import numpy as np
import pytest

from fit_toolkit.analysis import ceiling_chance
from fit_toolkit.course import Norms

NORMS = Norms(name="example", mean=37, sd_between=2.5, sd_within=1.5)


def test_it_is_the_share_of_simulated_ratings_after_three_at_the_ceiling() -> None:
    random = np.random.default_rng(8)
    ratings = np.minimum(random.normal(37, 2.5, (400_000, 1)) + random.normal(0, 1.5, (400_000, 4)), 40)
    row = (ratings[:, :3] == 40).all(axis=1)
    assert ceiling_chance(NORMS, best=40) == pytest.approx((ratings[row, 3] <= 39).mean(), abs=0.004)


def test_a_longer_row_or_a_larger_fall_makes_it_rarer() -> None:
    assert ceiling_chance(NORMS, best=40, times=5) < ceiling_chance(NORMS, best=40)
    assert ceiling_chance(NORMS, best=40, points=2) < ceiling_chance(NORMS, best=40)


def test_the_mirror_has_the_same_chance() -> None:
    mirror = Norms(name="mirror", mean=3, sd_between=2.5, sd_within=1.5)
    assert ceiling_chance(mirror, best=0, better=-1) == pytest.approx(ceiling_chance(NORMS, best=40))


def test_whole_numbers_fall_about_twice_as_often_and_half_a_point_nearer_gives_their_share() -> None:
    random = np.random.default_rng(8)
    ratings = np.minimum(random.normal(37, 2.5, (400_000, 1)) + random.normal(0, 1.5, (400_000, 4)), 40).round()
    row = (ratings[:, :3] == 40).all(axis=1)
    simulated = (ratings[row, 3] <= 39).mean()
    assert ceiling_chance(NORMS, best=40, points=0.5, near=0.5) == pytest.approx(simulated, abs=0.005)
    assert simulated / ceiling_chance(NORMS, best=40) == pytest.approx(2.1, abs=0.1)
