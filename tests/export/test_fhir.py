"""FHIR R4 out: every resource holds against the models of fhirclient, and comes in again as what it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhirclient.models.bundle import Bundle
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fit_toolkit.engine.sample_export import STRANGE, example_export
from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import read_table
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.model.writing import Export
from tests.conftest import LONG
from tests.export.making import fit
from tests.export.test_round_trip import WRITERS, as_text, everything, exported, forms, practice, template
from tests.intake.making import NOW, TODAY, Clinic
from tests.plugins_readers.kit import READERS

__all__ = ["template"]
LABEL = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"


def held(path: Path) -> list[dict[str, Any]]:
    """The resources of a bundle, which the models have taken; every reference leads to one of them."""
    bundle = json.loads(path.read_text(encoding="utf-8"))
    Bundle(bundle)  # raises for what is missing, too much or of the wrong type, all the way down
    entries = bundle.get("entry", [])
    urls = [entry["fullUrl"] for entry in entries]
    assert len(urls) == len(set(urls))
    assert {url for entry in entries for url in referred(entry["resource"])} <= set(urls)
    assert all(entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}" for entry in entries)
    return [entry["resource"] for entry in entries]


def referred(part: Any) -> list[str]:
    if isinstance(part, list):
        return [url for each in part for url in referred(each)]
    if not isinstance(part, dict):
        return []
    own = [part["reference"]] if isinstance(part.get("reference"), str) else []
    return own + [url for each in part.values() for url in referred(each)]


def written(export: Export, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    cls = WRITERS["fhir"].cls
    assert cls is not None
    assert cls().write(export, folder) == {
        "bundle.json": len(json.loads((folder / "bundle.json").read_text()).get("entry", []))
    }
    return folder / "bundle.json"


def taken_back(clinic: Clinic, path: Path) -> Outcome:
    """Import a bundle by what its format settles, without a map."""
    table = read_table(path, READERS)
    sure = [each for each in propose(table, Map(), clinic.catalog) if each.how in {"exact", "format"}]
    wish = Ask(actor="anna", today=TODAY, now=NOW)
    return run_import(clinic.store, clinic.catalog, table, as_map(sure, Map()), wish, file=path.name)


@pytest.mark.parametrize("clients", [0, 1, 5])
def test_what_is_made_up_holds_against_the_models(tmp_path: Path, clients: int) -> None:
    resources = held(written(example_export(clients, texts=STRANGE), tmp_path))

    kinds = Counter(each["resourceType"] for each in resources)
    assert (kinds["Patient"], kinds["QuestionnaireResponse"], kinds["Observation"]) == (
        clients,
        6 * clients,
        8 * clients,
    )
    assert kinds["Provenance"] == clients


def test_an_export_on_the_command_line_holds_against_the_models(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "--format", "fhir", "--all-states", "-o", str(tmp_path / "o")) == 0

    resources = held(tmp_path / "o" / "bundle.json")
    text = (tmp_path / "o" / "bundle.json").read_text()
    assert not [word for word in ("k17", "k18", "anna", "HYPERLINK") if word in text]
    assert json.loads(text)["meta"] == {"security": [{"system": LABEL, "code": "PSEUDED"}]}
    states = Counter(each["status"] for each in resources if each["resourceType"] == "QuestionnaireResponse")
    assert states == {"completed": 3, "amended": 1, "entered-in-error": 1}


def test_a_score_says_what_it_was_made_from_and_a_ready_made_total_does_not(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "--format", "fhir", "--identified", "-o", str(tmp_path / "o")) == 0

    found = {
        each["code"]["text"]: each
        for each in held(tmp_path / "o" / "bundle.json")
        if each["resourceType"] == "Observation"
    }
    (total,) = [each for each in found.values() if each.get("valueQuantity", {}).get("value") == 21]
    assert "derivedFrom" not in total
    assert total["method"]["coding"][0]["code"] == "entered"
    (phq,) = [
        each
        for each in found.values()
        if each["code"]["coding"][-1] == {"system": "urn:fit-toolkit:scales:phq-2", "code": "total"}
    ]
    assert (phq["valueQuantity"]["value"], phq["status"]) == (3, "final")
    assert phq["derivedFrom"][0]["type"] == "QuestionnaireResponse"


def test_a_score_that_cannot_be_made_says_so_and_a_verified_code_of_loinc_is_there(
    template: Path, tmp_path: Path
) -> None:
    with practice(template) as here:
        here.add("client,date,q1,q2,q9\nA,2026-02-01,1,,0\n")
        resources = held(exported(here, "fhir") / "bundle.json")

    (score,) = [each for each in resources if each["resourceType"] == "Observation"]
    assert score["code"]["coding"][0] == {"system": "http://loinc.org", "code": "44261-6"}
    assert "valueQuantity" not in score
    assert score["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
    assert [each["valueInteger"] for each in score["component"]] == [2, 9]


def test_text_that_was_not_asked_for_is_masked_and_a_way_out_is_named(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "--format", "fhir", "-o", str(tmp_path / "o")) == 0

    items = {
        item["linkId"]: [each["valueCode"] for each in item["answer"][0]["extension"]]
        for each in held(tmp_path / "o" / "bundle.json")
        if each["resourceType"] == "QuestionnaireResponse"
        for item in each["item"]
        if "extension" in item["answer"][0]
    }
    assert items == {"keep": ["masked"], "q2": ["not-applicable", "does-not-fit"]}


def test_the_same_rating_has_the_same_address_in_the_next_export(tmp_path: Path) -> None:
    export = example_export(4)
    later = replace(export, made_at=export.made_at.replace(year=2027))

    first = written(export, tmp_path / "a").read_text().splitlines()
    second = written(later, tmp_path / "b").read_text().splitlines()

    differing = [line for line, other in zip(first, second, strict=True) if line != other]
    assert all('"resourceType": "Provenance"' in line for line in differing)


def without_controls(answers: dict[str, str]) -> dict[str, str]:
    """Answers without the characters for which a string of FHIR has no place, and without texts of nothing else."""
    kept = {item: re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", "", answer) for item, answer in answers.items()}
    return {item: answer for item, answer in kept.items() if answer.strip() or not answers[item]}


def test_a_control_character_for_which_fhir_has_no_place_is_seen_to_be_missing(template: Path) -> None:
    with practice(template) as here:
        here.add("client,date,rater,instrument,item,value\n" + "".join(
            f"A,2026-02-01,client,today-together-client,{item},{value}\n" for item, value in (("q1", "7"), ("keep", "a\x0bb\tc"))
        ))  # fmt: skip
        resources = held(exported(here, "fhir") / "bundle.json")

    (response,) = [each for each in resources if each["resourceType"] == "QuestionnaireResponse"]
    assert {each["linkId"]: each["answer"][0].get("valueString") for each in response["item"]}["keep"] == "a\ufffdb\tc"


@settings(max_examples=100 if LONG else 2, phases=[Phase.generate], deadline=None)
@given(found=forms(), session=st.sampled_from(["", "4"]))
def test_out_and_in_again_is_the_identity(
    template: Path, found: dict[tuple[str, ...], dict[str, str]], session: str
) -> None:
    found = {key: without_controls(answers) for key, answers in found.items() if "total" not in answers}
    if not found:
        return
    with practice(template) as here, practice(template) as there:
        assert not here.add(as_text(found, session, totals=False)).problems
        path = exported(here, "fhir") / "bundle.json"
        held(path)
        before = everything(here)

        again, other = taken_back(here, path), taken_back(there, path)

        assert (again.accepted, again.rejected, again.rows) == (0, 0, again.unchanged)
        assert not other.problems
        assert everything(here) == before
        assert everything(there) == before


def test_the_moment_of_a_rating_comes_back(template: Path) -> None:
    with practice(template) as here, practice(template) as there:
        here.add("client,date,q1,q2\nA,2026-02-01T10:00:00+01:00,1,2\n", instrument="phq-2")
        path = exported(here, "fhir") / "bundle.json"
        assert '"authored": "2026-02-01T10:00:00+01:00"' in path.read_text()

        assert taken_back(there, path).accepted == 2
        assert (exported(there, "fhir") / "bundle.json").read_text() == path.read_text()
