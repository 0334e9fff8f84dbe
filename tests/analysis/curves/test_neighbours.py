"""Nearest neighbours: the ones a reader would pick, their plain mean, and nothing where there are too few."""

from __future__ import annotations

from statistics import mean, stdev

import numpy as np
import pytest

from fit_toolkit.analysis import student_quantile
from fit_toolkit.analysis.curves import neighbours
from fit_toolkit.analysis.curves.neighbours import nearest_courses
from fit_toolkit.errors import DataError, UsageError
from tests.analysis.curves.shared import Floats


def pool(size: int = 300) -> tuple[Floats, Floats]:
    """Make a pool whose intakes are 0, 1, 2 ... and whose course is the intake, then half of it."""
    intake = np.arange(size, dtype=float)
    return intake[:, None], np.column_stack([intake, intake / 2])


def test_the_mean_of_the_nearest_and_one_more_rating_of_theirs() -> None:
    features, courses = pool()
    found = nearest_courses(features, courses, [[100.1]], k=11, least=5)
    near = [float(each) for each in range(95, 106)]
    assert found.mean[0].tolist() == pytest.approx([mean(near), mean(near) / 2])
    reach = student_quantile(0.9, 10) * stdev(near) * (1 + 1 / 11) ** 0.5
    assert found.high[0, 0] == pytest.approx(mean(near) + reach)
    assert found.low[0, 0] == pytest.approx(mean(near) - reach)
    assert found.n.tolist() == [[11, 11]]
    assert found.farthest[0] == pytest.approx(5.1 / features.std())


def test_a_pool_under_300_is_refused_with_its_count() -> None:
    features, courses = pool()
    features[4], courses[5] = np.nan, np.nan
    with pytest.raises(DataError, match="298 finished episodes can be compared; 300 are needed"):
        nearest_courses(features, courses, [[1.0]])


def test_a_session_with_few_neighbours_says_nothing() -> None:
    features, courses = pool()
    courses[50:80, 1] = np.nan
    found = nearest_courses(features, courses, [[64.0], [250.0]], k=20)
    assert found.n[0].tolist() == [20, 0]
    assert np.isnan([found.mean[0, 1], found.low[0, 1], found.high[0, 1]]).all()
    assert np.isfinite(found.mean[1]).all()


def test_a_client_with_an_unknown_feature_gets_no_course() -> None:
    features, courses = pool()
    found = nearest_courses(np.column_stack([features, features]), courses, [[3.0, np.nan]], k=10)
    assert np.isnan(found.mean).all()
    assert found.n.tolist() == [[0, 0]]


def test_columns_count_in_their_own_sds_and_by_their_weights() -> None:
    random = np.random.default_rng(4)
    features = np.column_stack([random.normal(0, 1, 400), random.normal(0, 1000, 400)])
    courses = features[:, :1]
    plain = nearest_courses(features, courses, [[1.0, 0.0]], k=20)
    scaled = nearest_courses(features / [1, 1000], courses, [[1.0, 0.0]], k=20)
    assert plain.mean[0].tolist() == pytest.approx(scaled.mean[0].tolist())
    first_only = nearest_courses(features, courses, [[1.0, 0.0]], k=20, weights=(1, 0))
    assert first_only.farthest[0] < plain.farthest[0]


def test_many_at_once_is_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    features, courses = pool()
    asked = np.linspace(0, 299, 17)[:, None]
    together = nearest_courses(features, courses, asked)
    monkeypatch.setattr(neighbours, "AT_ONCE", 900)  # three clients at a time
    cut = nearest_courses(features, courses, asked)
    assert cut.mean.tolist() == together.mean.tolist()
    assert cut.farthest.tolist() == together.farthest.tolist()


def test_nobody_is_a_neighbour_of_their_own() -> None:
    random = np.random.default_rng(6)
    features, courses = random.normal(size=(320, 2)), random.normal(size=(320, 3))
    features[[3, 9]] = np.nan  # not usable, so rows of the pool and of the usable pool differ
    asked = [40, 3, 319, 0]
    found = nearest_courses(features, courses, features[asked], k=12, oneself=asked)
    spread = np.nanstd(features, axis=0)
    for place, own in enumerate(asked):
        distance = np.sqrt((((features - features[own]) / spread) ** 2).sum(axis=1))
        distance[own] = np.nan
        near = np.argsort(distance)[:12]  # NaN goes to the end
        if own == 3:
            assert np.isnan(found.mean[place]).all()
        else:
            assert found.mean[place].tolist() == pytest.approx(courses[near].mean(axis=0).tolist())
    stranger = nearest_courses(features, courses, features[[40]], k=12, oneself=[-1])
    assert stranger.mean[0].tolist() != pytest.approx(found.mean[0].tolist()), "who is no part of the pool loses nobody"
    with pytest.raises(UsageError, match="oneself names a row of the pool"):
        nearest_courses(features, courses, features[[1]], oneself=[320])


def test_what_does_not_fit_together_is_refused() -> None:
    features, courses = pool()
    with pytest.raises(UsageError, match="the same columns"):
        nearest_courses(features, courses, [[1.0, 2.0]])
    with pytest.raises(UsageError, match="k lies between 10 and the size of the pool"):
        nearest_courses(features, courses, [[1.0]], k=5)


def test_one_point_above_and_one_below_are_equally_far_so_the_order_of_the_pool_decides() -> None:
    intake = np.random.default_rng(1).integers(0, 28, 400).astype(float)
    place = np.arange(400.0)[:, None]
    asked = np.arange(28.0)
    found = nearest_courses(intake[:, None], place, asked[:, None], k=30)
    by_hand = [mean(sorted(range(400), key=lambda row: (abs(intake[row] - each), row))[:30]) for each in asked]
    assert found.mean[:, 0].tolist() == pytest.approx(by_hand)
