from __future__ import annotations

import pytest

from fit_toolkit import scoring
from fit_toolkit.errors import PluginError
from fit_toolkit.model import ScoringRule
from fit_toolkit.scoring.rules import calls, make
from tests.scoring.making import answers, instrument, one_scale

RISK = [{"id": "plans", "item": "q4", "operator": ">", "value": 0, "meaning": "plans", "source": "test"}]


def test_a_risk_answer_is_found_in_a_form_that_cannot_be_scored() -> None:
    found = scoring.risk(instrument(risk=RISK), answers([None, None, None, 1], [4, 4, 4, 0], [4, 4, 4, None]))
    assert found[["row", "item", "value", "risk"]].values.tolist() == [[0, "q4", 1.0, "plans"]]


def test_a_risk_answer_beyond_the_scale_is_not_spared() -> None:
    assert scoring.risk(instrument(risk=RISK), answers([1, 1, 1, 9]))["value"].tolist() == [9.0]


@pytest.mark.parametrize(("operator", "rows"), [(">=", [2, 3]), (">", [3]), ("<=", [0, 1, 2]), ("<", [0, 1])])
def test_each_operator_means_what_it_says(operator: str, rows: list[int]) -> None:
    rule = [{**RISK[0], "operator": operator, "value": 2}]
    numbers = answers([0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 3], [0, 0, 0, None])
    assert scoring.risk(instrument(risk=rule), numbers)["row"].tolist() == rows


def test_a_left_out_risk_item_is_listed_even_when_the_column_is_absent() -> None:
    numbers = answers([1, 1, 1, 1], [1, 1, 1, None])
    made = instrument(risk=RISK)
    assert scoring.risk_left_out(made, numbers)["row"].tolist() == [1]
    assert scoring.risk_left_out(made, numbers.drop(columns="q4"))["row"].tolist() == [0, 1]
    assert scoring.risk(made, numbers.drop(columns="q4")).empty


def test_an_instrument_without_risk_items_has_none() -> None:
    assert scoring.risk(instrument(), answers([1, 1, 1, 1])).empty
    assert scoring.risk_left_out(instrument(), answers([1, 1, 1, 1])).empty


def worked(**changes: object) -> list[str]:
    test = {"given": {"q1": 1, "q2": 2, "q3": 3, "q4": 4}, "expect": {"total": 10}, "name": "one", **changes}
    return [f"{each.part}: {each.message}" for each in scoring.run_tests(instrument(tests=[test], risk=RISK))]


def test_a_worked_test_that_holds_says_nothing() -> None:
    assert worked(status={"total": "complete"}, band={"total": ""}, risk=["q4"]) == []


def test_a_worked_test_that_does_not_hold_says_what_came_out() -> None:
    assert worked(expect={"total": 11}) == ["expect: 'total' gave 10, not 11"]
    assert worked(expect={"total": None}) == ["expect: 'total' gave 10, not no score"]
    assert worked(status={"total": "prorated"}) == ["status: the status of 'total' is 'complete', not 'prorated'"]
    assert worked(band={"total": "high"}) == ["band: the band of 'total' is '', not 'high'"]
    assert worked(risk=[]) == ["risk: risk answers: ['q4'], not []"]
    assert worked(given={"q1": 1, "q2": "often"}) == ["given: expected 0 to 4 in whole numbers"]


class Highest(ScoringRule, frozen=True):
    """For tests: the highest answer times a factor."""

    kind = "highest"
    factor: float

    def compute(self, answers, scale):  # type: ignore[no-untyped-def]
        return answers.max(axis=1) * self.factor


def test_a_rule_gets_its_parameters_from_the_scale() -> None:
    scale = one_scale(method="plugin", rule="highest", parameters={"factor": 2})
    found = scoring.score(scale, answers([1, 2, 3, 4]), calls({"highest": Highest}))
    assert found["value"].tolist() == [8.0]


@pytest.mark.parametrize("parameters", [{}, {"factor": "two"}, {"factor": 1, "facter": 2}])
def test_wrong_parameters_are_refused_and_leave_the_scores_unscorable(parameters: dict[str, object]) -> None:
    scale = one_scale(method="plugin", rule="highest", parameters=parameters)
    with pytest.raises(PluginError, match="highest"):
        make(Highest, scale.scale("total"))
    found = scoring.score(scale, answers([1, 2, 3, 4]), calls({"highest": Highest}))
    assert found["status"].tolist() == ["unscorable"]


def test_the_bundled_rules_come_through_the_hook() -> None:
    assert set(scoring.bundled_rules()) == {"sum", "mean", "weighted", "lookup"}


def test_a_rule_without_compute_says_so() -> None:
    with pytest.raises(TypeError, match="no compute"):
        ScoringRule().compute(answers([1]), one_scale().scale("total"))
