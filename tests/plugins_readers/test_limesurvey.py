"""LimeSurvey's CSV as its manual describes it: codes as headings, what stands before the answers, what is no response."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.errors import DataError
from tests.plugins_readers.kit import READERS, column, read

HEAD = '"id";"submitdate";"lastpage";"startlanguage";"seed";"token";"startdate";"datestamp";"ipaddr";"refurl"'
CODES = (
    HEAD + ';"eve[1]";"eve[2]";"rest";"interviewtime";"groupTime12"\n'
    '"7";"2026-01-05 17:40:12";"2";"en";"12";"k01";"2026-01-05 17:30:00";"2026-01-05 17:40:12";"192.0.2.7";"";"AO02";"AO01";"7.0000000000";"31.2";"9"\n'
    '"8";"";"1";"en";"13";"k02";"2026-01-05 18:30:00";"2026-01-05 18:31:12";"192.0.2.8";"";"AO01";"";"";"11.2";"3"\n'
    '"9";"2026-01-06 09:00:00";"2";"de";"14";"";"2026-01-06 08:30:00";"2026-01-06 09:00:00";"192.0.2.9";"";"N/A";"AO03";"";"41.2";"9"\n'
)


def test_answers_are_codes_as_they_stand_and_the_day_is_that_of_submission(tmp_path: Path) -> None:
    table = read(tmp_path, CODES)

    assert column(table, "eve[1]") == ["AO02", "N/A"]
    assert column(table, "rest") == ["7.0000000000", ""]
    assert {name: role for name, role in table.meant.items() if role} == {"submitdate": "date"}
    assert {"id", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "interviewtime", "groupTime12"} <= {
        *table.meant
    }
    assert not {"eve[1]", "eve[2]", "rest"} & {*table.meant}


def test_the_number_of_a_response_is_no_client(tmp_path: Path) -> None:
    assert read(tmp_path, CODES).meant["id"] == ""


def test_responses_that_were_not_submitted_are_left_out_and_counted(tmp_path: Path) -> None:
    table = read(tmp_path, CODES)

    assert [*table.lines] == [2, 4]
    assert table.left_out == {"responses that were not submitted": 1}
    assert not read(tmp_path, CODES, unfinished=True).left_out


def test_a_token_and_an_address_of_a_machine_tell_who_somebody_is(tmp_path: Path) -> None:
    assert read(tmp_path, CODES).personal == ("token", "ipaddr", "refurl")
    attributes = "id;submitdate;lastpage;firstname;email;attribute_1;q\n1;2026-01-05 10:00:00;1;A;a@example.org;x;1\n"
    assert read(tmp_path, attributes).personal == ("firstname", "email", "attribute_1")


def test_a_survey_that_keeps_no_time_gives_no_day(tmp_path: Path) -> None:
    table = read(tmp_path, "id;submitdate;lastpage;q\n1;1980-01-01 00:00:00;1;AO01\n")

    assert column(table, "submitdate") == [""]
    assert "date" not in table.meant.values()
    assert any("no time of submission" in note for note in table.notes)
    assert len(table) == 1  # it was submitted, only not when


def test_without_the_column_it_is_said_that_nobody_knows_what_was_submitted(tmp_path: Path) -> None:
    table = read(tmp_path, "id;lastpage;startlanguage;q\n1;1;en;AO01\n")

    assert any("cannot be told apart" in note for note in table.notes)


@pytest.mark.parametrize(
    "head",
    [
        "Response ID;Date submitted;Last page;Start language;How rested are you?",
        "Antwort ID;Datum Abgeschickt;Letzte Seite;Start-Sprache;Wie ausgeruht?",
        "id. Response ID;submitdate. Date submitted;lastpage. Last page;startlanguage. Start language;rest. How rested are you?",
    ],
)
def test_headings_of_question_text_are_refused_with_the_reason(tmp_path: Path, head: str) -> None:
    with pytest.raises(DataError, match=r"export\.csv:1: .*not codes.*Question code"):
        read(tmp_path, f"{head}\n1;2026-01-05 10:00:00;1;en;AO01\n")


def test_commas_and_tabs_separate_as_well(tmp_path: Path) -> None:
    for delimiter in ",\t":
        assert len(read(tmp_path, CODES.replace(";", delimiter))) == 2


@pytest.mark.parametrize("text", ["id;date;q1\n1;2026-01-05;2\n", "client;submitdate;q1\nk;2026-01-05;1\n"])
def test_other_tables_are_not_taken_for_limesurvey(text: str) -> None:
    assert READERS["limesurvey"]().sniff(text.encode(), ".csv") == 0
