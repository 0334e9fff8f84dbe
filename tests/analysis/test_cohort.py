"""Made-up cohorts: the ratings follow the written model, and what is said to be true of them is."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from fit_toolkit.analysis import CohortModel, simulate

WIDE = CohortModel(mean=50, low=-1e6, high=1e6, step=0, ruptured=0)


def changed(**how: object) -> CohortModel:
    return msgspec.structs.replace(WIDE, **how)


def by_client(model: CohortModel, clients: int = 4000, seed: int = 1) -> np.ndarray:
    return simulate(model, clients, seed=seed).course.value.reshape(clients, -1)


def test_levels_and_noise_have_the_sds_of_the_model() -> None:
    ratings = by_client(WIDE)
    assert ratings.mean() == pytest.approx(50, abs=0.15)
    assert np.sqrt(ratings.var(axis=1, ddof=1).mean()) == pytest.approx(1.5, rel=0.02)
    assert np.sqrt(ratings.mean(axis=1).var(ddof=1) - 1.5**2 / 12) == pytest.approx(2.5, rel=0.04)


def test_a_seed_gives_the_same_ratings_and_another_gives_others() -> None:
    assert np.array_equal(by_client(WIDE, 5), by_client(WIDE, 5))
    assert not np.array_equal(by_client(WIDE, 5), by_client(WIDE, 5, seed=2))


def test_a_rupture_takes_its_depth_off_one_rating_and_nothing_else() -> None:
    with_one = simulate(changed(ruptured=1, depth=5), 300)
    without = simulate(WIDE, 300)
    fall = without.course.value - with_one.course.value
    assert np.allclose(fall[with_one.onset], 5)
    assert np.allclose(fall[~with_one.onset], 0)
    assert np.array_equal(with_one.onset, with_one.down)
    assert (with_one.onset.reshape(300, 12).sum(axis=1) == 1).all()
    assert not with_one.onset.reshape(300, 12)[:, 0].any()  # a first rating has nothing to fall from


def test_recovery_goes_back_by_equal_steps() -> None:
    cohort = simulate(changed(ruptured=1, depth=6, recovery=2), 200)
    fall = np.round(simulate(WIDE, 200).course.value - cohort.course.value, 6).reshape(200, 12)
    for row in fall:
        at = int(np.flatnonzero(row)[0])
        assert row[at:].tolist() == [6.0, 4.0, 2.0, *([0.0] * 12)][: 12 - at]


def test_ratings_end_where_the_scale_ends_and_fall_on_its_steps() -> None:
    course = simulate(CohortModel(step=0.5), 500).course
    assert course.value.max() == 40
    assert (course.tick % 500_000 == 0).all()


def test_where_lower_is_better_a_rupture_goes_up() -> None:
    model = changed(ruptured=1, depth=5, higher_is_better=False)
    cohort = simulate(model, 50)
    rise = cohort.course.value - simulate(changed(higher_is_better=False), 50).course.value
    assert np.allclose(rise[cohort.onset], 5)
    assert not cohort.course.scale.higher_is_better


@pytest.mark.parametrize(("shape", "half_way"), [("linear", 5.0), ("log", 10 * np.log(2) / np.log(3))])
def test_change_reaches_its_size_at_the_last_session(shape: str, half_way: float) -> None:
    model = changed(sessions=3, trend=10, trend_shape=shape)
    moved = simulate(model, 20).level.reshape(20, 3) - simulate(changed(sessions=3), 20).level.reshape(20, 3)
    assert np.allclose(moved, [0, half_way, 10])


def test_clients_who_differ_in_noise_have_the_same_noise_on_average() -> None:
    variances = by_client(changed(noise_spread=0.4, sessions=60)).var(axis=1, ddof=1)
    assert variances.mean() == pytest.approx(1.5**2, rel=0.05)
    assert np.log(np.sqrt(variances)).std() > 0.35


def test_missing_sessions_keep_their_days_and_unseen_ruptures_are_counted() -> None:
    cohort = simulate(changed(missing=0.25, ruptured=1), 2000)
    course = cohort.course
    assert len(course) == pytest.approx(2000 * 12 * 0.75, rel=0.02)
    assert np.array_equal(course.day, (course.session - 1) * 7)
    assert cohort.unseen == pytest.approx(500, rel=0.15)
    assert cohort.onset.sum() + cohort.unseen == 2000


def test_norms_may_be_off_on_purpose() -> None:
    norms = CohortModel().norms(mean_off=-1, within=1.4)
    assert (norms.mean, norms.sd_between, norms.sd_within) == pytest.approx((34.5, 2.5, 2.1))
    assert norms.status == "synthetic"


def test_a_cohort_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a client"):
        simulate(WIDE, 0)
