"""What a policy is worth: counted by hand on a few ratings, and the intervals against tables and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fit_toolkit.analysis import CohortModel, Flagged, policy_quality, same_answers, simulate, wilson_interval
from fit_toolkit.analysis.portions import share
from fit_toolkit.analysis.quality import Tally, together
from fit_toolkit.course import Course, Findings
from tests.builders import course_of


def three() -> Course:
    """Three clients: with four ratings, three and one."""
    return course_of([[8, 8, 5, 8], [7, 3, 3], [9]])


def marks(text: str) -> np.ndarray:
    return np.array([sign == "x" for sign in text if sign in "x."])


def falls(course: Course) -> Findings:
    fall = course.worsening(since=course.previous)
    return course.where(fall >= 2, back_to=course.previous, fall=fall, reason="")


def test_flags_and_alerts_are_counted_per_session_and_client() -> None:
    course = three()
    found = policy_quality(course, Flagged.of(falls(course)))
    assert (found.flags.count, found.flags.n) == (2, 8)
    assert (found.alerts.count, found.alerts.n) == (2, 8)
    assert (found.clients_flagged.count, found.clients_flagged.n) == (2, 3)
    assert found.sensitivity is None
    assert found.ppv is None


def test_a_long_spell_is_one_alert_and_many_flags() -> None:
    course = course_of([[8, 4, 3, 2, 9]])
    below = course.value < 5
    found = policy_quality(course, Flagged.of(course.where(below, until=~below, value=course.value, reason="")))
    assert (found.flags.count, found.alerts.count) == (3, 1)


def test_firing_in_a_row_counts_from_where_the_policy_would_speak() -> None:
    course = course_of([[8, 4, 3, 2, 9]])
    below = course.value < 5
    flagged = Flagged.of(course.where(below, until=~below, value=course.value, reason=""), after=2)
    assert flagged.fires.tolist() == [False, False, True, True, False]
    assert flagged.opens.tolist() == [False, False, True, False, False]


def test_against_the_truth_by_hand() -> None:
    course = three()
    # client one has an event at its third rating, client two at its third; the rule fires at the third and the second
    found = policy_quality(course, Flagged.of(falls(course)), true=marks("..x. ..x ."))
    assert found.sensitivity is not None
    assert found.specificity is not None
    assert found.ppv is not None
    assert (found.sensitivity.count, found.sensitivity.n) == (1, 2)
    assert (found.specificity.count, found.specificity.n) == (5, 6)
    assert (found.ppv.count, found.ppv.n) == (1, 2)
    assert (found.lead, found.lead_n) == (0.0, 1)


def test_a_window_lets_an_earlier_flag_find_an_event_and_says_how_much_earlier() -> None:
    course = three()
    found = policy_quality(course, Flagged.of(falls(course)), true=marks("...x ..x ."), window=1)
    assert found.sensitivity is not None
    assert (found.sensitivity.count, found.sensitivity.n) == (2, 2)
    assert (found.lead, found.lead_n) == (1.0, 2)


def test_a_window_does_not_reach_into_another_client() -> None:
    course = course_of([[8, 4], [4, 9]])
    found = policy_quality(course, Flagged.of(falls(course)), true=marks(".. x."), window=3)
    assert found.sensitivity is not None
    assert (found.sensitivity.count, found.lead_n) == (0, 0)


def test_a_flag_later_in_the_event_does_not_find_its_onset_but_has_a_delay() -> None:
    course = course_of([[8, 7, 4, 9]])
    found = policy_quality(course, Flagged.of(falls(course)), true=marks(".xx."))
    assert found.sensitivity is not None
    assert found.ppv is not None
    assert found.sensitivity.count == 0
    assert (found.ppv.count, found.ppv.n) == (1, 1)  # but it is no false alarm
    assert (found.lead, found.lead_n) == (-1.0, 1)


def test_only_counted_ratings_count() -> None:
    course = three()
    found = policy_quality(course, Flagged.of(falls(course)), true=marks("..x. ..x ."), counted=course.number > 2)
    assert (found.flags.count, found.flags.n, found.clients_flagged.n) == (1, 3, 2)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"), [(10, 50, 0.1124, 0.3304), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0)]
)
def test_wilson_intervals_as_in_the_tables(count: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(count, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_to_share_has_no_share() -> None:
    nothing = share([0, 0], [0, 0])
    assert (nothing.n, nothing.clients) == (0, 0)
    assert math.isnan(nothing.value)
    assert math.isnan(nothing.low)


def test_one_of_each_client_takes_wilsons_interval() -> None:
    found = share([1] * 10 + [0] * 40, [1] * 50)
    assert (found.low, found.high) == pytest.approx(wilson_interval(10, 50))


def test_ratings_that_go_together_in_a_client_widen_the_interval() -> None:
    together = share([10] * 10 + [0] * 40, [10] * 50)
    apart = share([2] * 50, [10] * 50)
    assert together.value == apart.value == 0.2
    assert together.high - together.low > 0.15  # 50 clients know no more than 50 answers
    # as many ratings in every client tell no less than as many clients would, and no more than so many answers
    assert (apart.low, apart.high) == pytest.approx(wilson_interval(100, 500))


def test_what_was_seen_once_is_not_known_to_be_nothing_nor_to_be_rare() -> None:
    once = share([1] + [0] * 39, [9] * 40)  # drawing whole clients gives 0 to 3 of 360
    assert 0 < once.low < 1 / 360
    assert once.high == pytest.approx(wilson_interval(1, 360)[1], rel=0.05)
    assert once.high > 5 / 360  # the exact limit is 5.6


def test_rare_alerts_are_covered_as_often_as_common_ones() -> None:
    random = np.random.default_rng(5)
    covered = sum(
        found.low <= 0.004 <= found.high
        for found in (share(random.binomial(8, 0.004, 120), np.full(120, 8)) for _ in range(300))
    )
    assert 0.92 <= covered / 300 <= 0.995


def test_parts_put_together_are_the_whole() -> None:
    course, whose = three(), np.array(["k1", "k2", "k1"])
    true, counted = marks("..x. ..x ."), course.number > 1
    flagged = Flagged.of(falls(course))
    whole = policy_quality(course, flagged, true=true, counted=counted, whose=whose, window=1)
    parts = []
    for first, last, points in ((0, 1, slice(0, 4)), (1, 3, slice(4, 8))):
        part = course_of([[8, 8, 5, 8], [7, 3, 3], [9]][first:last])
        cut = Flagged(flagged.fires[points], flagged.opens[points])
        parts.append(Tally.of(part, cut, true=true[points], counted=counted[points], whose=whose[first:last], window=1))
    assert together(parts).quality() == whole
    assert whole.clients_flagged.n == 2


def test_a_rule_that_never_spoke_in_few_clients_is_not_known_to_be_silent() -> None:
    never = share([0, 0, 0], [40, 40, 40])
    assert never.low == 0
    assert never.high == pytest.approx(wilson_interval(0, 3)[1])


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        chance = random.beta(2, 8, 60)  # clients differ; the mean is .2
        found = share(random.binomial(12, chance), np.full(60, 12))
        covered += found.low <= 0.2 <= found.high
    assert 0.89 <= covered / 200 <= 0.99


def test_two_policies_that_agree_and_do_not() -> None:
    found = same_answers(marks("xx....xx"), marks("xx...xx."))
    assert (found.both, found.only_first, found.only_second, found.neither) == (3, 1, 1, 3)
    assert found.same == 0.75
    assert found.kappa == pytest.approx(0.5)
    assert math.isnan(same_answers(marks("...."), marks("....")).kappa)


def test_the_known_rates_of_drop_on_noise_alone() -> None:
    cohort = simulate(CohortModel(low=-1e6, high=1e6, step=0, ruptured=0), 3000)
    course = cohort.course
    fall = course.worsening(since=course.previous)
    flagged = Flagged.of(course.where(fall >= 1, back_to=course.previous, fall=fall, reason=""))
    found = policy_quality(course, flagged, true=cohort.down, counted=course.number > 1)
    assert found.flags.value == pytest.approx(0.3187, abs=0.01)  # Phi(-1 / (1.5 sqrt 2))
    assert found.sensitivity is not None
    assert found.sensitivity.n == 0


def test_two_courses_of_one_client_are_one_client() -> None:
    course = three()
    found = policy_quality(course, Flagged.of(falls(course)), whose=["k1", "k1", "k2"])
    assert (found.clients_flagged.count, found.clients_flagged.n, found.flags.clients) == (1, 2, 2)


def test_few_clients_are_never_known_exactly() -> None:
    found = share([2, 2], [10, 10])  # drawing from two equal clients would give no width at all
    assert (found.low, found.high) == pytest.approx(wilson_interval(0.4, 2))
