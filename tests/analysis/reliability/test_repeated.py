"""Repeated ratings: variance between and within people by hand, by fractions and by simulation."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.analysis import repeated_intervals, repeated_ratings, shares
from fit_toolkit.errors import DataError


def test_a_balanced_table_by_hand() -> None:
    # two clients, 1 3 and 5 7: MSW = 2, MSB = 2 * (2-4)^2 * 2 / 1 = 16, between = (16 - 2) / 2 = 7
    found = repeated_ratings([1, 3, 5, 7], [1, 1, 2, 2])
    assert (found.n_clients, found.n_repeated, found.n_ratings) == (2, 2, 4)
    assert found.sd_within == pytest.approx(2**0.5)
    assert found.sd_between == pytest.approx(7**0.5)
    assert found.reliability_one == pytest.approx(7 / 9)
    assert found.reliability_mean == pytest.approx(7 / 8)
    assert found.ratings_per_client == pytest.approx(2)
    assert (found.mean, found.sd) == pytest.approx((4, 3))


def test_an_unbalanced_table_by_hand() -> None:
    # a: 2 4; b: 5 6 10; c: 9. N = 6, mean 6; SSW = 2 + 14 = 16, MSW = 16/3; SSB = 2*9 + 3*1 + 1*9 = 30, MSB = 15
    # n0 = (6 - 14/6) / 2 = 11/6; between^2 = (15 - 16/3) / (11/6) = 58/11
    found = repeated_ratings([2, 5, 4, 6, 9, 10], ["a", "b", "a", "b", "c", "b"])
    assert found.sd_within**2 == pytest.approx(16 / 3)
    assert found.sd_between**2 == pytest.approx(58 / 11)
    assert found.ratings_per_client == pytest.approx(11 / 6)
    # steps in the order given: a 2; b 1 4; so (4 + 1 + 16) / 2 / 3
    assert found.sd_within_successive**2 == pytest.approx(21 / 6)
    assert (found.n_clients, found.n_repeated, found.n_ratings) == (3, 2, 6)


@settings(max_examples=80)
@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=5), min_size=2, max_size=7))
def test_the_split_agrees_with_fractions(people: list[list[int]]) -> None:
    values = [value for person in people for value in person]
    count, groups = len(values), len(people)
    if count == groups:
        return
    mean = Fraction(sum(values), count)
    means = [Fraction(sum(person), len(person)) for person in people]
    within = sum((v - m) ** 2 for person, m in zip(people, means, strict=True) for v in person) / (count - groups)
    among = sum(len(person) * (m - mean) ** 2 for person, m in zip(people, means, strict=True)) / (groups - 1)
    size = (count - Fraction(sum(len(person) ** 2 for person in people), count)) / (groups - 1)
    between = max((among - within) / size, Fraction())
    found = repeated_ratings(values, [who for who, person in enumerate(people) for _ in person])
    assert found.sd_within**2 == pytest.approx(float(within), abs=1e-9)
    assert found.sd_between**2 == pytest.approx(float(between), abs=1e-9)


def test_a_simulation_with_unequal_numbers_of_ratings_is_told_apart() -> None:
    random = np.random.default_rng(11)
    found = []
    for _ in range(60):
        clients = np.repeat(np.arange(200), random.integers(1, 12, 200))
        ratings = 30 + random.normal(0, 2.5, 200)[clients] + random.normal(0, 1.5, len(clients))
        found.append(repeated_ratings(ratings, clients))
    assert np.mean([each.sd_between**2 for each in found]) == pytest.approx(6.25, rel=0.03)
    assert np.mean([each.sd_within**2 for each in found]) == pytest.approx(2.25, rel=0.02)
    assert np.mean([each.sd_within_successive**2 for each in found]) == pytest.approx(2.25, rel=0.02)


def test_a_steady_drift_is_in_the_spread_but_not_in_the_steps() -> None:
    random = np.random.default_rng(12)
    clients, sessions = np.repeat(np.arange(100), 12), np.tile(np.arange(12), 100)
    found = repeated_ratings(20 + 0.5 * sessions + random.normal(0, 1, 1200), clients)
    assert found.sd_within > 1.9  # drift adds .25 * 143/12 to the variance
    assert found.sd_within_successive == pytest.approx(1.06, abs=0.06)  # and .25/2 to that of the steps


def test_people_who_differ_less_than_chance_have_a_reliability_of_zero() -> None:
    found = repeated_ratings([1, 9, 9, 1], [1, 1, 2, 2])
    assert (found.sd_between, found.reliability_one, found.reliability_mean) == (0, 0, 0)


def test_a_rating_that_is_not_there_is_none_and_single_ratings_say_nothing_of_noise() -> None:
    assert repeated_ratings([1, np.nan, 3, 5, 7], [1, 1, 1, 2, 2]).n_ratings == 4
    assert np.isnan(repeated_ratings([1, 2, 3], [1, 2, 3]).sd_within)
    with pytest.raises(DataError, match="1 ratings"):
        repeated_ratings([1, np.nan], [1, 1])


def test_intervals_draw_whole_clients_and_hold_the_estimate() -> None:
    random = np.random.default_rng(3)
    clients = np.repeat(np.arange(80), 5)
    ratings = random.normal(0, 2, 80)[clients] + random.normal(0, 1, 400)
    found = repeated_intervals(ratings, clients, resamples=300, seed=1)
    point = repeated_ratings(ratings, clients)
    for name in ("sd_between", "sd_within", "reliability_one"):
        assert found.low[name] < getattr(point, name) < found.high[name]
    assert found.groups == 80
    # spread of the level is known from 80 people, not from 400 ratings: its interval is about 4 * 2 / sqrt(160) wide
    assert 0.5 < found.high["sd_between"] - found.low["sd_between"] < 1.1  # 400 ratings would make it .32


def test_floor_and_ceiling_are_counted_on_exact_decimals() -> None:
    found = shares(np.array([[0.1, 0.2], [10, 10], [10, 10], [np.nan, 10]]), 0.15, 10)
    assert (found.floor, found.ceiling) == (1 / 3, 2 / 3)  # .1 + .2 is twice .15
    assert found.missing == 1 / 8
    assert found.item_missing.tolist() == [1 / 4, 0]
    assert found.item_ceiling.tolist() == [2 / 3, 3 / 4]


def test_without_known_ends_there_is_no_floor() -> None:
    found = shares([[1, 2], [3, 4]])
    assert np.isnan([found.floor, found.ceiling]).all()
