"""Typeform exports: laid out as published scripts that read real ones have them; no export of our own was at hand."""

from __future__ import annotations

import importlib
from pathlib import Path

import msgspec
import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.mapping import Map
from fit_toolkit.model.parts import RawTable
from tests.intake.making import Clinic
from tests.plugins_readers.taking import taken

TypeformReader = importlib.import_module("fit_toolkit.plugins.form_readers").TypeformReader
NOW = "#,How are you?,client,Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending\n"
DONE = "hefu,7,k01,completed,2026-01-05 23:50:01,,2026-01-05 23:54:09,98eebf3737,,\n"
BEGUN = "5dm9,8,k02,partial,2026-01-06 10:00:01,2026-01-06 10:01:00,,938f4331f1,,\n"


def table_of(folder: Path, text: str) -> RawTable:
    path = folder / "responses.csv"
    path.write_text(text, encoding="utf-8")
    table: RawTable = TypeformReader().rows(path)
    return table


def test_columns_of_the_service_are_settled(tmp_path: Path) -> None:
    table = table_of(tmp_path, NOW + DONE)
    assert [list(row)[:3] for row in table.rows] == [["hefu", "7", "k01"]]
    assert {column for column, role in table.meant.items() if role == "date"} == {"Submit Date (UTC)"}
    assert table.personal == ("Network ID",)
    assert set(table.columns) - {*table.meant, *table.personal} == {"How are you?", "client"}
    assert "timezone: UTC" in table.notes


def test_a_zone_that_the_file_does_not_name_is_refused_for_its_times(clinic: Clinic, tmp_path: Path) -> None:
    said = Map(instrument="who-5", columns={"client": "client", "Submit Date (UTC)": "date", "How are you?": "q1"})
    table = table_of(tmp_path, NOW + DONE.replace(",7,", ",5,"))
    other = msgspec.structs.replace(said, timezone="Europe/Berlin")
    with pytest.raises(DataError, match="names the zone of its times, UTC, and Europe/Berlin is said"):
        taken(clinic, table, other)
    asked = msgspec.structs.replace(other, columns={**said.columns, "Submit Date (UTC)": "session", "Ending": "date"})
    assert taken(clinic, table, asked).rejected == 1, "of another column the file says nothing"
    for zone in ("", "UTC", "Etc/GMT"):
        assert taken(clinic, table, msgspec.structs.replace(said, timezone=zone)).rejected == 0


def test_what_was_not_handed_in_is_left_out_and_counted(tmp_path: Path) -> None:
    table = table_of(tmp_path, NOW + DONE + BEGUN)
    assert (len(table), dict(table.left_out)) == (1, {"unfinished": 1})


def test_the_older_layout_is_read_with_a_column_for_each_choice_and_several_others(tmp_path: Path) -> None:
    text = (
        "#,mood,Walking,Talking,Other,Sleep,Other,Start Date (UTC),Submit Date (UTC),Network ID\n"
        "851b,5,Walking,,,7,,2018-03-26 14:25:43,2018-03-26 14:26:09,55833cdf57\n"
    )
    table = table_of(tmp_path, text)
    assert table.columns[4:7] == ("Other", "Sleep", "Other (2)")
    assert "columns with the same name were numbered: Other (2)" in table.notes
    assert len(table) == 1


def test_another_file_is_refused_when_it_is_called_one_of_these(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no export of typeform"):
        table_of(tmp_path, "#,client,q1\n1,k01,5\n")
