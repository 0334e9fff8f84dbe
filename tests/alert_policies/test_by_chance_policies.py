"""The policies with chance figures: what they fire on, when they end, and that the figures they print are true."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.course import AlertPolicy, Ended, Findings, Norms, ScaleView, cut
from tests.analysis.laws import clinics, mirrored, points_of, scale_of
from tests.builders import course_of
from tests.policies import POLICIES, policy

NORMS = Norms(name="example", mean=37, sd_between=2.5, sd_within=1.5)
SRS = ScaleView(instrument="example", scale="total", high=40)
RULES = [
    policy("control-chart"),
    policy("slow-erosion"),
    policy("slow-erosion", norms=Norms(name="middle", mean=5, sd_between=1.5, sd_within=1), limit=2.0),
    policy("fall-from-ceiling", times=2, near=1.0, points=2.0),
]


def found(kind: str, ratings: list[float], scale: ScaleView | None = None, **parameters: Any) -> Findings:
    return policy(kind, **parameters).find(course_of([ratings], scale=scale))


def words(findings: Findings, at: int) -> str:
    return findings.reason.format(**findings.facts(at))


def test_control_chart_fires_beyond_the_limit_and_ends_back_at_it() -> None:
    findings = found("control-chart", [8, 7, 9, 8, 8, 5.3, 5.4])
    assert findings.fires.tolist() == [False] * 5 + [True, False]
    assert cut(findings).ended.tolist() == [Ended.CLEARED]
    assert words(findings, 5) == (
        "5.3, 7 days after the rating before, is beyond the control limit (5.34) of this client's earlier ratings (mean 8.0)"
    )


def test_control_chart_says_nothing_about_a_client_who_never_varied() -> None:
    findings = found("control-chart", [9, 9, 9, 9, 9, 2])
    assert not findings.fires.any()
    assert not findings.known.any()


def test_slow_erosion_fires_on_a_slide_that_beyond_usual_does_not_see() -> None:
    slide = [8, 8.3, 7.9, 8.1, 7.7, 7.5, 7.2, 6.8]
    findings = found("slow-erosion", slide)
    assert findings.fires.tolist() == [False] * 6 + [True, True]
    assert not found("beyond-usual", slide[:7]).fires.any()
    assert words(findings, 6) == (
        "7.2, 7 days after the rating before; over 3 ratings small steps away from what was usual before (8.1) have added up"
    )


def test_slow_erosion_ends_once_the_sum_is_back_at_half_of_the_limit() -> None:
    slide = [8, 8.3, 7.9, 8.1, 7.7, 7.5, 7.2]
    findings = found("slow-erosion", [*slide, 8.3, 8.4, 7.9])
    assert findings.until is not None
    at = int(np.flatnonzero(findings.evidence["sum"][7:] <= 1.5)[0]) + 7
    spells = cut(findings)
    assert (spells.opened.tolist(), spells.end.tolist(), spells.ended.tolist()) == ([6], [at], [Ended.CLEARED])


def test_one_very_bad_rating_is_no_erosion() -> None:
    assert not found("slow-erosion", [38, 37.5, 38.2, 37.9, 20], SRS, norms=NORMS).fires.any()


def test_fall_from_ceiling_fires_after_the_row_and_stands_until_the_ceiling_is_back() -> None:
    findings = found("fall-from-ceiling", [40, 40, 40, 38, 37, 39.5, 38, 38, 40], SRS)
    assert findings.fires.tolist() == [False] * 3 + [True, True, False, True, True, False]
    spells = cut(findings, lapse=3)
    assert (spells.opened.tolist(), spells.end.tolist(), spells.ended.tolist()) == ([3], [8], [Ended.CLEARED])
    assert words(findings, 3) == ("38, 7 days after the rating before: 2 off the best there is, after 3 in a row at it")


def test_fall_from_ceiling_counts_only_the_row_right_before() -> None:
    assert not found("fall-from-ceiling", [40, 40, 38, 40, 38], SRS).fires.any()
    assert not found("fall-from-ceiling", [39, 38, 37, 30], SRS).fires.any()


def test_with_norms_a_fall_from_the_ceiling_says_how_often_chance_brings_it() -> None:
    findings = found("fall-from-ceiling", [40, 40, 40, 38], SRS, norms=NORMS)
    assert words(findings, 3).endswith("; about 1 in 11 ratings after such a row by chance")
    far = found("fall-from-ceiling", [40, 40, 40, 30], SRS, norms=NORMS, points=9.0)
    assert words(far, 3).endswith("; about 1 in 1000000 ratings after such a row by chance")  # no rarer figure is said


def test_the_chance_of_a_fall_in_whole_numbers_is_that_of_rounded_ratings() -> None:
    findings = found("fall-from-ceiling", [40, 40, 40, 38], SRS, norms=NORMS, unit=1.0)
    assert words(findings, 3).endswith("; about 1 in 5 ratings after such a row by chance")
    random = np.random.default_rng(4)
    rated = np.minimum(np.round(random.normal(37, 2.5, (200_000, 1)) + random.normal(0, 1.5, (200_000, 4))), 40)
    after = rated[(rated[:, :3] == 40).all(axis=1), 3]
    assert 1 / (after <= 39).mean() == pytest.approx(float(findings.facts(3)["by_chance_one_in"]), rel=0.05)


def test_a_fall_that_would_still_be_the_ceiling_is_refused() -> None:
    with pytest.raises(ValueError, match="more than near"):
        policy("fall-from-ceiling", points=1.0, near=1.0)
    with pytest.raises(ValueError, match="no more than points"):
        policy("fall-from-ceiling", points=1.0, unit=2.0)


@pytest.mark.parametrize("kind", ["control-chart", "slow-erosion"])
def test_the_chance_figure_in_the_description_is_the_computed_one(kind: str) -> None:
    said = re.search(r"(?:about 1 time in|about once in)\s+(\d+)", POLICIES[kind].__doc__ or "")
    chance = policy(kind).chance
    assert said is not None
    assert chance is not None
    assert 1 / chance == pytest.approx(int(said.group(1)), rel=0.02)


@pytest.mark.parametrize(("kind", "parameters"), [("slow-erosion", {"norms": NORMS}), ("slow-erosion", {})])
def test_alerts_open_by_chance_no_more_often_than_the_figure_says(kind: str, parameters: dict[str, Any]) -> None:
    random = np.random.default_rng(9)
    ratings = (random.normal(37, 2.5, (20_000, 1)) + random.normal(0, 1.5, (20_000, 12))).round(6)
    findings = policy(kind, **parameters).find(course_of(ratings.tolist()))
    opened, judged = len(cut(findings)), int(findings.known.sum())
    assert opened / judged < policy(kind, **parameters).chance * 1.1  # type: ignore[operator]


@given(clinics, st.sampled_from(RULES), st.integers(0, 11))
def test_none_looks_ahead(clinic: list[list[float]], rule: AlertPolicy, count: int) -> None:
    short = [own[:count] for own in clinic]
    whole, part = (points_of(rule.find(course_of(each)).fires, each) for each in (clinic, short))
    assert [own[:count].tolist() for own in whole] == [own.tolist() for own in part]


@given(clinics, st.sampled_from(RULES))
def test_clients_do_not_change_each_other_and_the_mirror_says_the_same(
    clinic: list[list[float]], rule: AlertPolicy
) -> None:
    together = rule.find(course_of(clinic)).fires
    alone = [rule.find(course_of([own])).fires for own in clinic]
    mirror = rule.find(course_of(mirrored(clinic), scale=scale_of(higher_is_better=False))).fires
    assert together.tolist() == np.concatenate(alone).tolist() == mirror.tolist()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_a_clinic_without_a_rating_is_no_error(rule: AlertPolicy) -> None:
    assert rule.find(course_of([[], []])).fires.tolist() == []
