"""Agreement of two sides by hand, against numpy's own functions, and the truth-and-bias model on made-up truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.analysis import rater_agreement, student_quantile, truth_and_bias
from fit_toolkit.course import Course, Rating
from tests.analysis.laws import scale_of
from tests.builders import course_of

THERAPIST = Rating(rater="therapist")
WEEK = 7


def dyads(*sides: tuple[Sequence[float | None], Sequence[float | None]], **options: Any) -> Course:
    """Courses of client and therapist, session by session; None: not rated."""
    own, theirs = (
        course_of(
            [[value for value in pair[side] if value is not None] for pair in sides],
            days=[[place * WEEK for place, value in enumerate(pair[side]) if value is not None] for pair in sides],
            **options,
        )
        for side in (0, 1)
    )
    return replace(own, partners={THERAPIST: theirs})


def test_gap_interval_share_and_last_three_by_hand() -> None:
    # theirs - own: -1 0 -2 -1 over four sessions both rated; one more each alone
    course = dyads(([8, 8, 8, 8, 9, None], [7, 8, 6, 7, None, 5]))
    found = rater_agreement(course, THERAPIST)
    assert (found.both[0], found.either[0], found.share_both[0]) == (4, 6, 4 / 6)
    assert found.gap[0] == -1
    half = student_quantile(0.975, 3) * math.sqrt(2 / 3) / 2  # squares 0 1 1 0, over 3
    assert (found.low[0], found.high[0]) == pytest.approx((-1 - half, -1 + half))
    assert found.last_gap[0] == -1
    assert math.isnan(found.correlation[0])


def test_gaps_that_are_all_the_same_have_no_interval() -> None:
    course = dyads(([8, 7, 6], [7, 6, 5]))
    found = rater_agreement(course, THERAPIST)
    assert found.gap[0] == -1
    assert math.isnan(found.low[0])
    assert math.isnan(found.high[0])


def test_a_correlation_comes_from_six_pairs_on_and_is_pearsons() -> None:
    own, theirs = [8.0, 7, 9, 6, 8, 7.5], [7.0, 7, 8, 6.5, 7, 7]
    found = rater_agreement(dyads((own, theirs), (own[:5], theirs[:5]), (own, [7.0] * 6)), THERAPIST)
    assert found.correlation[0] == pytest.approx(np.corrcoef(own, theirs)[0, 1])
    assert np.isnan(found.correlation[1:]).all()


def test_apart_is_one_better_and_the_other_worse_since_the_last_session_both_rated() -> None:
    course = dyads(([6, 7, 8], [8, 7, 6]), ([6, 7, 8], [6, 7, 8]), ([6, None, 8], [8, 9, 6]), ([6], [8]))
    found = rater_agreement(course, THERAPIST)
    assert found.apart.tolist() == [True, False, True, False]
    assert found.own_moved.tolist()[:3] == [1, 1, 2]
    assert math.isnan(found.theirs_moved[3])


def test_better_is_down_where_lower_is_better() -> None:
    found = rater_agreement(dyads(([6, 7], [8, 7]), scale=scale_of(higher_is_better=False)), THERAPIST)
    assert (found.own_moved[0], found.theirs_moved[0]) == (-1, 1)


def test_no_session_both_rated_gives_nothing_but_the_counts() -> None:
    found = rater_agreement(dyads(([8, None], [None, 7]), ([], [])), THERAPIST)
    assert found.both.tolist() == [0, 0]
    assert found.share_both.tolist()[0] == 0
    assert np.isnan(found.share_both[1])
    assert np.isnan(found.gap).all()


halves = st.integers(0, 20).map(lambda value: value / 2)
sides = st.lists(st.tuples(st.none() | halves, st.none() | halves), max_size=9).map(
    lambda rows: ([a for a, _ in rows], [b for _, b in rows])
)


@given(st.lists(sides, min_size=1, max_size=4))
def test_dyads_do_not_change_each_others_figures(pairs: list[tuple[list[float | None], list[float | None]]]) -> None:
    together = rater_agreement(dyads(*pairs), THERAPIST)
    for place, pair in enumerate(pairs):
        alone = rater_agreement(dyads(pair), THERAPIST)
        for name in ("both", "either", "gap", "low", "last_gap", "correlation", "own_moved", "apart"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[place])


@given(st.lists(sides, min_size=1, max_size=3))
def test_changing_sides_changes_the_sign_of_the_gap_and_nothing_else(
    pairs: list[tuple[list[float | None], list[float | None]]],
) -> None:
    one = rater_agreement(dyads(*pairs), THERAPIST)
    other = rater_agreement(dyads(*[(b, a) for a, b in pairs]), THERAPIST)
    np.testing.assert_allclose(other.gap, -one.gap)
    np.testing.assert_allclose(other.correlation, one.correlation)
    np.testing.assert_array_equal(other.apart, one.apart)


def test_truth_and_bias_of_one_dyad_is_least_squares_on_centred_ratings() -> None:
    own, theirs = np.array([8.0, 7, 9, 6, 8, 7.5]), np.array([7.0, 7, 8, 6.5, 7, 7])
    found = truth_and_bias(dyads((own.tolist(), theirs.tolist())), THERAPIST)
    slope, level = np.polyfit(own - own.mean(), theirs - own.mean(), 1)
    assert (found.truth[0], found.bias[0]) == pytest.approx((slope, level))
    assert math.isnan(found.overall_truth)  # one dyad has no interval by dyad


def test_truth_and_bias_finds_what_was_put_in_and_its_intervals_cover_it() -> None:
    random = np.random.default_rng(4)
    covered = []
    for _ in range(100):
        level = random.normal(7, 1, (40, 1))
        own = level + random.normal(0, 0.7, (40, 8))
        bias = -0.6 + random.normal(0, 0.4, (40, 1))
        away = own - own.mean(axis=1, keepdims=True)
        theirs = own.mean(axis=1, keepdims=True) + bias + 0.5 * away + random.normal(0, 0.5, own.shape)
        found = truth_and_bias(dyads(*zip(own.tolist(), theirs.tolist(), strict=True)), THERAPIST)
        covered.append(
            [
                found.bias_interval[0] < -0.6 < found.bias_interval[1],
                found.truth_interval[0] < 0.5 < found.truth_interval[1],
            ]
        )
        assert (found.dyads, found.pairs) == (40, 320)
    assert (np.mean(covered, axis=0) > 0.88).all()
