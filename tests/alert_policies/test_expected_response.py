"""The policies about reliable change since the first rating, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fit_toolkit.course import Findings, Limit, Norms, ScaleView
from tests.builders import course_of
from tests.policies import policy

ANXIETY = ScaleView(
    instrument="gad-7",
    scale="total",
    higher_is_better=False,
    high=21,
    limits=(Limit("case", 8, ">="),),
    reliable_change=4,
)
NORMS = Norms(name="ours", mean=10, sd_between=4, sd_within=1.5, status="local")


def found(kind: str, course: list[float], scale: ScaleView | None = ANXIETY, **parameters: Any) -> Findings:
    return policy(kind, **parameters).find(course_of([course], scale=scale))


def words(findings: Findings, at: int) -> str:
    return findings.reason.format(**findings.facts(at))


def test_worse_by_the_published_points_fires_until_it_is_no_longer_so() -> None:
    findings = found("reliable-deterioration", [10, 13, 14, 15, 13, 5])
    assert findings.fires.tolist() == [False, False, True, True, False, False]
    assert words(findings, 2) == (
        "14 is 4 worse than the first rating (10), 14 days before; reliable from 4 points on (the form's published figure)"
    )


def test_exactly_the_figure_counts_unless_it_is_said_that_it_does_not() -> None:
    assert found("reliable-deterioration", [10, 14]).fires.tolist() == [False, True]
    assert found("reliable-deterioration", [10, 14], inclusive=False).fires.tolist() == [False, False]
    assert found("reliable-deterioration", [0.3, 0.4], points=0.1).fires.tolist() == [False, True]


def test_from_a_norm_set_it_takes_the_error_of_two_ratings() -> None:
    needed = 1.959963984540054 * math.sqrt(1.5**2 + 1.5**2)  # 4.158
    assert found("reliable-deterioration", [10, 14.15, 14.16], norms=NORMS).fires.tolist() == [False, False, True]
    assert found("reliable-deterioration", [10, 15], norms=NORMS).evidence["points"][1] == pytest.approx(
        needed, abs=1e-9
    )
    assert "norm set ours, local" in found("reliable-deterioration", [10, 15], norms=NORMS).reason


def test_two_figures_or_none_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        policy("no-change", points=3, norms=NORMS)
    with pytest.raises(KeyError, match="no verified reliable change"):
        found("reliable-deterioration", [1, 2], scale=None)


def test_recovered_is_reliably_better_and_across_the_line_and_began_beyond_it() -> None:
    findings = found("recovered", [12, 8, 7, 9, 5])
    assert findings.fires.tolist() == [False, False, True, False, True]
    assert words(findings, 2).startswith(
        "good news: 7 is 5 better than the first rating (12), 14 days before, and across"
    )
    assert not found("recovered", [7, 2, 1]).fires.any(), "the first rating was no case"
    assert not found("recovered", [10, 7]).fires.any(), "across the line, but not reliably better"


def test_a_line_for_some_ages_says_nothing_about_a_client_whose_age_is_unknown() -> None:
    keyed = ScaleView("x", "total", limits=(Limit("case", 5, "<", age_from=18),), reliable_change=2)
    findings = found("recovered", [3, 8], scale=keyed)
    assert not findings.fires.any()
    assert not findings.known.any()


def test_which_of_two_lines_has_to_be_said() -> None:
    two = ScaleView("x", "total", limits=(Limit("case", 5, "<"), Limit("other", 6, "<")), reliable_change=2)
    with pytest.raises(KeyError, match="2 verified cut-offs: say which"):
        found("recovered", [3, 8], scale=two)
    assert found("recovered", [3, 8], scale=two, line="other").fires.tolist() == [False, True]
    with pytest.raises(ValueError, match="operator is missing"):
        policy("recovered", line=5.0)


def test_no_change_counts_ratings_in_a_row_and_begins_again_after_a_change() -> None:
    findings = found("no-change", [10, 9, 11, 12, 14, 10, 10, 10, 10], ratings=4)
    assert findings.fires.tolist() == [False] * 3 + [True, False] + [False] * 3 + [True]
    assert "4 ratings in a row without a reliable change since the first (10); the client may respond late" in words(
        findings, 3
    )
    assert not found("no-change", [10, 9, 6, 6, 6, 6, 6], ratings=4).fires.any(), "better is a change too"
