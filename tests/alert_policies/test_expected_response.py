"""The policies about reliable change since the first rating, by hand."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from fit_toolkit.course import Curve, Findings, Limit, Norms, ScaleView
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


def test_a_form_may_declare_that_its_figure_has_to_be_exceeded() -> None:
    strict = msgspec.structs.replace(ANXIETY, reliable_inclusive=False)
    findings = found("reliable-deterioration", [10, 14, 15], scale=strict)
    assert findings.fires.tolist() == [False, False, True]
    assert words(findings, 2).endswith("reliable above 4 points (the form's published figure)")
    assert found("recovered", [11, 7, 6], scale=strict).fires.tolist() == [False, False, True]
    assert found("no-change", [10, 14, 6, 10], scale=strict, ratings=4).fires.tolist() == [False, False, False, True]
    assert not found("no-change", [10, 14, 6, 10], ratings=4).fires.any()
    # what the practice says of it, or a figure of its own, goes before what the form declares
    assert found("reliable-deterioration", [10, 14], scale=strict, inclusive=True).fires.tolist() == [False, True]
    assert found("reliable-deterioration", [10, 14], scale=strict, points=4).fires.tolist() == [False, True]


def test_from_a_norm_set_it_takes_the_error_of_two_ratings() -> None:
    needed = 1.959963984540054 * math.sqrt(1.5**2 + 1.5**2)  # 4.158
    assert found("reliable-deterioration", [10, 14.15, 14.16], norms=NORMS).fires.tolist() == [False, False, True]
    assert found("reliable-deterioration", [10, 15], norms=NORMS).evidence["points"][1] == pytest.approx(
        needed, abs=1e-9
    )
    assert "norm set ours, local, unreviewed" in found("reliable-deterioration", [10, 15], norms=NORMS).reason


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


def test_no_change_is_not_asked_of_who_began_too_near_the_best_end_to_change() -> None:
    bare = msgspec.structs.replace(ANXIETY, limits=())
    courses = course_of([[0] * 4, [3] * 4, [4] * 4, [9] * 4], scale=bare)
    last = policy("no-change", ratings=4).find(courses).fires.reshape(4, 4)[:, -1]
    assert last.tolist() == [False, False, True, True], "from 4 a change of 4 points is possible"
    strict = course_of([[4] * 4, [5] * 4], scale=msgspec.structs.replace(bare, reliable_inclusive=False))
    assert policy("no-change", ratings=4).find(strict).fires.reshape(2, 4)[:, -1].tolist() == [False, True]
    higher = ScaleView("x", "total", low=0, high=1, reliable_change=0.1)
    upwards = course_of([[0.9] * 4, [0.91] * 4], scale=higher)
    assert policy("no-change", ratings=4).find(upwards).fires.reshape(2, 4)[:, -1].tolist() == [True, False]


def test_no_change_is_not_asked_of_who_began_on_the_good_side_of_every_published_line() -> None:
    assert not found("no-change", [7, 7, 7, 7], ratings=4).fires.any(), "a case from 8 on"
    assert found("no-change", [8, 7, 7, 7], ratings=4).fires.any(), "where the client began, not where they are"
    two = msgspec.structs.replace(ANXIETY, limits=(Limit("case", 8, ">="), Limit("severe", 15, ">=")))
    assert found("no-change", [9] * 4, scale=two, ratings=4).fires.any(), "beyond one of two lines"
    keyed = msgspec.structs.replace(ANXIETY, limits=(Limit("case", 8, ">=", age_from=18),))
    assert found("no-change", [7] * 4, scale=keyed, ratings=4).fires.any(), (
        "no line is known for a client of unknown age"
    )


def test_points_of_ones_own_are_told_and_never_called_reliable() -> None:
    little = words(found("reliable-deterioration", [10, 10.1], points=0.1), 1)
    assert little.endswith("from 0.1 points on (typed in fit.toml; the form's published figure is 4)")
    assert "reliab" not in little
    assert words(found("recovered", [12, 5], points=5), 1).endswith("; from 5 points on (typed in fit.toml)")
    still = words(found("no-change", [10, 10, 10], points=3, ratings=3), 2)
    assert "3 ratings in a row without a change of so many points since the first (10)" in still
    assert "reliab" not in still


FLAT = {
    "power": 0.0,
    "intercept": 10.0,
    "slope": 0.0,
    "intercept_variance": 0.0,
    "slope_variance": 0.0,
    "covariance": 0.0,
}
EDGE = 10 + 1.2815515655446004 * 2  # the 90th centile of a normal curve with SD 2: 12.563


def curve(**changes: Any) -> Curve:
    given = {"name": "ours", "n_clients": 240, "sessions": (1, 6), "status": "local", "period": "2020 to 2024"}
    return msgspec.convert({**given, "coefficients": FLAT | {"residual_sd": 2.0}, **changes}, Curve)


def test_not_on_track_takes_two_known_ratings_in_a_row_outside() -> None:
    findings = found("not-on-track", [13, 12, 13, 13, 12.5, 13, 13, 13], curve=curve(inside={"80": 0.797}))
    assert findings.evidence["expected_high"][0] == pytest.approx(EDGE, abs=1e-9)
    assert findings.fires.tolist() == [False, False, False, True, False, False, False, False]
    assert findings.known.tolist() == [True] * 6 + [False] * 2, "the pack ends with session 6"
    assert words(findings, 3) == (
        "2 ratings in a row on the worse side of the expected range, now 13 where 80 % lay from 7.4 to 12.6; a late responder"
        " is possible. Curve pack ours 1 (local, unreviewed), 240 clients, 2020 to 2024, 80 % of held-out ratings inside"
    )


def test_better_than_expected_is_no_alert_and_the_direction_is_that_of_the_scale() -> None:
    assert not found("not-on-track", [5, 5, 5, 5], curve=curve()).fires.any()
    higher = ScaleView("x", "total", high=21)
    assert found("not-on-track", [5, 5], scale=higher, curve=curve()).fires.tolist() == [False, True]


def test_a_pack_by_intake_needs_a_rating_at_session_1_and_judges_those_after_it() -> None:
    by_intake = curve(coefficients=FLAT | {"intercept": 0.0, "intake": 1.0, "slope_by_intake": 0.0, "residual_sd": 2.0})
    late = course_of([[10, 13, 13], [10, 13, 13]], scale=ANXIETY)
    late.session[3:] += 1
    findings = policy("not-on-track", curve=by_intake).find(late)
    assert findings.fires.tolist() == [False, False, True, False, False, False]
    assert findings.known.tolist() == [False, True, True, False, False, False]
    assert findings.evidence["expected"][1] == 10


def test_a_client_whose_first_rating_is_unlike_those_of_the_pack_is_not_judged() -> None:
    by_intake = FLAT | {"intercept": 0.0, "intake": 1.0, "slope_by_intake": 0.0, "residual_sd": 1.0}
    pack = curve(coefficients=by_intake, intakes=(5.0, 12.0))
    courses = [[4.9, 9.0, 9.0], [5.0, 9.0, 9.0], [12.0, 18.0, 18.0], [12.1, 18.0, 18.0]]
    findings = policy("not-on-track", curve=pack).find(course_of(courses, scale=ANXIETY))
    assert findings.fires.reshape(4, 3)[:, 2].tolist() == [False, True, True, False], "the edges belong to the pack"
    assert findings.known.reshape(4, 3)[:, 2].tolist() == [False, True, True, False]
    assert math.isnan(findings.evidence["expected_high"][2])
    judged = policy("not-on-track", curve=curve(coefficients=by_intake)).find(course_of(courses, scale=ANXIETY))
    assert judged.fires.reshape(4, 3)[:, 2].all(), "where no intakes are said, all are judged"


def test_twins_are_told_where_the_pack_has_both() -> None:
    well = FLAT | {"intercept": 6.0, "residual_sd": 2.0}
    twins = curve(successful=well, unsuccessful=FLAT | {"residual_sd": 2.0})
    assert "Those who ended well were at 6.0 by then, the others at 10.0. Curve" in words(
        found("not-on-track", [14, 14], curve=twins), 1
    )
    assert "ended well" not in found("not-on-track", [14, 14], curve=curve(successful=well)).reason


def test_a_curve_from_too_few_or_without_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="rests on 99 clients; 100 are needed"):
        policy("not-on-track", curve=curve(n_clients=99))
    edges = {"cut_1": 8.0, "low_80_1": -1.0, "low_90_1": -2.0}
    with pytest.raises(ValueError, match="no range of 70 %; it has: 80, 90"):
        policy("not-on-track", curve=curve(coefficients=FLAT | edges), percent=70.0)
