from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame, Series

from fit_toolkit import scoring
from fit_toolkit.errors import DataError
from fit_toolkit.model import Instrument, Scale
from tests.scoring.making import answers, instrument, one_scale


def first(found: DataFrame, scale: str = "total") -> dict[str, object]:
    return {str(key): value for key, value in found[found["scale"] == scale].iloc[0].items()}


def test_a_sum_adds_up() -> None:
    score = first(scoring.score(instrument(), answers([1, 2, 3, 4])))
    assert (score["value"], score["value_ticks"], score["status"], score["reason"]) == (
        10.0,
        10_000_000,
        "complete",
        "",
    )


def test_an_item_is_turned_within_its_own_range() -> None:
    mixed = instrument(
        items=[{"id": "q1", "range": [0, 4]}, {"id": "q2", "range": [1, 7]}],
        scales=[{"id": "total", "items": ["q1", "q2"], "reverse": ["q2"], "range": [1, 11]}],
    )
    assert first(scoring.score(mixed, answers([4, 1])))["value"] == 11.0
    assert first(scoring.score(mixed, answers([0, 7])))["value"] == 1.0


def test_an_item_may_be_turned_in_one_scale_and_not_in_another() -> None:
    both = instrument(
        scales=[
            {"id": "total", "items": ["q1", "q2"], "reverse": ["q2"], "range": [0, 8]},
            {"id": "other", "items": ["q2", "q3", "q4"], "range": [0, 12]},
        ]
    )
    found = scoring.score(both, answers([1, 1, 1, 1]))
    assert first(found, "total")["value"] == 4.0
    assert first(found, "other")["value"] == 3.0


def test_a_mean_is_rounded_to_the_nearest_millionth_and_halves_go_up() -> None:
    mean = one_scale(method="mean", range=[0, 4], missing={"min_answered": 3, "prorate": True})
    assert first(scoring.score(mean, answers([1, 0, 1, None])))["value_ticks"] == 666_667
    assert first(scoring.score(mean, answers([0, 0, 1, 1])))["value"] == 0.5


@pytest.mark.parametrize(("marks", "total"), [([9.0, 9.0, 9.0, 8.9], 35.9), ([0.1, 0.2, 0.3, 0.1], 0.7)])
def test_tenths_add_up_without_float_noise(marks: list[float | None], total: float) -> None:
    lines = instrument(
        items=[{"id": f"q{n}", "range": [0, 10], "step": 0.1} for n in range(1, 5)],
        scales=[{"id": "total", "items": ["q1", "q2", "q3", "q4"], "range": [0, 40]}],
    )
    score = first(scoring.score(lines, answers(marks)))
    assert score["value"] == total
    assert score["value_ticks"] == round(total * 1_000_000)


def test_a_value_just_below_a_line_is_not_rounded_up_to_it() -> None:
    totals = instrument(totals_only=True, items=[], scales=[{"id": "total", "range": [0, 40]}])
    assert first(scoring.entered(totals, DataFrame({"total": [35.95]})))["value_ticks"] == 35_950_000


def test_without_a_rule_for_gaps_every_item_is_needed() -> None:
    score = first(scoring.score(instrument(), answers([1, 2, 3, None])))
    assert math.isnan(float(str(score["value"])))
    assert (score["status"], score["reason"], score["n_answered"]) == ("unscorable", "3 answered, 4 needed", 3)
    assert pd.isna(score["value_ticks"])  # type: ignore[call-overload]


def test_a_prorated_sum_is_scaled_to_all_items_and_says_so() -> None:
    rule = one_scale(missing={"min_answered": 3, "prorate": True})
    score = first(scoring.score(rule, answers([1, 2, 3, None])))
    assert (score["value"], score["status"], score["reason"]) == (8.0, "prorated", "3 of 4 answered")
    assert first(scoring.score(rule, answers([1, 2, None, None])))["status"] == "unscorable"


def test_only_the_items_that_may_be_missing_may_be_missing() -> None:
    rule = one_scale(missing={"min_answered": 3, "prorate": True, "may_miss": ["q1"]})
    assert first(scoring.score(rule, answers([None, 2, 2, 2])))["value"] == 8.0
    assert first(scoring.score(rule, answers([2, None, 2, 2])))["status"] == "unscorable"


def test_an_item_that_was_not_asked_is_no_gap_in_a_mean() -> None:
    asked = instrument(
        items=[
            {"id": "q1", "range": [0, 4]},
            {"id": "q2", "range": [0, 4]},
            {"id": "q3", "range": [0, 4], "asked": {"sessions": [1, 3], "every": 6}},
        ],
        scales=[
            {
                "id": "total",
                "items": ["q1", "q2", "q3"],
                "method": "mean",
                "range": [0, 4],
                "missing": {"min_answered": 2, "prorate": True},
            }
        ],
    )
    without = first(scoring.score(asked, answers([1, 2, None])))
    assert (without["value"], without["status"], without["n_items"]) == (1.5, "complete", 2)
    gap = first(scoring.score(asked, answers([1, None, 2])))
    assert (gap["value"], gap["status"], gap["n_items"]) == (1.5, "prorated", 3)


@pytest.mark.parametrize("bad", [5, -1, 2.5, math.inf, -math.inf, 1e300])
def test_nothing_is_computed_from_an_answer_out_of_range(bad: float) -> None:
    found = scoring.score(
        one_scale(missing={"min_answered": 2, "prorate": True}), answers([1, 2, 3, bad], [1, 1, 1, 1])
    )
    assert found["status"].tolist() == ["unscorable", "complete"]
    assert found["reason"].tolist() == ["an answer is outside the permitted range", ""]
    assert found["value_ticks"].isna().tolist() == [True, False]


def test_uneven_options_permit_only_their_own_values() -> None:
    uneven = instrument(
        items=[{"id": "q1", "options": [{"value": 0}, {"value": 2}, {"value": 4}, {"value": 5}]}],
        scales=[{"id": "total", "items": ["q1"], "range": [0, 5]}],
    )
    found = scoring.score(uneven, answers([5], [3], [2]))
    assert found["status"].tolist() == ["complete", "unscorable", "complete"]


def test_weights_and_a_table() -> None:
    weighted = one_scale(method="weighted", weights={"q1": 2, "q2": 2, "q3": 2, "q4": 2}, range=[0, 32])
    assert first(scoring.score(weighted, answers([1, 2, 3, 4])))["value"] == 20.0
    table = [{"raw": raw, "value": round(30 + 2.7 * raw, 1)} for raw in range(17)]
    lookup = one_scale(method="lookup", table=table, range=[30, 73.2])
    assert first(scoring.score(lookup, answers([1, 2, 0, 0])))["value"] == 38.1
    assert first(scoring.score(lookup, answers([1, 2, 0, None])))["status"] == "unscorable"


def test_early_completion_counts_what_was_left_out() -> None:
    skip = {"when": ["q1"], "equals": 0, "items": ["q2", "q3"], "count_as": 0, "source": "test"}
    early = instrument(skips=[skip])
    found = scoring.score(early, answers([0, None, None, 3], [1, None, None, 3], [None, None, None, 3]))
    assert found["value"].iloc[0] == 3.0
    assert found["status"].tolist() == ["complete", "unscorable", "unscorable"]


def test_bands_label_and_a_value_between_two_bands_belongs_to_the_lower() -> None:
    bands = [{"low": 0, "high": 7, "label": "low"}, {"low": 8, "high": 16, "label": "high"}]
    scale = one_scale(
        missing={"min_answered": 3, "prorate": True},
        band_sets=[{"id": "main", "source": "test", "verified": True, "bands": bands}],
    )
    found = scoring.score(
        scale,
        answers(
            [4, 4, 0, 0], [4, 3, 0, 0], [2, 2, 1.0, None], [None, None, None, None], [3, 3, 0, None], [1, 2, 3, None]
        ),
    )
    assert found["band"].tolist() == ["high", "low", "low", "", "high", "high"]
    assert found["value"].iloc[2] == pytest.approx(6.666667)


def test_a_value_of_seven_and_a_half_has_not_reached_eight() -> None:
    bands = [{"low": 0, "high": 7, "label": "low"}, {"low": 8, "high": 16, "label": "high"}]
    scale = one_scale(band_sets=[{"id": "main", "source": "test", "verified": True, "bands": bands}]).scale("total")
    assert [scale.band(value) for value in (7.0, 7.999999, 8.0)] == ["low", "low", "high"]


def test_an_unverified_band_set_labels_nothing() -> None:
    bands = [{"low": 0, "high": 16, "label": "all"}]
    scale = one_scale(band_sets=[{"id": "main", "source": "test", "bands": bands}])
    assert first(scoring.score(scale, answers([1, 1, 1, 1])))["band"] == ""


def test_totals_come_in_as_entered_and_only_within_their_range() -> None:
    totals = instrument(totals_only=True, items=[], scales=[{"id": "total", "range": [0, 63]}])
    found = scoring.entered(totals, DataFrame({"total": [0, 63, 64, -1, np.nan]}))
    assert found["status"].tolist() == ["entered", "entered", "unscorable", "unscorable", "unscorable"]
    assert found["value"].fillna(-9).tolist() == [0, 63, -9, -9, -9]
    assert set(found["reason"].iloc[2:]) == {"the score is outside the range of the scale", "no score was given"}


def test_totals_have_no_items_to_score() -> None:
    totals = instrument(totals_only=True, items=[], scales=[{"id": "total", "range": [0, 63]}])
    with pytest.raises(DataError, match="no items"):
        scoring.score(totals, DataFrame())


def test_a_total_of_an_unknown_scale_is_refused() -> None:
    with pytest.raises(DataError, match="no scale 'sum'"):
        scoring.entered(instrument(), DataFrame({"sum": [1.0]}))


def test_a_column_that_is_no_item_is_refused() -> None:
    with pytest.raises(DataError, match="no item 'q9'"):
        scoring.score(instrument(), answers([1, 2, 3, 4]).assign(q9=1.0))


def test_an_absent_column_is_unanswered_and_the_order_of_columns_does_not_matter() -> None:
    shuffled = answers([1, 2, 3, 4])[["q3", "q1", "q4", "q2"]]
    turned = one_scale(reverse=["q1"])
    assert first(scoring.score(turned, shuffled))["value"] == 12.0
    assert first(scoring.score(turned, shuffled.drop(columns="q2")))["status"] == "unscorable"


def test_an_empty_table_gives_an_empty_table() -> None:
    found = scoring.score(instrument(), answers([1, 2, 3, 4]).iloc[:0])
    assert list(found.columns) == [
        "row", "scale", "value", "value_ticks", "status", "reason", "n_answered", "n_items", "band",
    ]  # fmt: skip
    assert len(found) == 0


def test_the_answers_handed_in_stay_as_they_are() -> None:
    given = answers([1, 2, 3, 4], [1, 2, 3, None])
    before = given.copy(deep=True)
    scoring.score(one_scale(reverse=["q2"]), given)
    pd.testing.assert_frame_equal(given, before)


def plugin_scale(**changes: object) -> Instrument:
    return one_scale(method="plugin", rule="own", **changes)


def twice(frame: DataFrame, scale: Scale) -> Series[float]:
    highest: Series[float] = frame.max(axis=1) * float(scale.parameters.get("factor", 1))
    return highest


def test_a_rule_of_a_plugin_sees_only_rows_that_can_be_scored() -> None:
    seen: list[DataFrame] = []

    def own(frame: DataFrame, scale: Scale) -> Series[float]:
        seen.append(frame)
        return twice(frame, scale)

    found = scoring.score(plugin_scale(parameters={"factor": 2}), answers([1, 2, 3, 4], [1, None, 1, 1]), {"own": own})
    assert found["value"].iloc[0] == 8.0
    assert found["status"].tolist() == ["complete", "unscorable"]
    assert len(seen[0]) == 1


def test_a_rule_that_writes_into_its_frame_changes_nobody_elses() -> None:
    def own(frame: DataFrame, scale: Scale) -> Series[float]:
        frame.loc[:, "q1"] = 4.0
        return frame.sum(axis=1)

    given = answers([0, 0, 0, 0])
    scoring.score(plugin_scale(), given, {"own": own})
    assert given["q1"].tolist() == [0.0]


def raises(frame: DataFrame, scale: Scale) -> Series[float]:
    raise RuntimeError("no")


def leaves(frame: DataFrame, scale: Scale) -> Series[float]:
    raise SystemExit(0)


def a_list(frame: DataFrame, scale: Scale) -> Series[float]:
    return [1.0] * len(frame)  # type: ignore[return-value]


def too_short(frame: DataFrame, scale: Scale) -> Series[float]:
    return frame.sum(axis=1).iloc[:-1]


def words(frame: DataFrame, scale: Scale) -> Series[float]:
    return Series(["many"] * len(frame), index=frame.index)  # type: ignore[return-value]


@pytest.mark.parametrize("rule", [raises, leaves, a_list, too_short, words])
def test_a_rule_that_fails_leaves_every_row_unscorable_and_named(rule: object) -> None:
    found = scoring.score(plugin_scale(), answers([1, 2, 3, 4], [1, None, 1, 1]), {"own": rule})  # type: ignore[dict-item]
    assert found["status"].tolist() == ["unscorable", "unscorable"]
    assert found["reason"].tolist() == ["the scoring rule 'own' failed", "3 answered, 4 needed"]


def test_a_value_outside_the_range_of_the_scale_is_not_taken() -> None:
    found = scoring.score(plugin_scale(parameters={"factor": 9}), answers([4, 4, 4, 4], [1, 0, 0, 0]), {"own": twice})
    assert found["status"].tolist() == ["unscorable", "complete"]
    assert "outside the range" in found["reason"].iloc[0]


def test_a_rule_may_give_no_score() -> None:
    def own(frame: DataFrame, scale: Scale) -> Series[float]:
        return frame.sum(axis=1).where(frame["q1"] > 0)

    found = scoring.score(plugin_scale(), answers([0, 4, 4, 4], [1, 0, 0, 0]), {"own": own})
    assert found["status"].tolist() == ["unscorable", "complete"]
    assert found["reason"].iloc[0] == "the scoring rule gives no score for these answers"


def test_rows_are_joined_by_their_index_not_by_position() -> None:
    def own(frame: DataFrame, scale: Scale) -> Series[float]:
        return frame.sum(axis=1).iloc[::-1]

    found = scoring.score(plugin_scale(), answers([1, 0, 0, 0], [2, 0, 0, 0]), {"own": own})
    assert found["value"].tolist() == [1.0, 2.0]


def test_an_unknown_rule_is_named() -> None:
    found = scoring.score(plugin_scale(), answers([1, 2, 3, 4]), {})
    assert found["reason"].tolist() == ["the scoring rule 'own' is not available"]


def test_one_scale_that_fails_leaves_the_others_alone() -> None:
    two = instrument(
        scales=[
            {"id": "total", "items": ["q1", "q2"], "range": [0, 8]},
            {"id": "extra", "items": ["q3", "q4"], "method": "plugin", "rule": "own", "range": [0, 8]},
        ]
    )
    rules = {**scoring.bundled_rules(), "own": raises}
    found = scoring.score(two, answers([1, 2, 3, 4]), rules)
    assert found["status"].tolist() == ["complete", "unscorable"]
