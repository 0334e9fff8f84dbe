"""The first seven policies of our own, each on the courses a therapist would describe."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.course import AlertPolicy, Course, Findings, Limit, Norms, Rating, ScaleView
from tests.builders import course_of
from tests.policies import POLICIES, policy

THERAPIST = Rating(rater="therapist")
NORMS = Norms(name="example", mean=37, sd_between=2.5, sd_within=1.5)
PLAIN: list[AlertPolicy] = [
    policy("cutoff", line=36.0, operator="<", margin=1.0),
    policy("drop"),
    policy("fall-from-best", points=3.0),
    policy("beyond-usual", norms=NORMS),
    policy("beyond-usual"),
    policy("divergence"),
    policy("risk", trigger=1.0),
]


def fires(kind: str, ratings: list[list[float]], course: dict[str, Any] | None = None, **parameters: Any) -> list[bool]:
    found: list[bool] = policy(kind, **parameters).find(course_of(ratings, **(course or {}))).fires.tolist()
    return found


def test_each_policy_says_what_its_parameters_mean() -> None:
    assert set(POLICIES) >= {"cutoff", "drop", "fall-from-best", "beyond-usual", "divergence", "risk", "overdue"}
    for cls in POLICIES.values():
        for name, parameter in msgspec.json.schema(cls)["$defs"][cls.__name__].get("properties", {}).items():
            assert parameter.get("description"), f"{cls.kind}.{name} has no help"


def test_a_misspelt_parameter_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="pionts"):
        msgspec.convert({"pionts": 2}, POLICIES["drop"])


def test_drop_counts_a_fall_of_exactly_the_points() -> None:
    assert fires("drop", [[36.1, 35.1, 35.0]], points=1.0) == [False, True, False]


def test_drop_does_not_compare_across_a_gap_of_more_than_six_weeks() -> None:
    assert fires("drop", [[36, 30]], {"days": [[0, 43]]}) == [False, False]


def test_cutoff_says_which_side_and_whether_the_line_itself_counts() -> None:
    assert fires("cutoff", [[36.0, 35.95]], line=36.0, operator="<") == [False, True]
    assert fires("cutoff", [[36.0, 35.95]], line=36.0, operator="<=") == [True, True]
    with pytest.raises(ValueError, match="operator is missing"):
        policy("cutoff", line=36.0)


def test_cutoff_is_over_only_past_the_margin() -> None:
    found = policy("cutoff", line=36.0, operator="<", margin=1.0).find(course_of([[35, 36, 36.9, 37]]))
    assert found.until is not None
    assert found.until.tolist() == [False, False, False, True]


def test_cutoff_can_name_a_published_line_by_age_and_sex() -> None:
    lines = (Limit("clinical", 10, ">=", sex="f", age_to=13), Limit("clinical", 12, ">="))
    scale = ScaleView(instrument="x", scale="total", higher_is_better=False, limits=lines)
    course = course_of([[11], [11]], scale=scale, sex=np.array(["f", "m"]), age=np.array([12.0, 12.0]))
    assert policy("cutoff", line="clinical").find(course).fires.tolist() == [True, False]
    with pytest.raises(KeyError, match="no verified cut-off"):
        policy("cutoff", line="other").find(course)


def test_fall_from_best_sees_the_slow_erosion_that_drop_does_not() -> None:
    slow = [[9.0, 8.5, 8.0, 7.5, 7.0]]
    assert not any(fires("drop", slow))
    assert fires("fall-from-best", slow, points=2.0) == [False, False, False, False, True]


def test_beyond_usual_needs_a_history_and_then_sees_what_is_unusual_for_this_client() -> None:
    assert fires("beyond-usual", [[20.0, 38, 38, 38, 30]], norms=NORMS) == [False, False, False, False, True]
    assert fires("beyond-usual", [[7, 8, 7, 8, 7, 2]]) == [False] * 5 + [True]
    assert not any(fires("beyond-usual", [[9, 9, 9, 9, 9, 2]]))  # nothing is known about this client's noise


def test_divergence_looks_only_at_sessions_both_rated() -> None:
    partner = course_of([[5.0, 5.0]], days=[[0, 14]])
    found = policy("divergence", gap=3.0).find(course_of([[9, 9, 8]], partners={THERAPIST: partner}))
    assert found.fires.tolist() == [True, False, True]
    assert found.known.tolist() == [True, False, True]


def test_risk_says_from_which_answer_on_and_a_trigger_of_its_own_counts_that_answer() -> None:
    scale = ScaleView(instrument="x", scale="q9", higher_is_better=False, trigger=0.0, trigger_operator=">")
    above, from_one = (policy("risk", **own).find(course_of([[0, 1]], scale=scale)) for own in ({}, {"trigger": 1.0}))

    assert above.fires.tolist() == from_one.fires.tolist() == [False, True]
    assert "asked about above" in str(above.reason)
    assert "asked about from" in str(from_one.reason)


def test_risk_asks_again_only_for_a_higher_answer_or_one_after_a_zero() -> None:
    scale = ScaleView(instrument="x", scale="q9", higher_is_better=False, trigger=1.0)
    found = policy("risk").find(course_of([[1, 1, 2, 1, 0, 1], [3, 2]], scale=scale))
    assert found.fires.tolist() == [True, True, True, True, False, True, True, True]
    assert found.renew is not None
    assert found.renew.tolist() == [False, False, True, False, False, True, False, False]


def test_overdue_counts_days_from_the_day_it_was_due_also_when_never_rated() -> None:
    due = np.array([979.0, 980.0, math.nan])
    found = policy("overdue", days=21).find(course_of([[5], [], []], due=due))
    assert found.about_members
    assert found.fires.tolist() == [True, False, False]
    assert found.again is not None
    assert found.again.tolist()[:2] == [1000.0, 1001.0]


clinics = st.lists(st.lists(st.integers(20, 40).map(float), max_size=9), min_size=1, max_size=4)


def with_partner(clinic: list[list[float]]) -> Course:
    partner = course_of(
        [[value - 4 for value in own[::2]] for own in clinic], days=[list(range(0, 7 * len(own), 14)) for own in clinic]
    )
    return course_of(clinic, partners={THERAPIST: partner})


@given(clinics, st.sampled_from(PLAIN))
def test_no_policy_looks_ahead(clinic: list[list[float]], rule: AlertPolicy) -> None:
    whole = found_by_client(rule.find(with_partner(clinic)))
    for count in range(10):
        part = found_by_client(rule.find(with_partner([own[:count] for own in clinic])))
        assert part == [own[:count] for own in whole]


@given(clinics, st.sampled_from(PLAIN))
def test_clients_do_not_change_each_others_findings(clinic: list[list[float]], rule: AlertPolicy) -> None:
    together = found_by_client(rule.find(with_partner(clinic)))
    assert together == [found_by_client(rule.find(with_partner([own])))[0] for own in clinic]


def found_by_client(found: Findings) -> list[list[bool]]:
    assert found.course is not None
    return [part.tolist() for part in np.split(found.fires, found.course.offsets[1:-1])]


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: rule.kind)
def test_a_clinic_without_a_rating_is_no_error(rule: AlertPolicy) -> None:
    assert rule.find(with_partner([[], []])).fires.tolist() == []


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: rule.kind)
def test_asking_changes_nothing_in_the_course(rule: AlertPolicy) -> None:
    course = with_partner([[37, 36, 30, 31, 38, 25]])
    before = {name: column.copy() for name, column in course.columns().items()}
    rule.find(replace(course))
    for name, column in course.columns().items():
        np.testing.assert_array_equal(column, before[name])
