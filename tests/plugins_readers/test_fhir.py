"""FHIR R4: responses alone, in bundles and one a line; what cannot be told for certain is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.importing import rejected_file
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.read import read_table
from fit_toolkit.model.parts import RawTable
from tests.intake.making import Clinic
from tests.plugins_readers.kit import READERS, column, read
from tests.plugins_readers.taking import taken

EXAMPLES = Path("/work/shared/examples/fhir")
ITEMS = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
WORDS = {f"/{code}": f"q{number}" for number, code in enumerate(ITEMS, start=1)}
LOINC = Map(
    columns={
        "subject": "client", "authored": "date", "answer": "value",
        "questionnaire": Target(role="instrument", words={"Questionnaire/44249-1": "phq-9"}),
        "linkId": Target(role="item", words=WORDS, missing=("/69722-7",)),
    },
    values={"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3},
)  # fmt: skip


def response(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-02-02",
        "questionnaire": "http://example.org/Questionnaire/phq|2", "subject": {"reference": "Patient/A"},
        "item": list(items),
    }  # fmt: skip
    return {**made, **more}


def answered(link: str = "q1", **value: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [value]}


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": each} for each in resources]}


def taken_in(folder: Path, resource: Any, name: str = "answers.json", **settings: object) -> RawTable:
    return read(folder, resource if isinstance(resource, str) else json.dumps(resource), "fhir", name, **settings)


def loinc_response(scores: list[int | None]) -> dict[str, Any]:
    """A response as systems that use LForms hand it out, in LOINC's codes."""
    codes = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
    items = [
        answered(f"/{code}", valueCoding={"system": "http://loinc.org", "code": codes[score]})
        for code, score in zip(ITEMS, scores, strict=True)
        if score is not None
    ]
    difficulty = answered("/69722-7", valueCoding={"system": "http://loinc.org", "code": "LA6573-5"})
    return response(
        *reversed(items), difficulty, questionnaire="Questionnaire/44249-1", authored="2026-02-02T09:00:00Z"
    )


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the shared examples are not on this machine")
def test_the_shared_examples_come_to_the_expected_totals(clinic: Clinic, tmp_path: Path) -> None:
    expected = json.loads((EXAMPLES / "expected.json").read_text())
    for name, right in expected.items():
        resource = json.loads((EXAMPLES / name).read_text())
        client, day = resource["subject"]["reference"].split("/")[1], resource["authored"][:10]

        outcome = taken(clinic, taken_in(tmp_path, resource), LOINC)

        (form,) = [each for each in clinic.valid(client) if str(each.session_on) == day]
        assert not outcome.problems
        assert [form.numbers[f"q{number}"] for number in range(1, 10)] == right["item_scores_1_9"]
        assert form.scores[0].value_ticks == (right["total_if_complete"] and right["total_if_complete"] * 1_000_000)


@pytest.mark.parametrize(("scores", "total"), [([3] * 9, 27), ([0] * 9, 0), ([2, 3, 0, 3, 1, 3, 1, 2, 3], 18), ([None, 2, None, 0, 3, None, 3, 0, 1], None)])  # fmt: skip
def test_codes_of_loinc_count_by_the_map_and_an_item_of_no_instrument_is_passed_over(
    clinic: Clinic, tmp_path: Path, scores: list[int | None], total: int | None
) -> None:
    outcome = taken(clinic, taken_in(tmp_path, loinc_response(scores)), LOINC)

    (form,) = clinic.valid("A")
    assert (outcome.rejected, outcome.accepted) == (0, len([each for each in scores if each is not None]) + 1)
    assert [form.numbers[f"q{number}"] for number in range(1, 10)] == scores
    assert form.scores[0].value_ticks == (total and total * 1_000_000)


def test_rejected_answers_come_in_again_as_csv_by_the_same_map(clinic: Clinic, tmp_path: Path) -> None:
    said = msgspec.structs.replace(LOINC, reader="fhir", settings={"client_system": ""})
    table = taken_in(tmp_path, bundle(loinc_response([1] * 9), loinc_response([2] * 9)))
    refused = taken(clinic, table, said)  # two of one day that differ
    side = tmp_path / "answers.rejected.csv"
    side.write_bytes(b"".join(rejected_file(table, refused, said)))
    side.write_text(side.read_text().replace("2026-02-02", "2026-02-03", 10))

    again = read_table(side, READERS, reader=said.reader, settings=said.reader_settings())
    outcome = taken(clinic, again, said)

    assert (refused.rejected, outcome.rejected, outcome.accepted) == (20, 0, 20)
    assert [form.numbers["q1"] for form in clinic.valid("A")] == [2, 1]


def test_an_item_that_the_map_does_not_pass_over_is_reported(clinic: Clinic, tmp_path: Path) -> None:
    target = Target(role="item", words=WORDS)
    mapping = Map(columns={**LOINC.columns, "linkId": target}, values=LOINC.values)

    outcome = taken(clinic, taken_in(tmp_path, loinc_response([1] * 9)), mapping)

    assert (outcome.accepted, outcome.rejected) == (0, 10)
    assert "phq-9 has no item of this name" in {each.problem for each in outcome.problems}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"valueInteger": 7}, "7"),
        ({"valueDecimal": 6.50}, "6.5"),
        ({"valueBoolean": True}, "true"),
        ({"valueString": "well"}, "well"),
        ({"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5"}}, "LA6568-5"),
        ({"valueQuantity": {"value": 3, "unit": "1"}}, "3"),
        ({"valueQuantity": {"value": 3, "unit": "mg"}}, "3 mg"),
        ({"valueCoding": {"code": "a", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}]}}, "2"),
        ({"valueCoding": {"code": "a", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 2.0}]}}, "2.0"),
    ],
)  # fmt: skip
def test_every_type_of_answer_is_read_as_it_is_written(tmp_path: Path, value: dict[str, Any], text: str) -> None:
    assert column(taken_in(tmp_path, response(answered(**value))), "answer") == [text]


def test_a_number_keeps_the_digits_of_the_file(tmp_path: Path) -> None:
    text = json.dumps(response(answered(valueDecimal=1))).replace('"valueDecimal": 1', '"valueDecimal": 2.50')

    assert column(taken_in(tmp_path, text), "answer") == ["2.50"]


def test_groups_and_items_below_answers_are_flattened(tmp_path: Path) -> None:
    below = {"linkId": "q2", "answer": [{"valueInteger": 2, "item": [answered("q3", valueInteger=3)]}]}
    group = {"linkId": "g", "item": [answered("q1", valueInteger=1), {"linkId": "g2", "item": [below]}]}

    table = taken_in(tmp_path, response(group))

    assert list(zip(column(table, "linkId"), column(table, "answer"), strict=True)) == [
        ("q1", "1"),
        ("q2", "2"),
        ("q3", "3"),
    ]


def test_what_is_no_rating_is_left_out_and_counted(tmp_path: Path) -> None:
    states = [
        response(answered(valueInteger=1), status=each) for each in ("in-progress", "entered-in-error", "stopped")
    ]
    group = response(answered(valueInteger=1), subject={"reference": "Group/7"})
    others = [{"resourceType": "Patient", "id": "A"}, {"resourceType": "Observation", "status": "final"}]

    table = taken_in(
        tmp_path, bundle(*states, group, *others, response(), response(answered(valueInteger=1), status="amended"))
    )

    assert len(table) == 1
    assert table.left_out == {
        "responses that are in-progress": 1, "responses that are entered-in-error": 1, "responses that are stopped": 1,
        "responses that are not about a Patient": 1, "resources that are no answers": 2, "responses without an answer": 1,
    }  # fmt: skip


def test_one_questionnaire_can_be_asked_for(tmp_path: Path) -> None:
    other = response(answered(valueInteger=1), questionnaire="http://example.org/Questionnaire/other")
    name = "http://example.org/Questionnaire/phq"

    table = taken_in(tmp_path, bundle(other, response(answered(valueInteger=1))), questionnaire=name)

    assert column(table, "questionnaire") == [f"{name}|2"]
    assert table.left_out == {"responses to other questionnaires": 1}


def test_a_response_that_names_no_questionnaire_is_none_of_the_one_asked_for(tmp_path: Path) -> None:
    nameless = response(answered(valueInteger=1))
    del nameless["questionnaire"]

    table = taken_in(tmp_path, nameless, questionnaire="http://example.org/Questionnaire/phq")

    assert len(table) == 0
    assert table.left_out == {"responses that name no questionnaire": 1}


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ({"reference": "Patient/k17"}, "k17"),
        ({"reference": "https://ehr.example/fhir/Patient/k17/_history/3"}, "k17"),
        ({"identifier": {"system": "urn:mrn", "value": "k17"}}, "k17"),
        ({"reference": "urn:uuid:1"}, "k17"),
        ({"reference": "#p"}, "k17"),
        ({"reference": "#q"}, ""),
        ({"display": "Ada"}, ""),
        (None, ""),
    ],
)
def test_the_client_is_the_last_part_of_the_reference_or_an_identifier_and_never_a_name(
    tmp_path: Path, subject: dict[str, Any] | None, code: str
) -> None:
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Ada"}], "identifier": [{"value": "k17"}]}
    one = response(answered(valueInteger=1), subject=subject, contained=[patient])
    if subject is None:
        del one["subject"]
    whole = bundle(one)
    whole["entry"].append({"fullUrl": "urn:uuid:1", "resource": patient})

    table = taken_in(tmp_path, whole)

    assert column(table, "subject") == [code]
    assert "Ada" not in str(table)


def test_of_several_identifiers_the_settings_say_which_is_the_code(tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "A", "identifier": [{"system": "urn:mrn", "value": "9"}, {"system": "urn:fit", "value": "k17"}]}  # fmt: skip
    whole = bundle(patient, response(answered(valueInteger=1)))

    assert column(taken_in(tmp_path, whole, client_system="urn:fit"), "subject") == ["k17"]
    assert column(taken_in(tmp_path, whole, client_system="urn:none"), "subject") == [""]


def of_two_servers(*references: str) -> dict[str, Any]:
    """A bundle of two clients who have the same number on two servers, and responses that refer to them."""
    entries: list[dict[str, Any]] = []
    for server, code in (("a", "k17"), ("b", "k18")):
        one = {"resourceType": "Patient", "id": "1", "identifier": [{"system": "urn:fit", "value": code}]}
        entries.append({"fullUrl": f"https://{server}.example/fhir/Patient/1", "resource": one})
    for reference in references:
        about = response(answered(valueInteger=1), subject={"reference": reference})
        entries.append({"fullUrl": "https://b.example/fhir/QuestionnaireResponse/7", "resource": about})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_the_same_number_on_two_servers_is_two_clients(tmp_path: Path) -> None:
    urls = [f"https://{server}.example/fhir/Patient/1" for server in "abc"]

    table = taken_in(tmp_path, of_two_servers(*urls, "Patient/1"), client_system="urn:fit")

    assert column(table, "subject") == ["k17", "k18", "", "k18"]


@pytest.mark.parametrize("identifiers", [[], [{"system": "urn:a", "value": "7"}, {"system": "urn:b", "value": "8"}]])
def test_the_id_of_a_client_within_a_response_is_nobodys_code(
    tmp_path: Path, identifiers: list[dict[str, str]]
) -> None:
    inside = {"resourceType": "Patient", "id": "patient", "identifier": identifiers}
    one = response(answered(valueInteger=1), subject={"reference": "#patient"}, contained=[inside])
    assert column(taken_in(tmp_path, bundle(one, one)), "subject") == ["", ""]
    codes = column(taken_in(tmp_path, bundle(one, one), client_system="urn:b"), "subject")
    assert codes == (["8", "8"] if identifiers else ["", ""])


def test_the_same_value_in_two_systems_is_two_clients_and_refused(tmp_path: Path) -> None:
    about = [{"identifier": {"system": system, "value": "7"}} for system in ("urn:a", "urn:b")]
    both = bundle(*[response(answered(valueInteger=1), subject=each) for each in about])
    with pytest.raises(DataError, match="clients of two servers or systems have the same number"):
        taken_in(tmp_path, both)
    assert column(taken_in(tmp_path, both, client_system="urn:a"), "subject") == ["7", ""]


def test_numbers_of_two_servers_are_no_codes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"clients of two servers .*client_system"):
        taken_in(tmp_path, of_two_servers("https://a.example/fhir/Patient/1", "Patient/1"))
    with pytest.raises(DataError, match="clients of two servers"):
        without = of_two_servers("Patient/1")
        del without["entry"][2]["fullUrl"]
        taken_in(tmp_path, without)


def test_a_file_of_lines_is_read_line_by_line_in_pieces(tmp_path: Path) -> None:
    lines = [response(answered("q1", valueInteger=n), answered("q2", valueInteger=n)) for n in range(4)]
    path = tmp_path / "answers.ndjson"
    path.write_text("\n\n".join(json.dumps(each) for each in lines) + "\n")

    parts = list(READERS["fhir"]().parts(path, 3))

    assert [len(part) for part in parts] == [3, 3, 2]
    assert [line for part in parts for line in part.lines] == [1, 1, 3, 3, 5, 5, 7, 7]
    assert len({part.columns for part in parts}) == 1


def test_every_row_knows_the_line_of_its_entry_or_its_number_where_all_is_one_line(tmp_path: Path) -> None:
    whole = bundle(response(answered(valueInteger=1)), response(answered(valueInteger=2)))

    assert taken_in(tmp_path, json.dumps(whole)).lines == [1, 2]
    text = json.dumps(whole, indent=1)
    starts = [number for number, line in enumerate(text.split("\n"), start=1) if line == "  {"]
    assert taken_in(tmp_path, text).lines == starts


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        ('{"resourceType": "QuestionnaireResponse",\n "item": [}', "not JSON: Expecting value", "answers.json:2:11"),
        ('{"resourceType": "Bundle", "entry": [{}, {}] ,}', "comma", "answers.json:1:46"),
        ('{"resourceType": "Bundle", "entry": [{} {}]}', "comma", "answers.json:1:41"),
        ('{"resourceType": "Bundle", "entry": [{}', "comma", "answers.json:1:40"),
        ('{"resourceType": "Bundle"', "comma", "answers.json:1:26"),
        ('{"resourceType": "Bundle", "resourceType": "Bundle"}', "twice", "answers.json:1:42"),
        ('{"resourceType": "Bundle", "entry": [{"a": 1, "a": 2}]}', "twice", "answers.json:1:38"),
        ('{"resourceType": "Bundle", "entry": [NaN]}', "a number is none", "answers.json:1:38"),
        ('{"resourceType": "Bundle", "entry": [3]}', "an object", "answers.json:1:38"),
        ('{"resourceType": "Bundle"} {}', "more after the end", "answers.json:1:28"),
        ("[1]", "no JSON object", "answers.json:1:1"),
        ("", "no JSON object", "answers.json:1:1"),
        ("{}", "no FHIR resource", "answers.json:1"),
        ('{"resourceType": "Bundle", "entry": [{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]}", "too deeply", "answers.json:1:38"),
    ],
)  # fmt: skip
def test_broken_json_is_refused_with_line_and_column(tmp_path: Path, text: str, said: str, where: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        taken_in(tmp_path, text)

    assert caught.value.where == where


TWO = {"linkId": "q1", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}


@pytest.mark.parametrize(
    ("resource", "said", "where"),
    [
        (bundle(response(), response(answered("q0", valueInteger=1), TWO)), "several answers", "answers.json:2 entry[1].item[1]"),
        (response(answered(valueInteger=1), answered(valueInteger=1)), "several answers", "answers.json:1 item[1]"),
        (response({"answer": [{"valueInteger": 1}]}), "without a linkId", "answers.json:1 item[0]"),
        (response(answered(valueInteger="3")), "not what its type says", "answers.json:1 item[0]"),
        (response(answered(valueString=3)), "not what its type says", "answers.json:1 item[0]"),
        (response(answered(valueCoding={"display": "often"})), "without a code", "answers.json:1 item[0]"),
        (response(answered(valueInteger=3, valueDecimal=3)), "two types", "answers.json:1 item[0]"),
        (response(answered(valueString="a\0b")), "a character", "answers.json:1"),
        (response(answered(valueString="\ud800")), "a character", "answers.json:1"),
        (response(answered(valueInteger=1), status="done"), "without a status", "answers.json:1"),
        (response(answered(valueInteger=1), questionnaire={"reference": "Questionnaire/1"}), "older version", "answers.json:1"),
        (response(answered(valueInteger=1), item="x"), "no list", "answers.json:1"),
        (response(answered(valueInteger=1), authored=2026), "authored is no text", "answers.json:1"),
        ({"resourceType": "Questionnaire", "status": "active"}, "a Questionnaire", "answers.json:1"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_for_certain_is_refused_with_its_place(
    tmp_path: Path, resource: dict[str, Any], said: str, where: str
) -> None:
    with pytest.raises(DataError, match=said) as caught:
        taken_in(tmp_path, resource)

    assert caught.value.where == where


def test_items_nested_without_end_are_refused(tmp_path: Path) -> None:
    item = answered(valueInteger=1)
    for _ in range(40):
        item = {"linkId": "g", "item": [item]}

    with pytest.raises(DataError, match="nested too deeply"):
        taken_in(tmp_path, response(item))


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not UTF-8") as caught:
        read(tmp_path, b'{"resourceType":\n "Bundle", "a": "\xe4"}', "fhir", "a.json")

    assert caught.value.where == "a.json:2"


def test_a_reason_for_no_answer_is_counted_and_taken_as_left_out(tmp_path: Path) -> None:
    why = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"}
        ]
    }

    table = taken_in(
        tmp_path, response(answered("q1", valueInteger=1), {"linkId": "q2", "answer": [{"_valueInteger": why}]})
    )

    assert column(table, "linkId") == ["q1"]
    assert table.notes == ("1 answers are absent for a reason that FHIR has a word for; taken as left out",)


def test_what_the_format_settles_needs_no_map(tmp_path: Path) -> None:
    table = taken_in(tmp_path, response(answered(valueInteger=1), source={"reference": "Practitioner/x"}))

    assert {name for name, role in table.meant.items() if not role} == {"source", "id"}
    assert column(table, "source") == ["Practitioner"]


def two_halves(folder: Path, **of_the_second: Any) -> RawTable:
    """Two responses of one client, each with its half of the items, in three lines of a file."""
    halves = [loinc_response([1, 1, 1, 1, *[None] * 5]), loinc_response([*[None] * 4, 2, 2, 2, 2, 0]) | of_the_second]
    text = '{"resourceType": "Bundle", "type": "collection", "entry": [\n'
    return taken_in(folder, text + ",\n".join(json.dumps({"resource": each}) for each in halves) + "]}")


def test_two_responses_of_one_day_never_become_one_form(clinic: Clinic, tmp_path: Path) -> None:
    outcome = taken(clinic, two_halves(tmp_path), LOINC)

    assert (outcome.accepted, outcome.rejected, outcome.written) == (0, outcome.rows, False)
    assert {(each.line, each.problem) for each in outcome.problems if each.column == "subject"} == {
        (2, "the same form with other answers is in line 3"),
        (3, "the same form with other answers is in line 2"),
    }


def test_two_responses_of_two_days_are_two_forms_and_one_that_comes_twice_is_one(
    clinic: Clinic, tmp_path: Path
) -> None:
    outcome = taken(clinic, two_halves(tmp_path, authored="2026-02-03T09:00:00Z"), LOINC)
    assert (outcome.forms, outcome.rejected) == (2, 0)

    again = taken(
        clinic, taken_in(tmp_path, bundle(*[loinc_response([3] * 9) | {"authored": "2026-02-05"}] * 2)), LOINC
    )
    assert (again.forms, again.accepted, again.unchanged, again.rejected) == (1, 10, 10, 0)
