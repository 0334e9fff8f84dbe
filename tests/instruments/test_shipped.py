"""The definitions that come with the toolkit."""

from __future__ import annotations

import re

import pytest

from fit_toolkit import catalog, scoring
from fit_toolkit.model import Instrument

SHIPPED = catalog.build([catalog.bundled()])
OWN = ("arriving-today", "today-together-client", "today-together-therapist")
OTHERS = ("core-10", "gad-7", "ors", "phq-9", "srs-3")
PUBLISHED_BY_OTHERS = tuple(id for id in SHIPPED.ids() if id not in OWN)


def test_our_own_and_the_published_ones_are_there() -> None:
    assert set(OWN + OTHERS) <= set(SHIPPED.ids())
    assert len(PUBLISHED_BY_OTHERS) >= 45


@pytest.mark.parametrize("id", SHIPPED.ids())
def test_its_worked_tests_hold(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert len(instrument.tests) >= 4 or instrument.totals_only
    assert scoring.run_tests(instrument) == []


@pytest.mark.parametrize("id", SHIPPED.ids())
def test_nothing_is_wrong_with_its_file(id: str) -> None:
    assert scoring.check_definition(SHIPPED.files[id], SHIPPED) == []


@pytest.mark.parametrize("id", PUBLISHED_BY_OTHERS)
def test_no_wording_of_others_ships(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert SHIPPED.languages(id) == ()
    assert not instrument.licence.text_included
    assert all(len(item.label.split()) <= 5 for item in instrument.items)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("id", OWN)
def test_our_own_ship_with_all_their_words(id: str, language: str) -> None:
    instrument, wording = SHIPPED.get(id), SHIPPED.wording(id, language)
    assert wording is not None
    assert set(wording.items) == set(instrument.item_ids)
    assert catalog.read_wording(SHIPPED.wordings[id, language], instrument).findings == []
    assert {item.facet for item in instrument.items if item.facet} <= set(wording.facets)
    assert {scale.id for scale in instrument.scales} == set(wording.scales)
    assert {"en": "not yet tested", "de": "noch nicht geprüft"}[language] in wording.banner
    assert not wording.validated
    assert "{who}" in wording.who_sees


@pytest.mark.parametrize("id", OWN)
def test_our_own_claim_nothing(id: str) -> None:
    instrument = SHIPPED.get(id)
    assert instrument.validation.status == "unvalidated"
    assert instrument.intended_use == "conversation aid within one therapy"
    assert instrument.not_for == ("diagnosis", "risk assessment", "staff appraisal", "outcome contracts")
    for scale in instrument.scales:
        assert (scale.cutoffs, scale.band_sets, scale.reliability, scale.sds, scale.reliable_change) == ((),) * 5


def figures(instrument: Instrument) -> list[tuple[str, bool]]:
    names = ("cutoffs", "band_sets", "reliability", "sds", "reliable_change")
    return [
        (figure.source, figure.verified)
        for scale in instrument.scales
        for name in names
        for figure in getattr(scale, name)
    ]


@pytest.mark.parametrize("id", SHIPPED.ids())
def test_no_figure_from_memory_drives_anything(id: str) -> None:
    instrument = SHIPPED.get(id)
    for source, verified in figures(instrument):
        assert not (verified and "recalled" in source)
    assert all("recalled" not in risk.source for risk in instrument.risk)


@pytest.mark.parametrize("id", PUBLISHED_BY_OTHERS)
def test_no_recalled_rule_for_gaps_makes_a_score(id: str) -> None:
    instrument = SHIPPED.get(id)
    rules = {scale.missing.source for scale in instrument.scales if scale.missing is not None}
    assert rules <= set(instrument.sources) - {"recalled"}


@pytest.mark.parametrize("id", ["gad-7", "ors", "phq-9", "srs-3"])
def test_where_no_rule_for_gaps_was_read_every_answer_is_needed(id: str) -> None:
    assert [scale.missing for scale in SHIPPED.get(id).scales] == [None]


# Every published figure that ships, as it stands in the reference (instruments.json) with the sources it was read in.
PUBLISHED = {
    "phq-9": {
        (">=", 10, "openscales+iapt-trial"), ("band", 4, 9, 14, 19, 27, "openscales+camcops"),
        ("sd", 15.4, 5.5, None, "cbtwatch"), ("change", 6, "iapt-trial+cbtwatch"), ("change", 5, "rivet-change"),
        ("risk", "q9", ">=", 1, "openscales"),
    },
    "gad-7": {
        (">=", 8, "iapt-trial"), (">=", 10, "recalled"), ("band", 4, 9, 14, 21, "openscales"),
        ("sd", 14.0, 4.5, None, "cbtwatch"), ("change", 4, "iapt-trial+cbtwatch"),
    },
    "core-10": {
        (">=", 11, "core10-socas+core10-novo"), (">=", 13, "core10-novo"), ("band", 10, 14, 19, 24, 40, "core10-socas"),
        ("band", 5, 10, 15, 20, 25, 40, "core10-help"),
        ("alpha", 0.9, "core10-novo"), ("sd", 4.7, 4.8, 535, "core10-novo"), ("sd", 19.7, 7.7, 1835, "core10-novo"),
        ("change", 6, "core10-bloom"), ("risk", "q6", ">", 0, "core10-bloom"),
    },
    "ors": {("<", 25, "openfit-ors+hiboop-ors"), ("<", 28, "recalled"), ("change", 5, "hiboop-ors")},
    "srs-3": {("<", 36, "openfit-srs")},
}  # fmt: skip


@pytest.mark.parametrize("id", OTHERS)
def test_every_published_figure_is_the_one_in_the_reference(id: str) -> None:
    instrument = SHIPPED.get(id)
    (scale,) = instrument.scales
    found: set[tuple[object, ...]] = {(each.operator, each.value, each.source) for each in scale.cutoffs}
    found |= {("band", *(band.high for band in each.bands), each.source) for each in scale.band_sets}
    found |= {(each.kind, each.value, each.source) for each in scale.reliability}
    found |= {("sd", each.mean, each.value, each.n, each.source) for each in scale.sds}
    found |= {("change", each.points, each.source) for each in scale.reliable_change}
    found |= {("risk", each.item, each.operator, each.value, each.source) for each in instrument.risk}
    assert found == PUBLISHED[id]


def test_only_a_published_retest_figure_is_fit_to_judge_change() -> None:
    fit = {
        (id, each.value)
        for id in SHIPPED.ids()
        for scale in SHIPPED.get(id).scales
        for each in scale.reliability
        if each.kind != "alpha" and each.verified
    }
    assert fit == {("isi", 0.9), ("star-c", 0.68), ("star-p", 0.76), ("wsas", 0.73)}


def test_the_two_forms_of_today_together_rate_the_same_facets() -> None:
    client, therapist = SHIPPED.get("today-together-client"), SHIPPED.get("today-together-therapist")
    assert (client.counterpart, therapist.counterpart) == (therapist.id, client.id)
    assert [scale.id for scale in client.scales] == [scale.id for scale in therapist.scales]
    facets = {item.id: item.facet for item in client.number_items}
    assert {item.id: item.facet for item in therapist.number_items if item.id in facets} == facets
    seed = {scale.id: scale.items for scale in client.scales if scale.id != "total"}
    assert seed == {
        "empathy": ("q1",), "genuineness": ("q2",), "respect": ("q3",), "collaboration": ("q4",), "confidentiality": ("q8",),
    }  # fmt: skip


@pytest.mark.parametrize("id", ["ors", "srs-3"])
def test_the_licensed_forms_say_that_the_electronic_form_needs_a_licence(id: str) -> None:
    assert SHIPPED.get(id).licence.electronic_use == "licence-required"


def test_anything_but_no_to_the_safety_question_is_looked_at() -> None:
    arriving = SHIPPED.get("arriving-today")
    (risk,) = arriving.risk
    flagged = {option.code for option in arriving.item("q7").options if option.value >= risk.value}
    assert flagged == {"yes", "not-sure", "rather-not-say"}
    assert arriving.same_day_only
    assert arriving.watchable("q7").direction == "higher_is_worse"


def test_loinc_codes_have_their_check_digit() -> None:
    codes = {
        code
        for id in SHIPPED.ids()
        for codes in [SHIPPED.get(id).codes, *(item.codes for item in SHIPPED.get(id).items)]
        for name, code in codes.items()
        if name.startswith("loinc")
    }
    assert len(codes) == 20
    for code in codes:
        assert re.fullmatch(r"\d{5}-\d", code)
        assert luhn(code[:5]) == int(code[6]), code


def luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
