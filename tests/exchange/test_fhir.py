from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.exchange import choose, forms
from tests.exchange.making import DATA, ORDINAL, choice, fhir, field, one, option

REST = DATA / "rest.json"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"


def test_the_head_of_a_questionnaire_is_read() -> None:
    form = one(REST)
    assert (form.name, form.title, form.version, form.language) == ("rest-check", "Rest check", "2.1", "en")
    assert (form.holder, form.rights) == ("A clinic", "Free for all.")


def test_ordinal_values_count_whether_whole_or_not() -> None:
    assert [each.value for each in field(one(REST), "/11111-1").choices] == [3.0, 1.0]


def test_item_weights_on_the_coding_count_too() -> None:
    assert [each.value for each in field(one(REST), "/22222-2").choices] == [0.0, 2.5]


def test_codes_of_loinc_are_kept() -> None:
    assert field(one(REST), "/11111-1").loinc == "11111-1"


def test_nested_items_know_their_group() -> None:
    assert [each.group for each in one(REST).fields if each.kind != "other"] == ["1", "1", "2", "2"]


def test_a_number_takes_its_range_and_step_from_extensions_and_its_ends_from_below() -> None:
    cups = field(one(REST), "cups")
    assert (cups.span, cups.step, cups.low, cups.high) == ((0.0, 20.0), 5.0, "none", "")


def test_what_stays_behind_says_why() -> None:
    assert {each.name: each.why_not for each in one(REST).fields if each.kind == "other"} == {
        "about": "text to read, not a question",
        "words": "free text",
        "total": "calculated: shown below, never executed",
    }


def test_a_calculation_and_a_condition_are_kept_as_text_only() -> None:
    assert field(one(REST), "total").calculation == "%a + %b"
    assert field(one(REST), "/22222-2").condition == "/11111-1 = LA2-2"


def test_a_contained_value_set_is_resolved() -> None:
    form = one(DATA / "rest-valueset.json")
    assert [(each.code, each.value) for each in field(form, "s1").choices] == [("a", 0.0), ("b", 4.0)]


def test_a_contained_value_set_may_be_named_by_its_address(tmp_path: Path) -> None:
    concepts = [{"code": "a"}, {"code": "b"}]
    held = {"resourceType": "ValueSet", "url": "http://x.org/vs", "compose": {"include": [{"concept": concepts}]}}
    item = {"linkId": "s", "type": "choice", "answerValueSet": "http://x.org/vs|1.0"}
    assert [each.code for each in one(fhir(tmp_path, item, contained=[held])).fields[0].choices] == ["a", "b"]


def test_a_contained_code_system_gives_the_answers_of_its_value_set() -> None:
    assert [each.code for each in field(one(DATA / "rest-valueset.json"), "s2").choices] == ["1", "2", "3"]


def test_an_external_value_set_is_not_fetched_and_its_item_is_left_out() -> None:
    found = field(one(DATA / "rest-valueset.json"), "s3")
    assert found.kind == "other"
    assert "external value set (http://example.org/ValueSet/elsewhere)" in found.why_not


def test_answers_that_are_whole_numbers_count_as_those(tmp_path: Path) -> None:
    file = fhir(tmp_path, choice("a", {"valueInteger": 1}, {"valueInteger": 2}))
    assert [(each.code, each.value) for each in one(file).fields[0].choices] == [("1", 1.0), ("2", 2.0)]


def test_answers_that_are_texts_count_what_their_extension_says(tmp_path: Path) -> None:
    weight = {"extension": [{"url": WEIGHT, "valueDecimal": 4}]}
    file = fhir(tmp_path, choice("a", {"valueString": "low"}, {"valueString": "high", "_valueString": weight}))
    assert [each.value for each in one(file).fields[0].choices] == [None, 4.0]


def test_an_item_that_takes_several_answers_is_left_out(tmp_path: Path) -> None:
    file = fhir(tmp_path, {**choice("a", option("x", 1), option("y", 2)), "repeats": True})
    assert one(file).fields[0].why_not == "several answers at once"


def test_the_questionnaires_of_a_bundle_are_chosen_by_name(tmp_path: Path) -> None:
    resources = [
        {"resourceType": "Questionnaire", "id": id, "item": [choice("a", option("x", 1), option("y", 2))]}
        for id in ("first", "second")
    ]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}))
    with pytest.raises(UsageError, match=r"first \(1 items\); second"):
        choose(forms(file), "")
    assert choose(forms(file), "second").name == "second"


GOOD = (option("x", 1), option("y", 2))


@pytest.mark.parametrize(
    ("items", "path", "message"),
    [
        ([choice("a", *GOOD), choice("a", *GOOD)], "item[1].linkId", "'a' is given twice .first at item.0."),
        ([{"type": "choice"}], "item[0].linkId", "needs a linkId"),
        ([{"linkId": "a", "type": "matrix"}], "item[0].type", "a type that FHIR R4 knows"),
        ([{"linkId": "a", "type": "choice"}], "item[0].answerOption", "answerOption or answerValueSet"),
        ([choice("a", option("x", 1))], "item[0].answerOption", "two answers or more"),
        ([choice("a", option("x", 1), option("x", 2))], "item[0].answerOption", "'x' is given twice"),
        ([choice("a", option("x", 1), {"valueReference": {}})], "item[0].answerOption[1]", "valueCoding"),
        ([{"linkId": "g", "type": "group", "item": [choice("a", "no")]}], "item[0].item[0].answerOption[0]", "object"),
        ([{"linkId": "a", "type": "choice", "answerValueSet": "#gone"}], "item[0].answerValueSet", "no value set"),
        ([{"linkId": "g", "type": "group", "item": {}}], "item[0].item", "expected a list"),
        (
            [choice("a", option("x", 1), {**option("y", 2), "valueCoding": {"code": "y", "extension": [{"url": WEIGHT, "valueDecimal": 3}]}})],
            "item[0].answerOption[1]",
            "differ",
        ),
        (
            [choice("a", option("x", 1), {"valueCoding": {"code": "y"}, "extension": [{"url": ORDINAL, "valueBoolean": True}]})],
            "item[0].answerOption[1]",
            "has to be a number",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_path(tmp_path: Path, items: list[Any], path: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        forms(fhir(tmp_path, *items))
    assert caught.value.where == f"{tmp_path / 'form.json'}: {path}"


def test_a_questionnaire_without_items_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no items"):
        forms(fhir(tmp_path))


def test_another_resource_is_named(tmp_path: Path) -> None:
    file = tmp_path / "response.json"
    file.write_text('{"resourceType": "QuestionnaireResponse", "item": []}')
    with pytest.raises(DataError, match="this is a QuestionnaireResponse"):
        forms(file)
