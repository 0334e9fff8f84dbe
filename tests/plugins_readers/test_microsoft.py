"""Microsoft Forms exports: laid out as published scripts that read real ones have them; none of our own was at hand."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from fit_toolkit.errors import DataError
from fit_toolkit.model.parts import RawTable

module = importlib.import_module("fit_toolkit.plugins.form_readers")
excel = importlib.import_module("fit_toolkit.plugins.excel_reader")
HEAD = [
    "ID",
    "Start time",
    "Completion time",
    "Email",
    "Name",
    "Last modified time",
    "Your code",
    "Which?\xa0",
    "Email2",
]
ROW = [
    1,
    datetime.fromisoformat("2026-01-05T10:00:01"),
    datetime.fromisoformat("2026-01-05T10:04:09"),
    "anonymous",
    None,
    None,
    "k01",
    "walking;talking;",
    "",
]


def saved(folder: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = folder / "Form.xlsx"
    book.save(path)
    return path


def test_the_workbook_is_told_from_any_other(tmp_path: Path) -> None:
    path = saved(tmp_path, HEAD, ROW)
    reader, other = module.MicrosoftFormsReader(), excel.ExcelReader()
    assert reader.sniff(path.read_bytes(), ".xlsx") > other.sniff(path.read_bytes(), ".xlsx")
    plain = saved(tmp_path, ["client", "date", "q1"], ["k01", "2026-01-05", 1])
    assert reader.sniff(plain.read_bytes(), ".xlsx") == 0
    for size in range(0, len(path.read_bytes()), 501):
        assert 0 <= reader.sniff(path.read_bytes()[:size], ".xlsx") < 1


def test_columns_of_the_service_are_settled_and_whoever_answered_is_personal(tmp_path: Path) -> None:
    path = saved(tmp_path, HEAD, ROW)
    table: RawTable = module.MicrosoftFormsReader().rows(path)
    assert dict(table.meant) == {"ID": "", "Start time": "", "Completion time": "date", "Last modified time": ""}
    assert table.personal == ("Email", "Name")
    assert list(table.rows[0])[2:] == ["2026-01-05 10:04:09", "anonymous", "", "", "k01", "walking;talking;", ""]
    assert list(table.lines) == [2]
    assert not any("holds numbers" in note for note in table.notes)


@pytest.mark.parametrize(
    "head",
    ["Id,Start time,Completion time,Email,Name", "Id,Hora de inicio,Hora de finalización,Correo electrónico,Nombre"],
)
def test_a_csv_made_of_it_is_read_too(tmp_path: Path, head: str) -> None:
    path = tmp_path / "form.csv"
    path.write_text(f"{head},Your code\n1,8/20/25 12:51:45,8/20/25 12:54:25,anonymous,,k01\n", encoding="utf-8-sig")
    reader = module.MicrosoftFormsReader()
    assert reader.sniff(path.read_bytes(), ".csv") > 0.9
    table = reader.rows(path)
    assert table.rows[0][2] == "8/20/25 12:54:25"
    assert table.personal == tuple(head.split(",")[3:])


def test_points_of_a_quiz_are_passed_over(tmp_path: Path) -> None:
    table = module.MicrosoftFormsReader().rows(
        saved(
            tmp_path,
            [*HEAD[:5], "Total points", "Quiz feedback", "Q", "Points - Q", "Feedback - Q"],
            [*ROW[:5], 3, "", 1, 1, ""],
        )
    )
    assert set(table.columns) - {*table.meant, *table.personal} == {"Q"}


def test_another_workbook_is_refused_when_it_is_called_one_of_these(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no export of microsoft-forms"):
        module.MicrosoftFormsReader().rows(saved(tmp_path, ["client", "q1"], ["k01", 1]))
