"""REDCap's raw export as its documentation describes it: classic, with events, with repeats, with surveys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.personal import personal_among
from tests.plugins_readers.kit import READERS, column, read

EXAMPLES = Path("/work/shared/examples/redcap")
CLASSIC = "record_id,visit_date,eve_1,eve_2,why___1,why___2,why____99,evening_complete\nk01,2026-01-05,2,-99,1,0,0,2\n"
REPEATS = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,birth_year,base_complete,evening_timestamp,eve_1,eve_2,evening_complete,noon_timestamp,noon_1,noon_complete
k01,intake_arm_1,,,north,1980,2,,,,,,,
k01,weekly_arm_1,evening,1,north,,,2026-01-05 17:40:12,2,1,2,,,
k01,weekly_arm_1,evening,2,north,,,[not completed],1,,0,,,
k01,weekly_arm_1,noon,1,north,,,,,,,,3,1
k02,visit_arm_1,,1,south,,,2026-01-06 09:00:00,1,1,2,[not completed],4,0
"""
LABEL_HEADINGS = "Record ID,Event Name,Repeat Instrument,Repeat Instance,How rested are you?,Complete?\n1,Weekly,Evening,1,very,Complete\n"
LABELS_OF_A_REPORT = "Record ID,Survey Timestamp,How rested are you?\n1,2026-03-02 17:40:12,very\n"
LABEL_VALUES = "record_id,redcap_event_name,eve_1,evening_complete\nk01,Weekly (Arm 1: Arm 1),very,Complete\n"


def test_a_classic_export_is_known_and_its_cells_stay_as_they_are(tmp_path: Path) -> None:
    table = read(tmp_path, CLASSIC)

    assert [*table.rows[0]] == ["k01", "2026-01-05", "2", "-99", "1", "0", "0", "2"]
    assert {*table.meant} == {"why___1", "why___2", "why____99", "evening_complete"}
    assert not any(table.meant.values())  # whether a record is a client is not for the file to say
    assert not table.left_out


def test_where_records_have_events_or_repeats_a_record_is_a_client_and_an_event_no_date(tmp_path: Path) -> None:
    table = read(tmp_path, REPEATS)

    assert {name: role for name, role in table.meant.items() if role} == {"record_id": "client"}
    assert {"redcap_event_name", "redcap_repeat_instance", "redcap_data_access_group"} <= {*table.meant}
    assert "noon_timestamp" in table.meant


def test_a_survey_that_was_not_finished_is_left_out_and_what_else_the_row_holds_stays(tmp_path: Path) -> None:
    table = read(tmp_path, REPEATS)

    assert table.left_out == {"surveys begun and not finished": 2}
    assert column(table, "eve_1") == ["", "2", "", "1"]
    assert column(table, "noon_1") == ["", "", "3", ""]
    assert [*table.lines] == [2, 3, 5, 6]
    assert column(table, "record_id") == ["k01", "k01", "k01", "k02"]


def test_unfinished_surveys_are_taken_when_the_practice_says_so(tmp_path: Path) -> None:
    table = read(tmp_path, REPEATS, unfinished=True)

    assert column(table, "eve_1") == ["", "2", "1", "", "1"]
    assert not table.left_out


def test_only_complete_takes_forms_with_the_status_2_alone(tmp_path: Path) -> None:
    table = read(tmp_path, REPEATS, only_complete=True)

    assert column(table, "noon_1") == ["", "", ""]
    assert table.left_out == {"surveys begun and not finished": 2, "forms whose status is not Complete": 1}


def test_only_complete_is_refused_where_nothing_says_which_answers_a_status_is_of(tmp_path: Path) -> None:
    mixed = "record_id,redcap_event_name,noon_complete,eve_1,evening_complete,noon_1\nk01,a_arm_1,2,1,0,3\n"

    assert column(read(tmp_path, mixed), "eve_1") == ["1"]
    with pytest.raises(DataError, match="only_complete"):
        read(tmp_path, mixed, only_complete=True)


def test_in_a_report_with_columns_in_another_order_no_answer_is_emptied(tmp_path: Path) -> None:
    text = "record_id,redcap_event_name,eve_1,evening_timestamp,noon_1,noon_complete,evening_complete,x\nk01,a_arm_1,1,[not completed],3,2,0,\n"
    table = read(tmp_path, text)

    assert (column(table, "eve_1"), column(table, "noon_1")) == (["1"], ["3"])


@pytest.mark.parametrize("text", [LABEL_HEADINGS, LABEL_VALUES, LABELS_OF_A_REPORT])
def test_an_export_of_labels_is_refused_with_the_reason_and_what_to_do(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"export of labels.*raw data") as refused:
        read(tmp_path, text)
    assert "very" not in str(refused.value)
    assert "k01" not in str(refused.value)


def test_a_label_in_a_later_row_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"export\.csv:3: .*'evening_complete' holds words"):
        read(tmp_path, CLASSIC + "k02,2026-01-06,1,1,0,0,0,Incomplete\n")


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_delimiter_and_mark_makes_no_difference(tmp_path: Path, delimiter: str, encoding: str) -> None:
    table = read(tmp_path, REPEATS.replace(",", delimiter).encode(encoding))

    assert table.meant["record_id"] == "client"
    assert len(table) == 4


def test_answers_over_several_lines_keep_the_line_on_which_their_row_begins(tmp_path: Path) -> None:
    table = read(tmp_path, 'record_id,eve_note,eve_complete\nk01,"one\ntwo",2\nk02,three,2\n')

    assert [*table.lines] == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        "client,date,q1\nk01,2026-01-05,1\n",
        "client,date,homework_complete\nk01,2026-01-05,yes\n",
        "Client,Date,homework_complete\nk01,2026-01-05,1\n",
        "record_id,evening_complete\n",
    ],
)
def test_other_tables_are_not_taken_for_redcap(text: str) -> None:
    assert READERS["redcap"]().sniff(text.encode(), ".csv") == 0


def test_pieces_of_any_size_hold_the_same_rows_and_leave_the_same_out(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(REPEATS)
    reader = READERS["redcap"]()
    whole = reader.rows(path)
    for size in (1, 2, 3, sys.maxsize):
        parts = [*reader.parts(path, size)]
        assert [[*row] for part in parts for row in part.rows] == [[*row] for row in whole.rows]
        assert sum(sum(part.left_out.values()) for part in parts) == 2


def test_a_column_named_client_is_the_client_and_not_the_record(tmp_path: Path) -> None:
    table = read(tmp_path, "record_id,redcap_repeat_instance,client,eve_1,evening_complete\n1,1,k01,2,2\n")

    assert "record_id" not in table.meant


def test_the_identifier_of_a_survey_participant_tells_who_somebody_is(tmp_path: Path) -> None:
    table = read(tmp_path, "record_id,redcap_survey_identifier,eve_1,evening_complete\n1,a@example.org,2,2\n")

    assert table.personal == ("redcap_survey_identifier",)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the shared examples are not on this machine")
def test_exports_of_real_projects_are_known_and_read_whole(tmp_path: Path) -> None:
    expected = json.loads((EXAMPLES / "expected.json").read_text())
    for name, right in expected.items():
        table = read(tmp_path, (EXAMPLES / name / "data.csv").read_bytes())
        assert table.personal or table.meant, f"{name} is not known as REDCap's"
        events = column(table, "redcap_event_name") if "redcap_event_name" in table.columns else []
        repeats = column(table, "redcap_repeat_instance") if "redcap_repeat_instance" in table.columns else []
        found = {
            "rows": len(table), "columns": len(table.columns), "records": len({row[0] for row in table.rows}),
            "blank_cells": sum(not cell for row in table.rows for cell in row), "events": sorted({*events}),
            "repeats": sum(map(bool, repeats)),
        }  # fmt: skip
        assert found == {**found, **right}, name
        named = {
            each
            for each in table.columns
            if each in {"dob", "email", "telephone", "address", "name_first", "first_name", "name"}
        }
        assert named <= {*personal_among(table.columns, table.personal)}
