"""Variance between therapists and shrunken estimates, against a textbook computation and a mixed model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fit_toolkit.report.variation import Variation, _components, _drawn, _left_over, variation


def made(sizes: list[int], between: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(100, 100 + len(sizes)), sizes)
    own = random.normal(0, between, len(sizes))[who - 100]
    first = random.normal(16, 4, len(who)) + own
    return first, 0.6 * first + 2 + own + random.normal(0, 3, len(who)), who


def found(first: np.ndarray, last: np.ndarray, who: np.ndarray) -> Variation:
    result = variation(first, last, who, -1, smallest=5)
    assert result is not None
    return result


def test_by_loops_over_therapists() -> None:
    first, last, who = made([10, 12, 25, 40, 18, 30], 1.5)
    groups = sorted(set(who.tolist()))
    top = sum(
        ((first[who == g] - first[who == g].mean()) * (last[who == g] - last[who == g].mean())).sum() for g in groups
    )
    slope = top / sum(((first[who == g] - first[who == g].mean()) ** 2).sum() for g in groups)
    left = -((last - last.mean()) - slope * (first - first.mean()))
    n, total = [int((who == g).sum()) for g in groups], len(who)
    means = [left[who == g].mean() for g in groups]
    ssw = sum(((left[who == g] - m) ** 2).sum() for g, m in zip(groups, means, strict=True))
    ssb = sum(k * (m - left.mean()) ** 2 for k, m in zip(n, means, strict=True))
    within = ssw / (total - 6)
    between = (ssb - 5 * within) / (total - sum(k * k for k in n) / total)
    weights, noise = [1 / (between + within / k) for k in n], [within / k for k in n]
    usual = sum(w * v for w, v in zip(weights, noise, strict=True)) / sum(weights)
    centre = sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)
    result = found(first, last, who)
    assert (result.between, result.within) == pytest.approx((between, within))
    assert result.share == pytest.approx(between / (between + within))
    for each, v, m in zip(result.shown, noise, means, strict=True):
        b = 3 / 5 * v / (v + between)
        assert each.value == pytest.approx((1 - b) * (m - centre))
        variance = v * (1 - 5 / 6 * b) + 2 / 3 * b * b * (usual + between) / (v + between) * (m - centre) ** 2
        assert each.high - each.value == pytest.approx(1.959964 * math.sqrt(variance), rel=1e-6)


@pytest.mark.parametrize("between", [0.0, 1.5])
def test_at_least_95_intervals_in_100_hold_what_is_true_even_where_nobody_differs(between: float) -> None:
    random, held, widths = np.random.default_rng(5), [], []
    for _ in range(150):
        counts = random.integers(10, 50, 8)
        owner, own = np.repeat(np.arange(8), counts), random.normal(0, between, 8)
        first = random.normal(16, 4, len(owner))
        left = _left_over(first, 0.6 * first + own[owner] + random.normal(0, 5, len(owner)), owner, counts)
        found_between, within = _components(left, owner, counts)
        value, spread = _drawn(np.bincount(owner, left) / counts, within / counts, found_between)
        true = own - np.average(own, weights=1 / (found_between + within / counts))
        held.append(np.abs(true - value) <= 1.96 * spread)
        widths.append(spread.min())
    assert np.mean(held) > 0.95
    assert min(widths) > 0


def test_near_what_a_mixed_model_finds() -> None:
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    first, last, who = made([30] * 12, 1.5)
    fitted = models.MixedLM(-last, np.column_stack((np.ones(len(first)), first)), who).fit(reml=True)
    result = found(first, last, who)
    assert result.between == pytest.approx(float(np.asarray(fitted.cov_re).ravel()[0]), rel=0.15)
    assert result.within == pytest.approx(float(fitted.scale), rel=0.03)
    theirs = [float(np.asarray(fitted.random_effects[each.who]).ravel()[0]) for each in result.shown]
    assert np.corrcoef([each.value for each in result.shown], theirs)[0, 1] > 0.99


def test_whoever_differs_by_chance_only_is_drawn_all_the_way_to_the_mean() -> None:
    first, last, who = made([40] * 8, 0.0, seed=11)
    result = found(first, last, who)
    assert result.by_chance > 0.05
    assert result.share < 0.05
    assert all(abs(each.value) < 0.7 for each in result.shown)


def test_a_real_difference_is_rarely_had_by_chance() -> None:
    assert found(*made([40] * 8, 3.0)).by_chance == pytest.approx(1 / 1000)


def test_five_therapists_with_ten_clients_are_needed() -> None:
    assert variation(*made([10] * 4 + [9] * 6, 1.0), -1) is None


def test_whoever_has_fewer_than_ten_clients_is_not_shown() -> None:
    result = found(*made([8, 9, 10, 11, 12, 13, 14], 1.0))
    assert [each.n for each in result.shown] == [10, 11, 12, 13, 14]
    assert (result.others, result.their_clients) == (2, 17)


def test_nobody_is_left_out_alone_since_the_mean_of_all_would_tell_of_the_one() -> None:
    first, last, who = made([9, 10, 11, 12, 13, 14], 1.0)
    result = found(first, last, who)
    assert [each.n for each in result.shown] == [11, 12, 13, 14]
    assert (result.others, result.their_clients) == (2, 19)
    # with all but one, that one: sum of w (mean - mean of all) = 0, and value = (1 - B) (mean - mean of all)
    _, owner, counts = np.unique(who, return_inverse=True, return_counts=True)
    noise = result.within / counts
    weight = 1 / (noise + result.between)
    away = np.bincount(owner, -_left_over(first, last, owner, counts)) / counts
    away -= np.average(away, weights=weight)
    assert -(weight[1:] @ away[1:]) / weight[0] == pytest.approx(away[0])


def test_a_few_clients_of_one_left_out_cannot_be_had_by_subtraction() -> None:
    result = found(*made([3, 10, 11, 12, 13, 14], 1.0))
    assert [each.n for each in result.shown] == [11, 12, 13, 14]
    assert (result.others, result.their_clients) == (2, 13)
