"""Percentages, points, the smallest detectable change, and important differences from an anchor."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis import (
    Cutoff,
    important_difference,
    percent_change,
    points_change,
    smallest_detectable_change,
)  # fmt: skip
from fit_toolkit.errors import DataError, UsageError


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_from_zero_there_is_no_percentage_whichever_way_the_rating_went(better: Any) -> None:
    """A peer divides by 0, gets infinity, and calls the rise from 0 to 21 improved where lower is better."""
    made = percent_change([0.0, 0, 0, 10], [21.0, 0, -3, 5], better=better)
    assert made.reliable[:3].tolist() == ["undefined"] * 3
    assert np.isnan(made.index[:3]).all()
    assert made.index[3] == -50
    assert made.counts()["undefined"] == 3


def test_a_category_is_undefined_where_the_percentage_is() -> None:
    made = percent_change([0.0, 20], [21.0, 5], better="lower", cutoff=Cutoff(10, "lower"))
    assert made.frame()["category"].tolist() == ["undefined", "recovered"]


def test_exactly_that_percentage_counts_and_exclusively_it_does_not() -> None:
    pre, post = [20.0, 20, 20, 20], [10.0, 10.1, 24, 23.9]
    made = percent_change(pre, post, improvement=50, deterioration=20, better="lower")
    assert made.reliable.tolist() == ["improved", "unchanged", "deteriorated", "unchanged"]
    made = percent_change(pre, post, improvement=50, deterioration=20, better="lower", inclusive=False)
    assert made.reliable.tolist() == ["unchanged"] * 4


def test_percentages_are_settled_on_exact_decimals_where_floats_slip() -> None:
    tenths = [(pre / 10, post / 10) for pre in range(1, 401) for post in (pre * 7 / 10, pre * 7 / 10 + 0.1)]
    pre, post = (np.round([pair[place] for pair in tenths], 2) for place in (0, 1))
    made = percent_change(pre, post, improvement=30, better="lower")
    wanted = [
        (Fraction(str(a)) - Fraction(str(b))) * 100 >= 30 * Fraction(str(a)) and a > b
        for a, b in zip(pre.tolist(), post.tolist(), strict=True)
    ]
    assert (made.reliable == "improved").tolist() == wanted
    with np.errstate(divide="ignore"):
        slipped = ((pre - post) / pre >= 0.30).tolist()
    assert slipped != wanted


def test_large_values_keep_their_exact_percentages() -> None:
    made = percent_change([9_000_000.0, 9_000_000], [6_003_000.0, 6_003_000.01], improvement=33.3, better="lower")
    assert made.reliable.tolist() == ["improved", "unchanged"]


def test_values_that_are_no_decimals_are_compared_as_they_are() -> None:
    made = percent_change([1 / 3, 1 / 3], [1 / 7, 1 / 4], improvement=50, better="lower")
    assert made.reliable.tolist() == ["improved", "unchanged"]


def test_below_zero_the_percentage_is_of_the_size_of_the_first_rating() -> None:
    made = percent_change([-10.0, -10], [-15.0, -5], better="higher")
    assert made.index.tolist() == [-50, 50]
    assert made.reliable.tolist() == ["deteriorated", "improved"]


def test_points_are_settled_on_exact_decimals_where_floats_slip() -> None:
    """2.3 - 1.8 is 0.5, and 0.4999999999999998 in floats: a peer calls an improvement by the mid of 0.5 unchanged."""
    assert 2.3 - 1.8 < 0.5
    made = points_change([2.3, 4.6, 4.6], [1.8, 4.1, 4.2], improvement=0.5, deterioration=0.4, better="lower")
    assert made.reliable.tolist() == ["improved", "improved", "unchanged"]
    made = points_change([1.8], [2.3], improvement=0.5, better="higher")
    assert made.reliable.tolist() == ["improved"]


@pytest.mark.parametrize(("inclusive", "word"), [(True, "improved"), (False, "unchanged")])
def test_a_published_number_of_points_counts_as_its_source_says(inclusive: bool, word: str) -> None:
    made = points_change([16.0], [10.0], improvement=6, better="lower", inclusive=inclusive)
    assert made.reliable.tolist() == [word]


def test_a_rise_and_a_fall_have_points_of_their_own() -> None:
    made = points_change([10.0] * 4, [5.0, 6, 14, 13], improvement=5, deterioration=4, better="lower")
    assert made.reliable.tolist() == ["improved", "unchanged", "deteriorated", "unchanged"]


@pytest.mark.parametrize("points", [0, -1, math.nan, math.inf])
def test_a_threshold_is_above_zero(points: float) -> None:
    for call in (points_change, percent_change):
        with pytest.raises(UsageError, match="above 0"):
            call([1.0], [2.0], improvement=points, better="lower")


def test_without_a_pair_there_is_no_answer() -> None:
    for call in (points_change, percent_change):
        with pytest.raises(DataError, match="0 complete pairs"):
            call([1.0, math.nan], [math.nan, 2.0], improvement=5, better="lower")


def test_the_smallest_detectable_change_of_one_client_and_of_a_group() -> None:
    one = smallest_detectable_change(5, 0.75)
    assert float(one) == pytest.approx(1.959963984540054 * math.sqrt(2) * 5 * 0.5)
    assert float(smallest_detectable_change(5, 0.75, n=25)) == pytest.approx(float(one) / 5)
    with pytest.raises(UsageError):
        smallest_detectable_change(5, 1)
    with pytest.raises(UsageError):
        smallest_detectable_change([5, 0], 0.8)


def test_an_important_difference_from_those_who_were_asked() -> None:
    pre = np.array([20.0, 22, 18, 25, 20, 21, 19, 24, 30, math.nan])
    post = np.array([14.0, 18, 13, 19, 20, 20, 20, 23, 10, 3])
    little = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 1], dtype=bool)
    same = np.array([0, 0, 0, 0, 1, 1, 1, 1, 0, 0], dtype=bool)
    made = important_difference(pre, post, little, same, better="lower", reliability=0.84)
    assert (made.n_improved, made.n_unchanged) == (4, 4)
    assert made.mean_change == (6 + 4 + 5 + 6) / 4
    assert made.difference == 5.25 - (0 + 1 - 1 + 1) / 4
    assert (made.roc_points, made.sensitivity, made.specificity, made.area) == (4, 1, 1, 1)
    sd = float(np.std(pre[:9], ddof=1))
    assert made.half_sd == pytest.approx(sd / 2)
    assert made.one_sem == pytest.approx(sd * 0.4)


def test_groups_that_overlap_are_parted_where_sensitivity_and_specificity_are_highest() -> None:
    gains, little, same = [2, 2, 3, 4, 0, 1, 2, 0], [1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    made = important_difference([0] * 8, gains, little, same, better="higher")
    assert (made.roc_points, made.sensitivity, made.specificity) == (2, 1, 0.75)
    pairs = [(a > b) + (a == b) / 2 for a in (2, 2, 3, 4) for b in (0, 1, 2, 0)]
    assert made.area == sum(pairs) / 16


def test_without_anybody_who_improved_there_is_no_important_difference() -> None:
    with pytest.raises(DataError, match="nobody"):
        important_difference([1.0, 2], [1.0, 2], [False, False], [True, True], better="lower")
    with pytest.raises(UsageError, match="both"):
        important_difference([1.0, 2], [1.0, 2], [True, False], [True, True], better="lower")


def test_without_anybody_who_stayed_the_same_the_mean_change_still_stands() -> None:
    made = important_difference([1.0, 2], [3.0, 5], [True, True], [False, False], better="higher")
    assert made.mean_change == 2.5
    assert math.isnan(made.difference)
    assert math.isnan(made.roc_points)
