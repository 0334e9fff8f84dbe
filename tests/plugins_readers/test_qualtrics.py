"""Qualtrics exports, laid out as its support pages on response data sets and header rows describe them."""

from __future__ import annotations

import csv
import importlib
import io
import json
from pathlib import Path

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.model.parts import RawTable
from tests.intake.making import Clinic
from tests.plugins_readers.taking import taken

QualtricsReader = importlib.import_module("fit_toolkit.plugins.form_readers").QualtricsReader
OWN = {  # name, text, import id
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientLastName": ("Recipient Last Name", "recipientLastName"),
    "RecipientFirstName": ("Recipient First Name", "recipientFirstName"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "LocationLatitude": ("Location Latitude", "locationLatitude"),
    "LocationLongitude": ("Location Longitude", "locationLongitude"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
    **{f"q{each}": (f"Item {each}\n(as made up)", f"QID{each}") for each in range(1, 10)},
    "Q_RecaptchaScore": ("Q_RecaptchaScore", "Q_RecaptchaScore"),
    "FL_3_DO": ("FL_3 - Block Randomizer - Display Order", "FL_3_DO"),
    "Q20_Page Submit": ("Timing - Page Submit", "QID20_PAGE_SUBMIT"),
}


def record(code: str = "A", *, status: str = "0", finished: str = "1", progress: str = "100") -> dict[str, str]:
    given = {
        "StartDate": "2026-03-02 10:00:00",
        "EndDate": "2026-03-02 10:04:09",
        "Status": status,
        "IPAddress": "203.0.113.9",
        "Progress": progress,
        "Finished": finished,
        "RecordedDate": "2026-03-09 10:04:10",
        "ResponseId": "R_1",
        "RecipientEmail": "somebody@example.org",
        "ExternalReference": code,
    }
    return {**dict.fromkeys(OWN, ""), **{f"q{each}": "1" for each in range(1, 9)}, "q9": "0", **given}


def export(*records: dict[str, str], names: str = "all", zone: str = "Europe/Berlin", language: str = "en") -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(OWN)
    if names in {"all", "texts"}:
        writer.writerow([text if language == "en" else f"({text})" for text, _ in OWN.values()])
    if names in {"all", "ids"}:
        dated = {"startDate", "endDate", "recordedDate"}
        writer.writerow(
            json.dumps({"ImportId": id, **({"timeZone": zone} if id in dated else {})}, separators=(",", ":"))
            for _, id in OWN.values()
        )
    writer.writerows(each.values() for each in records)
    return made.getvalue()


def table_of(folder: Path, text: str | bytes, **settings: bool) -> RawTable:
    path = folder / "export.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    table: RawTable = QualtricsReader(**settings).rows(path)
    return table


@pytest.mark.parametrize(("names", "line"), [("all", 13), ("texts", 12), ("ids", 3), ("none", 2)])
def test_rows_of_names_are_no_answers_whichever_are_still_there(tmp_path: Path, names: str, line: int) -> None:
    table = table_of(tmp_path, export(record(), names=names))
    assert len(table) == 1
    assert list(table.lines) == [line]  # behind texts of questions that go over several lines
    assert table.columns == tuple(OWN)


def test_rows_of_names_in_another_language_are_known_by_the_row_below(tmp_path: Path) -> None:
    assert len(table_of(tmp_path, export(record(), language="de"))) == 1


def test_tab_separated_utf_16_is_read_too(tmp_path: Path) -> None:
    text = "\r\n".join("\t".join(row) for row in csv.reader(io.StringIO(export(record(), names="none"))))
    path = tmp_path / "export.tsv"
    path.write_bytes(text.encode("utf-16"))
    assert QualtricsReader().sniff(path.read_bytes(), ".tsv") > 0.9
    assert len(QualtricsReader().rows(path)) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("0", ""),
        ("IP Address", ""),
        ("1", "previews"),
        ("Survey Preview", "previews"),
        ("9", "previews"),
        ("17", "previews"),
        ("2", "test responses"),
        ("Survey Test", "test responses"),
        ("256", "responses made up by a machine"),
        ("4", ""),
        ("Imported", ""),
        ("16", ""),
        ("8", ""),
        ("Spam", ""),
    ],
)
def test_previews_and_tests_are_left_out_by_the_reason(tmp_path: Path, status: str, reason: str) -> None:
    table = table_of(tmp_path, export(record(status=status)))
    assert dict(table.left_out) == ({reason: 1} if reason else {})
    assert len(table) == (0 if reason else 1)


def test_what_is_taken_for_spam_is_taken_and_said(tmp_path: Path) -> None:
    table = table_of(tmp_path, export(record(status="8"), record(status="Spam")))
    assert len(table) == 2
    assert [note for note in table.notes if "spam" in note] == [
        "responses that Qualtrics takes for spam are among those taken; a shared tablet can be the reason"
    ]


@pytest.mark.parametrize(
    ("finished", "progress", "whole"),
    [
        ("1", "100", True),
        ("True", "100", True),
        ("TRUE", "100", True),
        ("0", "40", False),
        ("False", "100", False),
        ("Ja", "100", True),
        ("Nein", "40", False),
        ("", "", True),
    ],
)
def test_unfinished_responses_are_left_out_unless_they_are_wanted(
    tmp_path: Path, finished: str, progress: str, whole: bool
) -> None:
    text = export(record(finished=finished, progress=progress))
    table = table_of(tmp_path, text)
    assert (len(table), dict(table.left_out)) == ((1, {}) if whole else (0, {"unfinished": 1}))
    assert len(table_of(tmp_path, text, keep_unfinished=True)) == 1


def test_columns_of_the_service_are_settled_and_what_tells_who_somebody_is_is_personal(tmp_path: Path) -> None:
    table = table_of(tmp_path, export(record()))
    roles = {column: role for column, role in table.meant.items() if role}
    assert roles == {"EndDate": "date", "ExternalReference": "client"}
    passed = {column for column, role in table.meant.items() if not role}
    assert passed >= {
        "StartDate",
        "RecordedDate",
        "Status",
        "ResponseId",
        "Q_RecaptchaScore",
        "FL_3_DO",
        "Q20_Page Submit",
    }
    assert not {f"q{each}" for each in range(1, 10)} & {*table.meant, *table.personal}
    assert set(table.personal) == {
        "IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "LocationLatitude", "LocationLongitude",
    }  # fmt: skip


@pytest.mark.parametrize(("zone", "said"), [("America/Denver", "America/Denver"), ("Z", "UTC"), ("UTC", "UTC")])
def test_the_zone_of_its_times_is_said(tmp_path: Path, zone: str, said: str) -> None:
    assert f"timezone: {said}" in table_of(tmp_path, export(record(), zone=zone)).notes


def test_however_it_is_cut_the_same_comes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(export(record("A"), record("B", status="1"), record("C"), record("D", finished="0")))
    whole = QualtricsReader().rows(path)
    assert len(whole) == 2
    for count in (1, 2, 3):
        parts = list(QualtricsReader().parts(path, count))
        assert [row for part in parts for row in part.rows] == list(whole.rows)
        assert [line for part in parts for line in part.lines] == list(whole.lines)
        counts = [(why, n) for part in parts for why, n in part.left_out.items()]
        assert sorted(counts) == [("previews", 1), ("unfinished", 1)]
        assert all(part.meant == whole.meant and part.personal == whole.personal for part in parts)


def test_an_answer_recoded_from_one_on_is_rejected_by_the_range_of_the_item(clinic: Clinic, tmp_path: Path) -> None:
    answers = record()
    table = table_of(tmp_path, export({**answers, "EndDate": "2026-03-02", "q1": "4"}))
    outcome = taken(clinic, table)
    assert (outcome.rejected, outcome.accepted) == (1, 0)
    assert [(each.line, each.column) for each in outcome.problems] == [(13, "q1")]
    assert taken(clinic, table_of(tmp_path, export({**answers, "EndDate": "2026-03-02"}))).accepted == 1


def test_another_file_is_refused_when_it_is_called_one_of_these(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no export of qualtrics"):
        table_of(tmp_path, "client,date,q1\nA,2026-03-02,1\n")
