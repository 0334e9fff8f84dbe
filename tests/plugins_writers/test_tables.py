"""The writers of tables, each held against the documents of its format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit import DataError
from fit_toolkit.engine.sample_export import INSTRUMENT, STRANGE, example_export
from fit_toolkit.model.writing import Export
from tests.plugins_writers.kit import rows, written

LISTED: dict[str, Any] = {
    "id": "q1", "label": "safe", "type": "choice",
    "options": [{"value": 0.0, "code": "no"}, {"value": 1.0, "code": "not-sure"}, {"value": 1.0, "code": "no-word"}],
}  # fmt: skip


def with_item(item: dict[str, Any], **answers: str) -> Export:
    """One form whose first item is another; `answers` say its value and raw text."""
    export = example_export(clients=1, forms=1)
    (part,) = export.parts()
    frame = part.answers.copy()
    for name, text in answers.items():
        frame.loc[frame["item"] == "q1", name] = float(text) if name == "value" else text
    items = [item, *INSTRUMENT["items"][1:]]
    made = replace(part, answers=frame)
    return replace(export, source=lambda: iter([made]), instruments={"example": INSTRUMENT | {"items": items}})


def test_csv_has_the_columns_of_an_import_and_one_answer_a_row(tmp_path: Path) -> None:
    written("csv", tmp_path, example_export(clients=2, texts=("a\r\nb",)))

    answers = rows(tmp_path / "answers.csv")
    assert list(answers[0]) == ["client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument",
                                "mode", "language", "rated_at", "dates_assumed", "item", "value"]  # fmt: skip
    assert list(rows(tmp_path / "totals.csv")[0])[-2:] == ["scale", "value"]
    form = [
        row["value"]
        for row in answers
        if (row["client"], row["date"], row["rater"]) == ("p0000", "2025-01-07", "client")
    ]
    assert form == ["0", "1", "2", "a\r\nb"]
    assert {row["session"] for row in answers if row["client"] == "p0001"} == {""}, (
        "not what was counted, but what was given"
    )


def test_csv_wide_has_one_form_a_row_in_the_order_of_the_instrument(tmp_path: Path) -> None:
    written("csv-wide", tmp_path, example_export(clients=2, texts=("=1+1",)))

    forms = rows(tmp_path / "example.csv")
    assert list(forms[0])[-4:] == ["q1", "q2", "q3", "note"]
    assert [forms[0][item] for item in ("q1", "q2", "q3", "note")] == ["0", "1", "2", "'=1+1"]
    assert [row["total"] for row in rows(tmp_path / "example-totals.csv")] != []
    assert "example" not in {row["instrument"] for row in rows(tmp_path / "members.csv") if "instrument" in row}


def test_an_item_of_an_older_version_has_a_column_all_the_same(tmp_path: Path) -> None:
    older = INSTRUMENT | {"items": INSTRUMENT["items"][:1]}
    written("csv-wide", tmp_path, replace(example_export(clients=2), instruments={"example": older}))

    assert list(rows(tmp_path / "example.csv")[0])[-4:] == ["q1", "q2", "q3", "note"]


def test_of_two_answers_that_count_the_same_the_words_say_which_it_was(tmp_path: Path) -> None:
    export = with_item(LISTED, value="1", raw="no-word")
    for kind in ("csv", "redcap"):
        (tmp_path / kind).mkdir()
        written(kind, tmp_path / kind, export)

    assert [row["value"] for row in rows(tmp_path / "csv" / "answers.csv") if row["item"] == "q1"] == ["no-word"]
    assert [row["example_q1"] for row in rows(tmp_path / "redcap" / "records.csv")] == ["a3"]


def test_no_cell_of_any_table_is_a_formula(tmp_path: Path) -> None:
    for kind in ("csv", "csv-wide", "datapackage", "psych-ds", "redcap"):
        (tmp_path / kind).mkdir()
        written(kind, tmp_path / kind, example_export(clients=3, texts=STRANGE))
        for file in (tmp_path / kind).rglob("*.csv"):
            for row in rows(file):
                for cell in row.values():
                    assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n")), f"{kind}: {file.name}"
                    assert not cell.startswith("-") or re.fullmatch(r"-[0-9.]+", cell)


def test_a_datapackage_is_valid_for_those_who_made_the_format(tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    written("datapackage", tmp_path, example_export(clients=7, texts=STRANGE))

    with frictionless.system.use_context(trusted=True):
        report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.flatten(["rowNumber", "fieldName", "type", "note"]) == []
    assert report.stats["tasks"] == 6
    package = json.loads((tmp_path / "datapackage.json").read_text())
    assert [each["name"] for each in package["resources"]] == ["members", "assignments", "administrations", "answers", "scores", "codebook"]  # fmt: skip


def test_bids_has_a_table_and_a_description_for_each_instrument(tmp_path: Path) -> None:
    written("bids", tmp_path, example_export(clients=4, texts=("a\tb\nc",)))

    table = rows(tmp_path / "phenotype" / "example.tsv", "\t")
    about = json.loads((tmp_path / "phenotype" / "example.json").read_text())
    people = [row["participant_id"] for row in rows(tmp_path / "participants.tsv", "\t")]
    assert next(iter(table[0])) == "participant_id"
    assert {row["participant_id"] for row in table} <= set(people)
    assert all(re.fullmatch("sub-[A-Za-z0-9]+", name) for name in people)
    keys = [(row["participant_id"], row["session_id"], row["run_id"]) for row in table]
    assert len(set(keys)) == len(keys)
    assert all(
        re.fullmatch("ses-[A-Za-z0-9]+", session) and re.fullmatch("run-[0-9]+", run) for _, session, run in keys
    )
    assert set(about) == {"MeasurementToolMetadata", *table[0]} - {"participant_id"}
    assert about["MeasurementToolMetadata"]["Description"] == "Example, version 1.0"
    assert about["score_total"]["Derivative"] is True
    assert table[0]["note"] == "a b c"
    assert not [cell for row in table for cell in row.values() if cell == ""], "what is missing is n/a"
    description = json.loads((tmp_path / "dataset_description.json").read_text())
    assert {"Name", "BIDSVersion"} <= set(description)


def test_bids_gives_the_levels_of_a_closed_list(tmp_path: Path) -> None:
    yes = {"id": "q1", "type": "choice", "options": [{"value": 0.0, "label": "no"}, {"value": 1.0, "label": "yes"}]}
    for name, item in (("one", yes), ("two", LISTED)):
        (tmp_path / name).mkdir()
        written("bids", tmp_path / name, with_item(item, value="1", raw="not-sure"))

    levels = {
        name: json.loads((tmp_path / name / "phenotype" / "example.json").read_text())["q1"]["Levels"] for name in ("one", "two")
    }  # fmt: skip
    assert levels["one"] == {"0": "no", "1": "yes"}
    assert levels["two"] == {"no": "counts 0", "not-sure": "counts 1", "no-word": "counts 1"}
    assert rows(tmp_path / "two" / "phenotype" / "example.tsv", "\t")[0]["q1"] == "not-sure"


def test_two_codes_that_bids_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    export = example_export(clients=2)
    (part,) = export.parts()
    members = part.members.assign(client=["k-17", "k17"])

    with pytest.raises(DataError, match="same participant_id"):
        written("bids", tmp_path, replace(export, source=lambda: iter([replace(part, members=members)])))


def test_psych_ds_has_keywords_in_its_names_and_every_column_among_its_variables(tmp_path: Path) -> None:
    written("psych-ds", tmp_path)

    about = json.loads((tmp_path / "dataset_description.json").read_text())
    named = {each["name"] for each in about["variableMeasured"]}
    files = sorted((tmp_path / "data").iterdir())
    assert (about["@type"], about["@context"]) == ("Dataset", "https://schema.org/")
    assert {"name", "description"} <= set(about)
    assert len(files) == 4
    for file in files:
        assert re.fullmatch(r"([a-z]+-[A-Za-z0-9]+_)+data\.csv", file.name)
        assert set(file.read_text().splitlines()[0].split(",")) <= named


def test_redcap_has_one_repeated_instrument_a_form_and_the_codes_of_our_dictionary(tmp_path: Path) -> None:
    written("redcap", tmp_path, example_export(clients=2))

    records = rows(tmp_path / "records.csv")
    assert list(records[0])[:3] == ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    assert [row["redcap_repeat_instance"] for row in records if row["record_id"] == "p0000"] == [str(place) for place in range(1, 7)]  # fmt: skip
    assert {row["redcap_repeat_instrument"] for row in records} == {"example"}
    assert {row["example_complete"] for row in records} == {"2"}
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in records[0])
    more = rows(tmp_path / "more_fields.csv")
    assert len(more[0]) == 18, "REDCap's dictionary has columns A to R"
    assert {row["Variable / Field Name"] for row in more} <= set(records[0])
