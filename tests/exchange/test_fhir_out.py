from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from fit_toolkit.errors import DataError
from fit_toolkit.exchange import Labels, allowed, fhir_out
from fit_toolkit.model.instrument import Instrument
from tests.exchange.making import DATA
from tests.exchange.r4 import faults
from tests.exchange.test_round_trip import CATALOG, instruments

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def written(instrument: Instrument, labels: Labels | None = None, base: str = "urn:fit-toolkit") -> dict[str, Any]:
    found = json.loads(fhir_out.questionnaire(instrument, labels or Labels(), base))
    assert isinstance(found, dict)
    return found


def worded(id: str, language: str) -> Labels:
    return allowed(CATALOG.wording(id, language), CATALOG.get(id), language)


def test_the_structure_test_knows_a_good_form_and_finds_what_is_broken() -> None:
    good = json.loads((DATA / "rest.json").read_text())
    assert faults(good) == []
    changes: tuple[dict[str, Any], ...] = (
        {"status": "ready"},
        {"name": "small"},
        {"items": []},
        {"item": [{"linkId": "a", "type": "matrix"}]},
        {"item": [{"linkId": "a", "type": "text"}, {"linkId": "a", "type": "text"}]},
        {"item": [{"linkId": "a", "type": "display", "code": [{"system": "x", "code": "y"}]}]},
        {"item": [{"linkId": "a", "type": "text", "extension": [{"url": "x", "valueInteger": "1"}]}]},
    )
    assert [change for change in changes if not faults({**good, **change})] == []


@pytest.mark.parametrize("id", CATALOG.ids())
def test_every_bundled_instrument_keeps_to_the_structure(id: str) -> None:
    instrument = CATALOG.get(id)
    if not instrument.totals_only:
        assert faults(written(instrument)) == []
        assert faults(written(instrument, base="https://clinic.example/fhir/")) == []


@settings(max_examples=60, deadline=None)
@given(instrument=instruments())
def test_any_instrument_keeps_to_the_structure(instrument: Instrument) -> None:
    assert faults(written(instrument)) == []


def test_values_are_ordinal_values_of_the_options() -> None:
    options = written(CATALOG.get("phq-9"))["item"][0]["answerOption"]
    assert [option["extension"] for option in options] == [[{"url": ORDINAL, "valueDecimal": n}] for n in range(4)]
    assert [option["valueCoding"]["code"] for option in options] == ["0", "1", "2", "3"]


def test_items_have_a_code_of_ours_and_loinc_only_where_the_file_has_it() -> None:
    phq, wsas = (written(CATALOG.get(id)) for id in ("phq-9", "core-10"))
    assert [code["system"] for code in phq["item"][0]["code"]] == ["urn:fit-toolkit:items:phq-9", "http://loinc.org"]
    assert "copyright Regenstrief Institute" in phq["copyright"]
    assert {code["system"] for item in wsas["item"] for code in item["code"]} == {"urn:fit-toolkit:items:core-10"}
    assert "LOINC" not in wsas["copyright"]


def test_the_form_can_be_named_by_an_address_of_ones_own() -> None:
    found = written(CATALOG.get("phq-9"), base="https://clinic.example/fhir")
    assert found["url"] == "https://clinic.example/fhir/Questionnaire/phq-9"
    assert found["item"][0]["code"][0]["system"] == "https://clinic.example/fhir/CodeSystem/phq-9-items"


def test_without_words_labels_say_what_they_are() -> None:
    found = written(CATALOG.get("phq-9"))
    assert found["status"] == "draft"
    assert all(item["text"].endswith("(a label, not the wording)") for item in found["item"])


def test_with_words_the_introduction_and_the_ends_of_the_lines_come_along() -> None:
    found = written(CATALOG.get("today-together-client"), worded("today-together-client", "en"))
    assert (found["language"], found["status"], found["item"][0]["type"]) == ("en", "active", "display")
    assert "not yet tested" in found["item"][0]["text"]
    line = next(item for item in found["item"] if item["linkId"] == "q1")
    assert [end["text"] for end in line["item"]] == ["not at all", "completely"]
    assert faults(found) == []


def test_words_stay_here_where_electronic_use_is_not_allowed() -> None:
    wording, instrument = CATALOG.wording("today-together-client", "en"), CATALOG.get("today-together-client")
    assert wording is not None
    for use, reason in (
        ("licence-required", "a licence of its own"),
        ("not-allowed", "not allowed"),
        ("unknown", "not known"),
    ):
        closed = replace(instrument, licence=replace(instrument.licence, electronic_use=use))
        with pytest.raises(DataError, match=reason):
            allowed(wording, closed, "en")
        own = replace(wording, electronic_use="allowed")
        assert allowed(own, closed, "en").wording is own
    with pytest.raises(DataError, match="no words in 'fr'"):
        allowed(None, instrument, "fr")


def test_words_of_a_form_that_asks_for_a_licence_need_one() -> None:
    wording, instrument = CATALOG.wording("today-together-client", "en"), CATALOG.get("today-together-client")
    assert wording is not None
    asking = replace(instrument, licence=replace(instrument.licence, status="commercial", text_included=False))
    with pytest.raises(DataError, match="licence_status"):
        allowed(wording, asking, "en")


def test_the_scoring_is_described_and_never_written_as_an_expression() -> None:
    text = fhir_out.questionnaire(CATALOG.get("phq-9"), Labels())
    assert "total: sum of q1, q2, q3, q4, q5, q6, q7, q8, q9; 0 to 27; every item is needed" in text
    assert "xpression" not in text


def test_what_is_lost_is_named() -> None:
    told = " ".join(fhir_out.notices(CATALOG.get("today-together-client"), Labels()))
    for part in ("does not fit", "at which sessions", "no words"):
        assert part in told
