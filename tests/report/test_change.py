"""Group figures against numbers worked out elsewhere."""

from __future__ import annotations

import math
from statistics import mean, stdev

import numpy as np
import pytest

from fit_toolkit.report.change import Judge, group_change, judge


def pairs_with(
    n: int, first: tuple[float, float], last: tuple[float, float], r: float
) -> tuple[np.ndarray, np.ndarray]:
    """Two lists with exactly these means, SDs and this correlation."""
    random = np.random.default_rng(1)
    one, two = random.normal(size=(2, n))
    one = (one - one.mean()) / one.std(ddof=1)
    two -= two.mean() + one * (two @ one) / (one @ one)
    two /= two.std(ddof=1)
    return first[0] + first[1] * one, last[0] + last[1] * (r * one + math.sqrt(1 - r * r) * two)


@pytest.mark.parametrize(  # Morris 2008, table 1, and what the R package metafor gives for it (measure SMCR)
    ("n", "first", "last", "r", "effect", "variance"),
    [(20, (30.6, 15.0), (38.5, 11.6), 0.47, 0.5056, 0.0594), (50, (23.5, 3.1), (26.8, 4.1), 0.64, 1.0481, 0.0254),
     (10, (53.4, 14.5), (75.9, 4.4), 0.89, 1.4181, 0.1225), (14, (35.6, 4.7), (36.0, 4.6), 0.44, 0.0801, 0.0802)],
)  # fmt: skip
def test_effect_sizes_as_published(
    n: int, first: tuple[float, float], last: tuple[float, float], r: float, effect: float, variance: float
) -> None:
    found = group_change(*pairs_with(n, first, last, r), 1).effect
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(effect, abs=6e-5)
    assert ((found.high - found.low) / 2 / 1.959964) ** 2 == pytest.approx(variance, abs=6e-5)


def test_the_gain_is_turned_so_that_better_is_above_0_and_has_students_interval() -> None:
    first = np.array([20, 18, 22, 15, 17, 19, 21, 16, 14, 18.0])
    last = np.array([10, 12, 20, 15, 9, 14, 20, 11, 15, 10.0])
    gains = [a - b for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    found = group_change(first, last, -1).gain
    assert found is not None
    half = 2.262157 * stdev(gains) / math.sqrt(10)  # t, 9 degrees of freedom, from a table
    assert (found.value, found.low, found.high) == pytest.approx(
        (mean(gains), mean(gains) - half, mean(gains) + half), abs=1e-5
    )


def test_under_ten_pairs_there_is_no_effect_size() -> None:
    found = group_change(np.arange(9.0), np.arange(9.0) + 1, 1)
    assert (found.n, found.gain, found.effect) == (9, None, None)


def test_all_first_ratings_the_same_give_a_gain_but_no_effect_size() -> None:
    found = group_change(np.full(10, 4.0), np.arange(10.0), 1)
    assert found.gain is not None
    assert found.effect is None


def test_changes_that_are_all_the_same_have_no_interval_but_an_effect_size_has() -> None:
    found = group_change(np.arange(10.0), np.arange(10.0) + 2, 1)
    assert found.gain is not None
    assert (found.gain.value, found.gain.low, found.gain.high) == (2, None, None)
    assert found.effect is not None
    assert found.effect.low is not None
    # r = 1, so the variance is d^2 / 2n; d = 0.9139 * 2 / SD of 0 ... 9
    d = 0.9138750 * 2 / stdev(range(10))
    assert (found.effect.value, found.effect.low) == pytest.approx((d, d - 1.959964 * d / math.sqrt(20)), abs=1e-6)


@pytest.mark.parametrize(("inclusive", "improved"), [(True, [True, True, False]), (False, [False, True, False])])
def test_a_change_of_exactly_so_many_points_counts_where_the_source_says_so(
    inclusive: bool, improved: list[bool]
) -> None:
    first, last = np.array([16.0, 16.0, 16.0]), np.array([10.0, 9.0, 11.0])
    found = judge(first, last, -1, Judge(6, inclusive, "made up"), line=np.full(3, 10.0), beyond=">=")
    assert found.improved.tolist() == improved
    assert found.clinical.all()
    assert found.recovered.tolist() == [False, True, False]  # 10 is still past the line


def test_decimals_are_compared_as_decimals() -> None:
    found = judge(
        np.array([0.3]),
        np.array([0.1]),
        -1,
        Judge(0.2, inclusive=True, source=""),
        line=np.array([np.nan]),
        beyond=">=",
    )
    assert found.improved.tolist() == [True]  # as floats 0.3 - 0.1 is below 0.2
    assert not found.clinical.any()
