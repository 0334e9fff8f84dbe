"""Mistakes that are made with measures of the relationship and of outcome: each test fails for whoever makes one."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from fit_toolkit import catalog, scoring
from fit_toolkit.model import Instrument
from fit_toolkit.model.instrument import Item, Option, Scale
from tests.scoring.making import instrument as make

SHIPPED = catalog.build([catalog.bundled()])
SCORED = (
    "arm-5", "care", "core-10", "core-om", "cors", "csrs", "gsrs", "haq-ii", "lass", "oq-45-2", "ors", "psychlops", "sai",
    "srs-3", "wai-s-client", "wai-sr-client", "yp-core",
)  # fmt: skip
READY_MADE = (
    "arm-12", "blri-mini", "br-wai", "c-seq", "calpas-p", "oq-30-2", "rri-c-sf", "seq-5", "star-c", "star-p", "vtas-r-sf",
    "wai-sr-therapist",
)  # fmt: skip
PART_A = SCORED + READY_MADE


def scored(id: str | Instrument, answers: dict[str, Any]) -> dict[str, Any]:
    """Score one form: scale to value, None where there is no score."""
    instrument = SHIPPED.get(id) if isinstance(id, str) else id
    numbers, _ = scoring.read_numbers(instrument, pd.DataFrame([answers]))
    found = scoring.score(instrument, numbers)
    return {row["scale"]: None if pd.isna(row["value"]) else row["value"] for row in found.to_dict("records")}


def status(id: str, answers: dict[str, Any]) -> str:
    numbers, _ = scoring.read_numbers(SHIPPED.get(id), pd.DataFrame([answers]))
    found = scoring.score(SHIPPED.get(id), numbers)
    return str(found.loc[found["scale"] == SHIPPED.get(id).main_scale, "status"].iloc[0])


def form(*values: float | None, items: int = 0) -> dict[str, Any]:
    """Answers to q1, q2, ... in their order; one value and `items` for the same answer everywhere."""
    values = values * items if items else values
    return {f"q{number}": value for number, value in enumerate(values, start=1)}


# The numbers of items, and which of them are turned


def test_core_10_turns_items_2_and_3_and_not_the_core_oms_3_and_4() -> None:
    answers = form(1, 4, 0, 0, 0, 0, 0, 0, 0, 0)
    as_on_the_page_that_says_3_and_4 = 1 + 4 + 4 + 4

    assert scored("core-10", answers)["total"] == 1 + 0 + 4
    assert scored("core-10", answers)["total"] != as_on_the_page_that_says_3_and_4
    assert SHIPPED.get("core-10").scale("total").reverse == ("q2", "q3")


def test_core_om_turns_item_32_and_not_30() -> None:
    only_30 = {**form(0, items=34), **{f"q{n}": 4 for n in (3, 4, 7, 12, 19, 21, 31, 32)}, "q30": 4}

    assert scored("core-om", only_30) == pytest.approx(
        {"total": 40 / 34, "wellbeing": 0, "problems": 40 / 12, "functioning": 0, "risk": 0}, abs=5e-7
    )


def test_core_om_scores_are_means_times_ten_and_neither_means_nor_sums() -> None:
    assert [SHIPPED.get("core-om").scale(id).range for id in ("total", "risk")] == [(0, 40), (0, 40)]
    assert scored("core-om", {f"q{n}": 3 if n in (3, 4, 7, 12, 19, 21, 31, 32) else 1 for n in range(1, 35)}) == {
        "total": 10, "wellbeing": 10, "problems": 10, "functioning": 10, "risk": 10,
    }  # fmt: skip


def test_the_two_short_forms_of_the_wai_never_share_a_key() -> None:
    parts = {id: {part: SHIPPED.get(id).scale(part).items for part in ("task", "bond", "goal")} for id in WAI}
    answers = form(1, 1, 1, 1, 1, 1, 1, 5, 1, 5, 1, 1)

    assert parts["wai-sr-client"]["bond"] == parts["wai-s-client"]["bond"] == ("q3", "q5", "q7", "q9")
    assert parts["wai-sr-client"]["task"] == ("q1", "q2", "q10", "q12")
    assert parts["wai-s-client"]["task"] == ("q1", "q2", "q8", "q12")
    assert parts["wai-sr-client"]["goal"] == ("q4", "q6", "q8", "q11")
    assert parts["wai-s-client"]["goal"] == ("q4", "q6", "q10", "q11")
    assert SHIPPED.get("wai-sr-client").scale("total").reverse == ()
    assert SHIPPED.get("wai-s-client").scale("total").reverse == ("q4", "q10")
    assert scored("wai-sr-client", answers) == {"total": 20, "task": 8, "bond": 4, "goal": 8}
    assert scored("wai-s-client", answers) == {"total": 10 + 5 + 7 + 3 - 1, "task": 8, "bond": 4, "goal": 7 + 1 + 3 + 1}


WAI = ("wai-sr-client", "wai-s-client")


def test_the_therapists_wai_borrows_no_key_from_the_clients() -> None:
    therapist = SHIPPED.get("wai-sr-therapist")
    assert therapist.totals_only
    assert [scale.id for scale in therapist.scales] == ["total"]
    assert therapist.counterpart == ""


def test_the_third_item_of_the_arm_5_runs_the_other_way() -> None:
    assert scored("arm-5", form(7, 7, 1, 7, 7))["total"] == 7
    assert scored("arm-5", form(7, items=5))["total"] == pytest.approx(float(Fraction(29, 5)))


def test_the_oq_45_turns_nine_items_of_answers_that_all_run_from_never_to_almost_always() -> None:
    assert scored("oq-45-2", form(0, items=45))["total"] == 9 * 4
    assert scored("oq-45-2", form(4, items=45))["total"] == 36 * 4


# Lines and bands


def test_core_10_keeps_both_sets_of_bands_apart_and_only_the_sourced_one_labels() -> None:
    total = SHIPPED.get("core-10").scale("total")
    first, second = total.band_sets

    assert (first.source, first.verified) == ("core10-socas", True)
    assert (second.source, second.verified) == ("core10-help", False)
    assert [band.high for band in first.bands] == [10, 14, 19, 24, 40]
    assert [band.high for band in second.bands] == [5, 10, 15, 20, 25, 40]
    assert [total.band(value) for value in (15, 20, 25)] == ["moderate", "moderate to severe", "severe"]


SIDES = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def test_somebody_exactly_on_the_line_of_the_ors_is_not_below_it() -> None:
    (line,) = (each for each in SHIPPED.get("ors").scale("total").cutoffs if each.verified)
    beyond = SIDES[line.operator]

    assert (line.value, line.operator, line.source) == (25, "<", "openfit-ors+hiboop-ors")
    assert beyond(scored("ors", form(6.2, 6.3, 6.1, 6.3))["total"], line.value)
    assert not beyond(scored("ors", form(6.2, 6.3, 6.2, 6.3))["total"], line.value)


def test_the_line_of_the_ors_is_for_adults_and_for_nobody_whose_age_is_unknown() -> None:
    (line,) = (each for each in SHIPPED.get("ors").scale("total").cutoffs if each.verified)
    assert line.who is not None
    assert [line.who.applies(age=age) for age in [(17, 18), (18, 19), (40, 41), None]] == [False, True, True, False]


def test_the_line_of_the_cors_is_for_the_childs_own_marks() -> None:
    lines = {each.who.rater: each for each in SHIPPED.get("cors").scale("total").cutoffs if each.who}
    assert (lines["client"].value, lines["client"].verified) == (32, True)
    assert not lines["carer"].verified


def test_every_line_says_its_side_its_source_and_whom_it_is_about() -> None:
    for id in PART_A:
        instrument = SHIPPED.get(id)
        for scale in instrument.scales:
            for line in scale.cutoffs:
                assert line.operator in SIDES
                assert set(line.source.split("+")) <= set(instrument.sources)
                assert line.population


def test_the_bands_a_vendor_prints_for_the_wai_are_no_norms() -> None:
    for id in (*WAI, "wai-sr-therapist", "br-wai", "sai"):
        for scale in SHIPPED.get(id).scales:
            assert (scale.cutoffs, scale.band_sets, scale.sds, scale.reliable_change) == ((),) * 4


def test_psychlops_draws_no_line_and_compares_nobody() -> None:
    psychlops = SHIPPED.get("psychlops")
    for scale in psychlops.scales:
        assert (scale.cutoffs, scale.band_sets, scale.sds, scale.reliable_change) == ((),) * 4
        assert psychlops.watchable(scale.id).cutoffs == ()
        assert psychlops.watchable(scale.id).bands == ()
    assert "comparing people" in psychlops.not_for
    assert all(each.kind != "cutoff" for each in psychlops.suggests)


# Verified figures of part A, exactly: what the reference read in a source, of instruments that it knows well (level A).
VERIFIED = {
    ("core-10", "total", "cutoffs", 11, "core10-socas+core10-novo"), ("core-10", "total", "cutoffs", 13, "core10-novo"),
    ("core-10", "total", "band_sets", "severity", "core10-socas"), ("core-10", "total", "reliability", 0.9, "core10-novo"),
    ("core-10", "total", "sds", 4.8, "core10-novo"), ("core-10", "total", "sds", 7.7, "core10-novo"),
    ("core-10", "total", "reliable_change", 6, "core10-bloom"),
    ("core-om", "total", "cutoffs", 10, "coreom-bjp"),
    ("ors", "total", "cutoffs", 25, "openfit-ors+hiboop-ors"), ("ors", "total", "reliable_change", 5, "hiboop-ors"),
    ("cors", "total", "cutoffs", 32, "openfit-ors"), ("srs-3", "total", "cutoffs", 36, "openfit-srs"),
    ("oq-45-2", "total", "reliable_change", 14, "oq-faq"),
    ("rri-c-sf", "total", "reliability", 0.91, "rri-sf"), ("rri-c-sf", "genuineness", "reliability", 0.86, "rri-sf"),
    ("rri-c-sf", "realism", "reliability", 0.87, "rri-sf"),
    ("star-p", "total", "reliability", 0.76, "star"), ("star-c", "total", "reliability", 0.68, "star"),
}  # fmt: skip


def test_no_figure_labels_anything_but_those_the_reference_read() -> None:
    found = set()
    for id in PART_A:
        for scale in SHIPPED.get(id).scales:
            for kind in ("cutoffs", "band_sets", "reliability", "sds", "reliable_change"):
                for figure in getattr(scale, kind):
                    number = getattr(figure, {"band_sets": "id", "reliable_change": "points"}.get(kind, "value"))
                    if figure.verified:
                        found.add((id, scale.id, kind, number, figure.source))
    assert found == VERIFIED


# Answers


@pytest.mark.parametrize(
    ("id", "lines"), [("srs-3", 4), ("csrs", 4), ("gsrs", 4), ("ors", 4), ("cors", 4), ("lass", 3)]
)
def test_marks_on_a_line_are_tenths_of_ten_and_no_seven_answers(id: str, lines: int) -> None:
    instrument = SHIPPED.get(id)
    assert len(instrument.items) == lines
    for item in instrument.items:
        assert (item.range, item.step, item.options) == ((0, 10), 0.1, ())
        assert item.accepts(7.3)
        assert not item.accepts(7.35)
        assert not item.accepts(10.1)
    assert instrument.scale("total").range == (0, 10 * lines)


def test_marks_add_up_in_tenths_and_not_in_what_a_computer_makes_of_tenths() -> None:
    assert 9.9 + 9.9 + 6.3 + 9.8 != 35.9
    assert scored("srs-3", form(9.9, 9.9, 6.3, 9.8))["total"] == 35.9


def test_answers_without_a_zero_are_a_list_and_zero_is_none_of_them() -> None:
    bipolar = tuple(Option(value=value, code=f"{value:+d}") for value in (-3, -2, -1, 1, 2, 3))
    items = tuple(Item(id=f"q{number}", options=bipolar) for number in (1, 2, 3))
    scale = Scale(id="total", items=("q1", "q2", "q3"), reverse=("q3",), range=(-9, 9))
    relationship = make(items=items, scales=(scale,), risk=())

    assert scored(relationship, form(3, -1, -2))["total"] == 3 - 1 + 2
    assert scored(relationship, {"q1": "+3", "q2": "-1", "q3": "-2"})["total"] == 4
    assert scored(relationship, form(3, 0, -2))["total"] is None
    assert items[0].values() == (-3, -2, -1, 1, 2, 3)
    assert SHIPPED.get("blri-mini").totals_only


def test_what_does_not_apply_is_no_low_rating_of_empathy() -> None:
    two = {**form(5, items=10), "q1": "not-applicable", "q2": None}
    assert (scored("care", two)["total"], status("care", two)) == (50, "prorated")
    assert scored("care", {**two, "q3": "not-applicable"})["total"] is None


# Gaps


@pytest.mark.parametrize(("id", "items", "may_miss"), [("core-10", 10, 1), ("yp-core", 10, 1), ("core-om", 34, 3)])
def test_a_core_form_is_not_prorated_however_few_answers_there_are(id: str, items: int, may_miss: int) -> None:
    for missing in range(may_miss + 2):
        answers = {**form(2, items=items), **{f"q{items - n}": None for n in range(missing)}}
        expected = "unscorable" if missing > may_miss else "prorated" if missing else "complete"
        assert status(id, answers) == expected


@pytest.mark.parametrize("id", [id for id in SCORED if id not in ("care", "core-10", "core-om", "yp-core")])
def test_where_no_rule_for_gaps_was_read_every_answer_is_needed(id: str) -> None:
    assert all(scale.missing is None for scale in SHIPPED.get(id).scales)


# Names, keys that are not known, risk


def test_no_letters_that_mean_two_things_are_an_id_without_the_whole_name() -> None:
    assert not {"bai", "rsrs"} & set(SHIPPED.ids())
    for id, letters in {"sai": "SAI", "c-seq": "C-SEQ", "br-wai": "BAI"}.items():
        instrument = SHIPPED.get(id)
        assert len(instrument.title.split()) >= 3
        assert any(letters in caution for caution in instrument.cautions)


@pytest.mark.parametrize("id", READY_MADE)
def test_a_form_whose_key_is_not_known_takes_scores_ready_made_and_says_why(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert instrument.totals_only
    assert not instrument.items
    assert instrument.cautions


@pytest.mark.parametrize("id", SCORED)
def test_a_form_whose_key_is_known_is_scored_from_its_answers(id: str) -> None:
    assert not SHIPPED.get(id).totals_only


def test_the_negative_part_of_the_star_is_not_taken_without_knowing_which_way_it_runs() -> None:
    for id in ("star-p", "star-c"):
        assert [scale.id for scale in SHIPPED.get(id).scales] == [
            "total",
            "positive_collaboration",
            "positive_clinician_input",
        ]


def test_a_session_is_not_given_a_grand_total() -> None:
    for id in ("seq-5", "c-seq"):
        assert "total" not in {scale.id for scale in SHIPPED.get(id).scales}


RISK = {
    "core-10": {"q6"}, "core-om": {"q6", "q9", "q16", "q22", "q24", "q34"}, "oq-45-2": {"q8", "q11", "q26", "q32", "q44"},
}  # fmt: skip


@pytest.mark.parametrize("id", SCORED)
def test_every_risk_item_has_a_policy_suggested_for_it(id: str) -> None:
    instrument = SHIPPED.get(id)
    suggested = {each.scale for each in instrument.suggests if each.kind == "risk"}
    assert {risk.item for risk in instrument.risk} == RISK.get(id, set())
    assert suggested >= RISK.get(id, set())


def test_the_item_that_yp_core_is_only_recalled_to_ask_about_self_harm_flags_nothing_by_itself() -> None:
    instrument = SHIPPED.get("yp-core")
    (suggestion,) = instrument.suggests
    assert instrument.risk == ()
    assert (suggestion.kind, suggestion.scale, suggestion.parameters) == ("risk", "q4", {"trigger": 1})
    assert "recalled" in suggestion.because


@pytest.mark.parametrize("id", PART_A)
def test_what_is_suggested_watches_something_and_names_its_source_or_says_it_has_none(id: str) -> None:
    instrument = SHIPPED.get(id)
    for each in instrument.suggests:
        instrument.watchable(each.scale or instrument.main_scale)
        if each.kind == "cutoff":
            lines = {line.label for line in instrument.scale(each.scale).cutoffs if line.verified}
            assert each.parameters["line"] in lines
        if each.kind == "fall-from-best":
            changes = {change.points for change in instrument.scale(each.scale).reliable_change if change.verified}
            assert each.parameters["points"] in changes


@pytest.mark.parametrize("id", ["core-10", "ors", "srs-3", "wai-sr-client"])
def test_the_first_ones_are_complete(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert len(instrument.tests) >= 6
    assert instrument.suggests
    assert instrument.citation
    assert instrument.cautions
    assert instrument.licence.source in instrument.sources


LICENSED = ("cors", "csrs", "gsrs", "lass", "oq-30-2", "oq-45-2", "ors", "srs-3", "wai-s-client", "wai-sr-client")


@pytest.mark.parametrize("id", LICENSED)
def test_a_form_that_needs_a_licence_for_screens_says_so(id: str) -> None:
    assert SHIPPED.get(id).licence.electronic_use == "licence-required"
