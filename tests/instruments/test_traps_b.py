"""Mistakes that circulate about published forms: each test fails for whoever makes one (symptoms, well-being, function)."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from fit_toolkit import catalog, scoring
from fit_toolkit.model import Instrument
from fit_toolkit.model.instrument import Cutoff

SHIPPED = catalog.build([catalog.bundled()])
LOINC_SEEN_TWICE = ("gad-7", "phq-9")


def scores(id: str, answers: dict[str, float], people: pd.DataFrame | None = None) -> dict[str, float]:
    """Score one form, the items that are not given unanswered; NaN where there is no score."""
    found = scoring.score(SHIPPED.get(id), form(id, answers), people=people)
    return dict(zip(found["scale"], found["value"], strict=True))


def bands(id: str, answers: dict[str, float], people: pd.DataFrame | None = None) -> dict[str, str]:
    found = scoring.score(SHIPPED.get(id), form(id, answers), people=people)
    return dict(zip(found["scale"], found["band"], strict=True))


def form(id: str, answers: dict[str, float]) -> pd.DataFrame:
    instrument = SHIPPED.get(id)
    return pd.DataFrame(
        [{item.id: answers.get(item.id, math.nan) for item in instrument.number_items}], dtype="float64"
    )


def all_at(id: str, value: float, **others: float) -> dict[str, float]:
    return {item.id: value for item in SHIPPED.get(id).number_items} | others


def at(numbers: list[int], value: float, size: int, rest: float = 0) -> dict[str, float]:
    return {f"q{number}": value if number in numbers else rest for number in range(1, size + 1)}


def lines(id: str, scale: str = "total") -> dict[tuple[str, float], Cutoff]:
    return {(each.operator, each.value): each for each in SHIPPED.get(id).scale(scale).cutoffs}


def texts(instrument: Instrument) -> str:
    return SHIPPED.files[instrument.id].read_text()


# 3: the key of the DASS-21


def test_the_depression_items_of_the_dass_21_are_not_those_one_page_prints() -> None:
    right, printed = [3, 5, 10, 13, 16, 17, 21], [2, 4, 7, 9, 15, 19, 20]
    assert scores("dass-21", at(right, 3, 21)) == {"depression": 42, "anxiety": 0, "stress": 0}
    assert scores("dass-21", at(printed, 3, 21)) == {"depression": 0, "anxiety": 42, "stress": 0}


def test_each_sum_of_the_dass_21_is_doubled_and_there_is_no_grand_total() -> None:
    assert scores("dass-21", all_at("dass-21", 1)) == {"depression": 14, "anxiety": 14, "stress": 14}
    assert bands("dass-21", all_at("dass-21", 1)) == {
        "depression": "moderate",
        "anxiety": "moderate",
        "stress": "normal",
    }
    for id in ("dass-21", "dass-42"):
        assert "total" not in {scale.id for scale in SHIPPED.get(id).scales}
        assert SHIPPED.get(id).main_scale == "depression"


# 4: the DASS-42 has the same key for its first 21 places, and other sentences there


def test_answers_to_the_dass_21_are_no_part_of_a_dass_42() -> None:
    short, long = SHIPPED.get("dass-21"), SHIPPED.get("dass-42")
    for scale in short.scales:
        assert set(scale.items) == set(long.scale(scale.id).items) & set(short.item_ids)
    assert all(math.isnan(value) for value in scores("dass-42", all_at("dass-21", 3)).values())
    assert scores("dass-42", all_at("dass-42", 1)) == {"depression": 14, "anxiety": 14, "stress": 14}  # not doubled
    assert not {item.facet for item in short.items if item.facet} & {item.facet for item in long.items if item.facet}
    assert any("is not an answer to item n of the DASS-21" in caution for caution in long.cautions)


# 5: the anxiety items of the RCADS-25


def test_item_22_of_the_rcads_25_counts_as_anxiety() -> None:
    assert scores("rcads-25", at([22], 3, 25)) == {"total": 3, "depression": 0, "anxiety": 3}
    instrument = SHIPPED.get("rcads-25")
    depression, anxiety = (set(instrument.scale(id).items) for id in ("depression", "anxiety"))
    assert (len(depression), len(anxiety)) == (10, 15)
    assert depression | anxiety == set(instrument.item_ids)
    assert not depression & anxiety


def test_the_lines_of_t_scores_are_drawn_across_no_raw_sum() -> None:
    for id in ("rcads-25", "bsi-18", "scl-90-r"):
        assert [scale.id for scale in SHIPPED.get(id).scales if scale.cutoffs or scale.band_sets] == []


# 6: the upper end of the BRS


def test_the_high_band_of_the_brs_ends_where_the_scale_ends() -> None:
    scale = SHIPPED.get("brs").scale("total")
    assert (scale.bands[-1].label, scale.bands[-1].high) == ("high", 5) == ("high", scale.maximum)
    assert scores("brs", {"q1": 5, "q2": 1, "q3": 5, "q4": 1, "q5": 5, "q6": 1}) == {"total": 5}
    assert scores("brs", all_at("brs", 5)) == {"total": 3}  # items 2, 4 and 6 are turned


# 7: two codings and two systems of bands


def test_a_k10_coded_from_0_to_4_gives_no_total_instead_of_a_low_one() -> None:
    assert math.isnan(scores("k10", all_at("k10", 4, q1=0))["total"])
    assert scores("k10", all_at("k10", 1)) == {"total": 10}


def test_the_k10_and_the_k6_have_the_bands_their_sources_print_and_no_others() -> None:
    (ten,), (six,) = SHIPPED.get("k10").scale("total").band_sets, SHIPPED.get("k6").scale("total").band_sets
    assert (ten.source, [band.low for band in ten.bands]) == ("k10-abs", [10, 16, 22, 30])
    assert (six.source, [band.low for band in six.bands]) == ("k6", [0, 5, 13])


# 8: who drew which line, and which side of it is meant


def test_every_line_says_its_side_its_owner_whom_it_is_about_and_its_source() -> None:
    for id in SHIPPED.ids():
        for scale in SHIPPED.get(id).scales:
            for line in scale.cutoffs:
                assert line.operator in {"<", "<=", ">=", ">"}
                assert line.label
                assert line.population
                assert set(line.source.split("+")) <= set(SHIPPED.get(id).sources)


def test_above_9_and_10_or_more_are_one_line_of_the_phq_9() -> None:
    (line,) = lines("phq-9").values()
    assert (line.operator, line.value, line.verified) == (">=", 10, True)
    assert "NHS" in line.label


def test_the_two_lines_of_the_gad_7_keep_their_owners_apart() -> None:
    found = lines("gad-7")
    assert "NHS" in found[">=", 8].label
    assert found[">=", 8].verified
    assert "original" in found[">=", 10].label
    assert not found[">=", 10].verified  # recalled, not read


# 10: an abbreviation that several forms share is no name


def test_no_ambiguous_abbreviation_is_an_id() -> None:
    assert not {"bai", "rsrs", "dass", "phq", "gad", "bdi", "bsi", "promis"} & set(SHIPPED.ids())


# 11: codes of other panels


def test_loinc_codes_stand_only_where_two_files_agreed() -> None:
    holders = set()
    for id in SHIPPED.ids():
        instrument = SHIPPED.get(id)
        for codes in (instrument.codes, *(item.codes for item in instrument.items)):
            if any(name.startswith("loinc") for name in codes):
                holders.add(id)
    assert holders == set(LOINC_SEEN_TWICE)


def test_no_code_that_public_software_misuses_is_given_to_a_form() -> None:
    used = set()
    for id in SHIPPED.ids():
        instrument = SHIPPED.get(id)
        used |= {
            code for codes in (instrument.codes, *(item.codes for item in instrument.items)) for code in codes.values()
        }
    assert not {"71969-0", "71354-5", "44261-8", "71965-8", "69724-3"} & used
    assert SHIPPED.get("phq-9").codes["loinc-total"] == "44261-6"
    assert SHIPPED.get("gad-7").codes["loinc-panel"] == "69737-5"
    assert SHIPPED.get("phq-2").codes == {}


# 12: the lowest answer of the GAD-7, and the answer code of its second item


def test_the_gad_7_has_neither_words_nor_answer_codes_to_get_wrong() -> None:
    instrument = SHIPPED.get("gad-7")
    assert any("not at all" in caution for caution in instrument.cautions)
    assert "not at all sure" not in texts(instrument)
    assert "LA18938" not in texts(instrument)
    assert all(option.label == "" for item in instrument.items for option in item.options)


# 13: which sentences of the SCORE-15 are turned


def test_the_strengths_of_the_score_15_already_run_from_good_to_bad() -> None:
    strengths = [1, 3, 6, 10, 15]
    well, ill = at(strengths, 1, 15, rest=5), at(strengths, 5, 15, rest=1)
    assert (scores("score-15", well)["total"], scores("score-15", ill)["total"]) == (15, 75)
    assert SHIPPED.get("score-15").scale("strengths_adaptability").reverse == ()


# 14: values of answers, not reversal


def test_the_points_of_the_epds_are_not_turned() -> None:
    assert SHIPPED.get("epds").scale("total").reverse == ()
    for number in range(1, 11):
        assert scores("epds", at([number], 3, 10)) == {"total": 3}


def test_the_last_two_items_of_the_audit_count_0_2_or_4() -> None:
    instrument = SHIPPED.get("audit")
    for id in ("q9", "q10"):
        assert instrument.item(id).values() == (0, 2, 4)
        assert math.isnan(scores("audit", all_at("audit", 0, **{id: 1}))["total"])
        assert scores("audit", all_at("audit", 0, **{id: 2}))["total"] == 2
    assert scores("audit", all_at("audit", 0, q8=1))["total"] == 1


def test_early_completion_of_the_audit_needs_items_9_and_10() -> None:
    assert scores("audit", {"q1": 0, "q9": 0, "q10": 0})["total"] == 0
    assert scores("audit", {"q1": 2, "q2": 0, "q3": 0, "q9": 4, "q10": 0})["total"] == 6
    for lacking in (
        {"q1": 0, "q9": 0.0},
        {"q1": 0, "q10": 0.0},
        {"q9": 0, "q10": 0.0},
        {"q1": 1, "q2": 0, "q9": 0, "q10": 0.0},
    ):
        assert math.isnan(scores("audit", lacking)["total"])


# 15: tables


def test_the_promis_table_needs_every_item() -> None:
    table = SHIPPED.get("promis-depression-8a").scale("total").table
    assert [row.raw for row in table] == list(range(8, 41))
    assert all(row.se for row in table)
    assert scores("promis-depression-8a", all_at("promis-depression-8a", 5)) == {"total": 81.3, "raw": 40}
    for lacking in range(1, 9):
        left = {f"q{number}": 5.0 for number in range(1, 9) if number != lacking}
        assert math.isnan(scores("promis-depression-8a", left)["total"])


def test_the_metric_score_of_the_swemwbs_is_not_its_raw_total() -> None:
    table = SHIPPED.get("swemwbs").scale("metric").table
    assert [row.raw for row in table] == list(range(7, 36))
    assert [row.raw for row in table if row.raw == row.value] == [7, 35]
    assert scores("swemwbs", all_at("swemwbs", 3)) == {"total": 21, "metric": 19.25}
    assert math.isnan(scores("swemwbs", {f"q{number}": 3.0 for number in range(1, 7)})["metric"])


# Further ones, from the cautions of the reference


def test_work_that_does_not_apply_is_no_zero_in_the_wsas() -> None:
    without = {"q2": 4.0, "q3": 4.0, "q4": 4.0, "q5": 4.0}
    found = scoring.score(SHIPPED.get("wsas"), form("wsas", without)).set_index("scale")
    assert (found.loc["total", "value"], found.loc["total", "status"]) == (20, "prorated")  # and not 16 of 40
    assert (found.loc["without-work", "value"], found.loc["without-work", "status"]) == (16, "complete")
    assert SHIPPED.get("wsas").item("q1").ways_out == ("not-applicable",)
    assert all(math.isnan(value) for value in scores("wsas", {"q1": 4, "q3": 4, "q4": 4, "q5": 4.0}).values())


def test_the_line_of_the_who_5_belongs_to_its_percentage() -> None:
    assert lines("who-5") == {}
    assert lines("who-5", "percent")["<=", 50].verified
    assert scores("who-5", all_at("who-5", 5)) == {"total": 25, "percent": 100}


def test_a_gap_in_the_pcl_5_is_no_symptom_that_is_absent() -> None:
    least = at([1, 6, 8, 9, 15, 16], 2, 20)
    assert scores("pcl-5", least)["provisional"] == 1
    assert scores("pcl-5", least | {"q6": 1})["provisional"] == 0
    assert math.isnan(scores("pcl-5", least | {"q6": math.nan})["provisional"])
    assert scores("pcl-5", least)["total"] < 31  # the rule and the line are two things


def test_both_lines_of_the_pcl_5_are_there_and_no_bands() -> None:
    assert set(lines("pcl-5")) == {(">=", 31), (">=", 33)}
    assert [scale.id for scale in SHIPPED.get("pcl-5").scales if scale.band_sets] == []


def test_the_ghq_12_is_scored_both_ways() -> None:
    assert scores("ghq-12", all_at("ghq-12", 1)) == {"total": 12, "bimodal": 0}
    assert scores("ghq-12", all_at("ghq-12", 2)) == {"total": 24, "bimodal": 12}


def test_prosocial_is_no_difficulty_and_the_form_is_not_numbered_by_scale() -> None:
    assert scores("sdq", at([7, 11, 14, 21, 25, 1, 4, 9, 17, 20], 2, 25))["total"] == 0
    first_five = scores("sdq", at([1, 2, 3, 4, 5, 7, 11, 14, 21, 25], 2, 25))
    assert first_five["emotional"] == 2  # a key that counts items 1 to 5 as one scale gives 10


@pytest.mark.parametrize(("rater", "band"), [("observer", "high"), ("carer", ""), ("client", ""), ("", "")])
def test_the_bands_of_the_teachers_sdq_label_no_other_form(rater: str, band: str) -> None:
    eighteen = at([7, 11, 14, 21, 25, 3, 8, 13, 16, 24, 5, 12, 18, 22], 2, 25)
    people = pd.DataFrame({"rater": [rater]})
    assert scores("sdq", eighteen, people)["total"] == 18
    assert bands("sdq", eighteen, people)["total"] == band


def test_three_thirds_of_the_sdq_make_a_whole_point_and_reach_the_next_band() -> None:
    scales = [{"q3": 2, "q8": 0, "q13": 0}, {"q5": 2, "q12": 0, "q18": 0}, {"q2": 2, "q10": 0, "q15": 0}]  # 10/3 each
    rest = {"q6": 2, "q11": 2, "q14": 2, "q19": 0, "q23": 0}
    answers = {id: float(value) for each in [*scales, rest] for id, value in each.items()}
    teacher = pd.DataFrame({"rater": ["observer"]})
    assert scores("sdq", answers, teacher)["emotional"] == 3.333333
    assert scores("sdq", answers, teacher)["total"] == 12
    assert bands("sdq", answers, teacher)["total"] == "slightly raised"


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_recalled_lines_of_the_audit_c_are_keyed_by_sex_and_verified_for_nobody(sex: str) -> None:
    cutoffs = SHIPPED.get("audit-c").scale("total").cutoffs
    assert {line.who.sex for line in cutoffs if line.who} == {"female", "male"}
    assert not any(line.verified for line in cutoffs)
    people = pd.DataFrame({"sex": [sex], "age_low": [40], "age_high": [40]})
    assert bands("audit-c", all_at("audit-c", 4), people) == {"total": ""}


def test_forms_without_a_question_on_death_flag_nothing_and_say_that_they_screen_nothing() -> None:
    for id in ("phq-8", "phq-4", "phq-2"):
        assert SHIPPED.get(id).risk == ()
        assert any("no risk screen" in caution for caution in SHIPPED.get(id).cautions)


@pytest.mark.parametrize(("id", "item"), [("phq-9", "q9"), ("bdi-ii", "q9"), ("epds", "q10")])
def test_a_flagged_answer_is_read_whatever_else_is_missing(id: str, item: str) -> None:
    instrument = SHIPPED.get(id)
    assert scoring.risk(instrument, form(id, {item: 1}))["item"].tolist() == [item]
    assert scoring.risk(instrument, form(id, all_at(id, 3, **{item: 0}))).empty
    assert any((each.kind, each.scale) == ("risk", item) for each in instrument.suggests)


@pytest.mark.parametrize("id", [id for id in SHIPPED.ids() if SHIPPED.get(id).risk])
def test_every_flagged_item_has_a_policy_suggested(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert {each.item for each in instrument.risk} <= {
        each.scale for each in instrument.suggests if each.kind == "risk"
    }


@pytest.mark.parametrize(("id", "item", "trigger"), [("k10", "q4", 4), ("pcl-5", "q16", 3)])
def test_a_soft_flag_is_a_policy_to_choose_and_no_risk_of_the_form(id: str, item: str, trigger: float) -> None:
    instrument = SHIPPED.get(id)
    assert scoring.risk(instrument, form(id, all_at(id, instrument.item(item).maximum))).empty
    (found,) = [each for each in instrument.suggests if each.scale == item]
    assert (found.kind, found.parameters) == ("risk", {"trigger": trigger})


@pytest.mark.parametrize(("id", "items"), [("bsi-18", {"q17"}), ("scl-90-r", {"q15", "q59"})])
def test_an_item_that_is_only_recalled_flags_nothing_until_somebody_has_looked(id: str, items: set[str]) -> None:
    instrument = SHIPPED.get(id)
    assert instrument.risk == ()
    assert {each.scale for each in instrument.suggests} == items
    assert all("look at your form first" in each.because for each in instrument.suggests)
    assert any("until then a person has to read every form" in caution for caution in instrument.cautions)


@pytest.mark.parametrize("id", ["reqol-10", "icecap-a"])
def test_where_the_key_is_not_known_only_totals_come_in(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert instrument.totals_only
    assert instrument.items == ()


def test_the_profile_of_the_eq_5d_is_never_added_up() -> None:
    assert [scale.items for scale in SHIPPED.get("eq-5d-5l").scales] == [("q6",)]
    assert scores("eq-5d-5l", {"q1": 5, "q2": 5, "q3": 5, "q4": 5, "q5": 5, "q6": 80}) == {"vas": 80}
    assert math.isnan(scores("eq-5d-5l", all_at("eq-5d-5l", 1, q6=999))["vas"])  # what some software writes for a gap
