"""Factors, rounding, recoded answers and scales made of scales."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pandas import DataFrame

from fit_toolkit import scoring
from fit_toolkit.model import Instrument
from tests.scoring.making import answers, instrument, one_scale


def scale(id: str, items: str = "q1 q2 q3 q4", **more: Any) -> dict[str, Any]:
    return {"id": id, "items": items.split(), **more}


def results(form: Instrument, *rows: list[float | None], column: str = "value") -> dict[str, list[Any]]:
    found = scoring.score(form, answers(*rows)).astype(object)
    return {str(id): list(part[column].where(part["value"].notna(), None) if column == "value" else part[column])
            for id, part in found.groupby("scale", observed=True)}  # fmt: skip


def test_a_factor_is_part_of_the_score() -> None:
    doubled = one_scale(multiply=2, range=[0, 32])
    assert results(doubled, [1, 2, 3, 4], [0, 0, 0, 0])["total"] == [20, 0]


def test_a_mean_times_ten_is_exact_to_the_millionth_after_the_factor() -> None:
    tenfold = one_scale(method="mean", multiply=10, range=[0, 40], missing={"min_answered": 3, "prorate": True})
    found = scoring.score(tenfold, answers([1, 0, 0, None], [1, 1, 1, 2]))
    assert list(found["value_ticks"]) == [3_333_333, 12_500_000]


def test_a_factor_is_applied_to_what_a_table_and_what_a_plugin_gives() -> None:
    rows = [{"raw": raw, "value": raw + 1} for raw in range(17)]
    table = one_scale(method="lookup", table=rows, multiply=2, range=[2, 34])
    assert results(table, [1, 0, 0, 0])["total"] == [4]
    own = one_scale(method="plugin", rule="own", multiply=2, range=[0, 32])
    found = scoring.score(own, answers([1, 2, 3, 4]), {"own": lambda frame, _: frame.max(axis=1)})
    assert list(found["value"]) == [8]


@pytest.mark.parametrize(
    ("row", "value"),
    [([1, 1, 1, None], 4), ([1, 1, 2, None], 5), ([3, 4, 4, None], 15), ([1, 1, 0, None], 3), ([1, 0, 1, 1], 3)],
)
def test_a_prorated_score_is_rounded_to_a_whole_number(row: list[float | None], value: float) -> None:
    whole = one_scale(round={"to": 1}, missing={"min_answered": 3, "prorate": True})
    assert results(whole, row)["total"] == [value]


def test_halves_are_rounded_away_from_zero_on_both_sides_and_only_when_asked() -> None:
    items = [{"id": f"q{n}", "range": [-3, 3]} for n in range(1, 5)]

    def made(when: str) -> Instrument:
        part = scale("total", range=[-3, 3], method="mean", round={"to": 1, "when": when})
        return instrument(items=items, scales=[part | {"missing": {"min_answered": 2, "prorate": True}}])

    rows: list[list[float | None]] = [[1, 2, None, None], [-1, -2, None, None], [0, 0, 1, 1], [0, 0, -1, -1]]
    assert results(made("always"), *rows)["total"] == [2, -2, 1, -1]
    assert results(made("prorated"), *rows)["total"] == [2, -2, 0.5, -0.5]


def test_rounding_comes_after_the_factor() -> None:
    part = scale("total", method="mean", multiply=10, range=[0, 40], round={"to": 1, "when": "always"})
    assert results(instrument(scales=[part]), [1, 1, 1, 2])["total"] == [13]


def test_answers_count_something_else_in_one_scale_only() -> None:
    both = instrument(
        scales=[
            scale("total", range=[0, 16]),
            scale("caseness", range=[0, 4], recode=[{"values": {"0": 0, "1": 0, "2": 1, "3": 1, "4": 1}}]),
            scale("endorsed", "q1 q2", range=[0, 2], recode=[{"items": ["q1", "q2"], "at_least": 3}]),
        ]
    )
    assert results(both, [1, 2, 3, 4]) == {"total": [10], "caseness": [3], "endorsed": [0]}
    assert results(both, [3, 4, 0, 0]) == {"total": [7], "caseness": [2], "endorsed": [2]}


def test_a_recoded_item_is_turned_within_what_it_counts() -> None:
    turned = one_scale(recode=[{"at_least": 2}], reverse=["q1"], range=[0, 4])
    assert results(turned, [0, 0, 0, 0], [4, 4, 4, 4])["total"] == [1, 3]


def test_the_answers_that_count_something_else_are_still_those_that_risk_is_read_from() -> None:
    risky = instrument(
        scales=[scale("total", range=[0, 4], recode=[{"at_least": 4}])],
        risk=[{"id": "r", "item": "q1", "operator": ">=", "value": 2, "meaning": "m", "source": "s"}],
    )
    assert results(risky, [2, 0, 0, 0])["total"] == [0]
    assert list(scoring.risk(risky, answers([2, 0, 0, 0]))["item"]) == ["q1"]


def test_an_answer_of_which_the_scale_does_not_say_what_it_counts_makes_no_score() -> None:
    short = one_scale(recode=[{"values": {"0": 0, "1": 1}}], range=[0, 4], missing={"min_answered": 1, "prorate": True})
    found = scoring.score(short, answers([0, 1, 1, 2], [0, 1, 1, None], [9, 1, 1, 2]))
    assert list(found["status"]) == ["unscorable", "prorated", "unscorable"]
    assert found["reason"][0] == "the scale does not say what an answer counts"
    assert found["reason"][2] == "an answer is outside the permitted range"


PARTS = [
    {"id": "total", "scales": ["one", "two"], "range": [0, 16]},
    scale("one", "q1 q2", range=[0, 8], missing={"min_answered": 1, "prorate": True}),
    scale("two", "q3 q4", range=[0, 8], missing={"min_answered": 1, "prorate": True}, round={"to": 2}),
]


def test_a_scale_of_scales_adds_up_what_its_parts_made_each_by_its_own_rule() -> None:
    made = instrument(scales=PARTS)
    assert results(made, [1, 2, 3, 4], [1, None, 3, None], [None, None, 1, 1]) == {
        "total": [10, 8, None], "one": [3, 2, None], "two": [7, 6, 2],
    }  # fmt: skip


def test_it_is_prorated_when_a_part_is_and_unscorable_when_a_part_is_and_counts_the_answers_of_all() -> None:
    found = scoring.score(instrument(scales=PARTS), answers([1, 2, 3, 4], [1, None, 3, 4], [None, None, 1, 1]))
    total = found[found["scale"] == "total"]
    assert list(total["status"]) == ["complete", "prorated", "unscorable"]
    assert list(total["reason"]) == ["", "3 of 4 answered", "there is no score of 'one'"]
    assert list(total["n_answered"]) == [4, 3, 2]
    assert list(total["n_items"]) == [4, 4, 4]


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 2, 0], [2, 0, 1]])
def test_the_order_of_declaration_does_not_matter(order: list[int]) -> None:
    made = instrument(scales=[PARTS[place] for place in order])
    assert results(made, [1, 2, 3, 4]) == results(instrument(scales=PARTS), [1, 2, 3, 4])
    assert list(scoring.score(made, answers([1, 2, 3, 4]))["scale"]) == [PARTS[place]["id"] for place in order]


def test_scales_of_scales_of_scales_and_means_and_tables_of_them() -> None:
    rows = [{"raw": raw, "value": 50 + raw} for raw in range(17)]
    made = instrument(
        scales=[
            {"id": "t", "scales": ["total"], "method": "lookup", "table": rows, "range": [50, 66]},
            {"id": "middle", "scales": ["one", "two"], "method": "mean", "multiply": 10, "range": [0, 80]},
            *PARTS,
        ]
    )
    assert results(made, [1, 2, 3, 3])["t"] == [59]
    assert results(made, [1, 2, 3, 3])["middle"] == [45]


def test_all_conditions_have_to_hold_and_nothing_is_said_where_a_part_has_no_score() -> None:
    conditions = [{"scale": "one", "operator": ">=", "value": 2}, {"scale": "two", "operator": "<", "value": 4}]
    made = instrument(scales=[*PARTS, {"id": "rule", "method": "all-of", "range": [0, 1], "conditions": conditions}])
    assert results(made, [1, 1, 1, 1], [0, 1, 1, 1], [1, 1, 2, 2], [None, None, 4, 4])["rule"] == [1, 0, 0, None]


def test_a_scale_of_scales_whose_rule_is_not_there_says_so() -> None:
    found = scoring.score(instrument(scales=PARTS), answers([1, 2, 3, 4]), {})
    assert set(found["status"]) == {"unscorable"}


def test_what_came_in_stays_as_it_was() -> None:
    coded = one_scale(recode=[{"at_least": 2}], reverse=["q1"], multiply=3, range=[0, 12])
    given = answers([1, 2, 3, 4], [0, None, 1, 1])
    before = given.copy(deep=True)
    scoring.score(coded, given)
    np.testing.assert_array_equal(given.to_numpy(), before.to_numpy())


def test_what_does_not_apply_is_no_answer_and_not_left_out() -> None:
    work = instrument(
        items=[{"id": "q1", "range": [0, 8], "ways_out": ["not-applicable"]}, *({"id": f"q{n}", "range": [0, 8]} for n in (2, 3, 4, 5))],
        scales=[scale("total", "q1 q2 q3 q4 q5", range=[0, 40], missing={"min_answered": 4, "prorate": True, "may_miss": ["q1"]})],
        risk=[{"id": "r", "item": "q1", "operator": ">=", "value": 8, "meaning": "m", "source": "s"}],
    )  # fmt: skip
    raw = DataFrame(
        [["Not applicable", "2", "2", "2", "2"], ["", "2", "2", "2", "2"], ["4", "not applicable", "2", "2", "2"]]
    )
    raw.columns = [f"q{n}" for n in range(1, 6)]
    numbers, problems = scoring.read_numbers(work, raw)
    assert list(scoring.score(work, numbers)["value"])[:2] == [10, 10]
    assert [(row["row"], row["item"]) for row in problems.to_dict("records")] == [(2, "q2")]  # it does not offer that
    assert scoring.risk_left_out(work, numbers, raw).to_dict("records") == [{"row": 1, "item": "q1"}]
    assert scoring.left_out_of(work, {"q1": "not-applicable"}, {"q1": None}) == []
    assert scoring.left_out_of(work, {}, {}) == ["q1"]


def test_the_items_of_a_scale_of_scales_are_those_of_its_parts() -> None:
    conditions = [{"scale": "total", "operator": ">=", "value": 2}]
    made = instrument(scales=[*PARTS, {"id": "rule", "method": "all-of", "range": [0, 1], "conditions": conditions}])
    assert made.items_of("one") == ("q1", "q2")
    assert made.items_of("rule") == ("q1", "q2", "q3", "q4")
