"""Google Forms exports: laid out as published scripts and tests have them; no export of our own was at hand."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from fit_toolkit.model.parts import RawTable

GoogleFormsReader = importlib.import_module("fit_toolkit.plugins.form_readers").GoogleFormsReader


def table_of(folder: Path, text: str) -> RawTable:
    path = folder / "responses.csv"
    path.write_text(text, encoding="utf-8")
    table: RawTable = GoogleFormsReader().rows(path)
    return table


def sure(text: str) -> float:
    return float(GoogleFormsReader().sniff(text.encode(), ".csv"))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Timestamp", "2026/09/27 3:00:00 PM GMT+3"),
        ("Timestamp", "2026/09/20 10:00:00 AM"),
        ("Timestamp", "8/31/2023 19:08:16"),
        ("Zeitstempel", "07.02.2025 00:13:31"),
        ("Horodateur", "27/09/2026 14:03:22"),
        ("Informazioni cronologiche", "12/02/2026 19.07.17"),
    ],
)
def test_the_first_column_tells_in_the_languages_that_are_known(name: str, written: str) -> None:
    assert sure(f"{name},How are you?\n{written},fine\n") > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "Timestamp,client,q1\n2026-09-20T10:00:00Z,k01,5\n",
        "timestamp,client,q1\n1769000000,k01,5\n",
        "client,Timestamp,q1\nk01,8/31/2023 19:08:16,5\n",
        "",
        "\0",
    ],
)
def test_a_timestamp_of_another_make_may_be_anybodys(text: str) -> None:
    assert sure(text) == 0


def test_whoever_answered_is_personal_and_points_of_a_quiz_are_passed_over(tmp_path: Path) -> None:
    text = (
        "Timestamp,Email Address,Score,Your code,How was the week? [Sleep],How was the week? [Work],Which? [Score]\n"
        '2026/09/27 3:00:00 PM GMT+3,a@example.org,3 / 5,k01,Good,"Bad, and then\nworse",1 / 1\n'
    )
    table = table_of(tmp_path, text)
    assert table.personal == ("Email Address",)
    assert dict(table.meant) == {"Timestamp": "date", "Score": "", "Which? [Score]": ""}
    assert table.rows[0][4:6] == ["Good", "Bad, and then\nworse"]
    assert table.rows[0][0] == "2026/09/27 3:00:00 PM GMT+3"


def test_a_question_asked_twice_is_two_columns(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Timestamp,How?,How?,How? (2)\n8/31/2023 19:08:16,1,2,3\n")
    assert table.columns == ("Timestamp", "How?", "How? (3)", "How? (2)")


def test_named_outright_it_reads_times_in_any_writing(tmp_path: Path) -> None:
    assert len(table_of(tmp_path, "Timestamp,How?\n2026-09-20 10:00:00,1\n")) == 1
