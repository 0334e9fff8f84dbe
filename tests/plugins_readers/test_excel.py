"""Workbooks as spreadsheet programs write them (ECMA-376), made with openpyxl or mended in their XML."""

from __future__ import annotations

import importlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import read_source, read_table
from fit_toolkit.model.parts import RawTable
from fit_toolkit.model.people import is_code
from tests.intake.making import Clinic
from tests.plugins_readers.kit import READERS
from tests.plugins_readers.taking import taken

ExcelReader = importlib.import_module("fit_toolkit.plugins.excel_reader").ExcelReader
package = importlib.import_module("fit_toolkit.plugins.excel_reader.package")
HEADER = ["client", "date", "q1"]


def saved(folder: Path, *rows: list[Any], change: Callable[[Any], None] = lambda sheet: None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "answers"
    for row in rows:
        sheet.append(row)
    change(sheet)
    path = folder / "answers.xlsx"
    book.save(path)
    return path


def with_part(path: Path, change: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> Path:
    """Change the XML of one part."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name == part else data)
    path.write_bytes(made.getvalue())
    return path


def table_of(path: Path, **settings: Any) -> RawTable:
    table: RawTable = ExcelReader(**settings).rows(path)
    return table


def cell_of(folder: Path, value: Any, form: str = "") -> str:
    def change(sheet: Any) -> None:
        sheet["C2"] = value
        if form:
            sheet["C2"].number_format = form

    return table_of(saved(folder, HEADER, ["k01", "2026-01-05", None], change=change)).rows[0][2]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (5, "", "5"),
        (5.0, "", "5"),
        (0.1 + 0.2, "", "0.3"),
        (2.5, "0", "2.5"),
        (-0.0, "", "0"),
        (1e-5, "", "0.00001"),
        (123456789012, "", "123456789012"),
        (999_999_999_999_999, "", "999999999999999"),
        (1_234_567_890_123_457, "", "1.23456789012346E+15"),
        (1.5e300, "", "1.5E+300"),
        (7, "000", "007"),
        (7, '"k"000', "k007"),
        (7, "[Red]000_ ;-000", "007"),
        (-7, "000;-000", "-7"),
        (7, '0" points"', "7"),
        (7, "#,##0", "7"),
        (0.5, "0%", "50%"),
        (True, "", "TRUE"),
        ("007", "", "007"),
        ("NA", "", "NA"),
        (" 5 ", "", " 5 "),
        ("2,5", "", "2,5"),
        (None, "", ""),
        (date(2026, 3, 31), "", "2026-03-31"),
        (datetime.fromisoformat("2026-03-31T14:05:09"), "", "2026-03-31 14:05:09"),
        (datetime.fromisoformat("2026-03-31T14:05:08.999990"), "", "2026-03-31 14:05:09"),
        (time(14, 5), "", "14:05:00"),
        (46112, "dd.mm.yyyy", "2026-03-31"),
    ],
)
def test_a_cell_is_the_text_it_shows(tmp_path: Path, value: Any, form: str, text: str) -> None:
    assert cell_of(tmp_path, value, form) == text


def test_lines_are_rows_of_the_sheet_and_empty_rows_and_columns_are_no_rows(tmp_path: Path) -> None:
    path = saved(tmp_path, [], HEADER, ["k01", "2026-01-05", 7], [], ["k02", "2026-01-06"], [None, "  ", None, None])
    table = table_of(path)
    assert table.columns == ("client", "date", "q1")
    assert list(table.lines) == [3, 5]
    assert [list(row) for row in table.rows] == [["k01", "2026-01-05", "7"], ["k02", "2026-01-06", ""]]


def test_however_it_is_cut_the_same_comes_of_it(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, *[[f"k{each:02}", date(2026, 1, 5), each] for each in range(1, 6)])
    whole = table_of(path)
    for count in (1, 2, 5, 6):
        parts = list(ExcelReader().parts(path, count))
        assert [row for part in parts for row in part.rows] == list(whole.rows)
        assert [line for part in parts for line in part.lines] == list(whole.lines)
        assert all(len(part) <= count for part in parts)


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole(tmp_path: Path) -> None:
    path = with_part(saved(tmp_path, HEADER, ["k01", "2026-01-05", 7]), lambda xml: xml.replace("A1:C2", "A1"))
    assert list(table_of(path).rows[0]) == ["k01", "2026-01-05", "7"]


def test_the_one_sheet_that_holds_anything_is_read_and_of_several_one_is_named(tmp_path: Path) -> None:
    def second(sheet: Any) -> None:
        sheet.parent.create_sheet("empty")
        sheet.parent.create_sheet("notes")["A1"] = filled

    filled = None
    assert table_of(saved(tmp_path, HEADER, ["k01", "2026-01-05", 7], change=second)).notes[0] == "sheet: answers"
    filled = "hello"
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", 7], change=second)
    with pytest.raises(DataError, match="2 sheets hold something") as caught:
        table_of(path)
    assert "answers, notes" in caught.value.hint
    assert table_of(path, sheet="notes").columns == ("hello",)
    with pytest.raises(DataError, match="there is no sheet 'note'"):
        table_of(path, sheet="note")


def test_what_is_hidden_is_said(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.parent.create_sheet("old")["A1"] = "x"
        sheet.parent["old"].sheet_state = "hidden"

    table = table_of(saved(tmp_path, HEADER, ["k01", "2026-01-05", 7], change=hide))
    assert len(table) == 1
    said = "; ".join(table.notes)
    assert "hidden rows, read like the others: 1" in said
    assert "hidden columns, read like the others: 1" in said
    assert "hidden sheets, not read: 1" in said


def test_a_formula_counts_as_its_result_and_one_without_a_result_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", "=3+4"])
    with pytest.raises(DataError, match="result of this formula was not kept") as caught:
        table_of(path)
    assert caught.value.where == "answers.xlsx:answers!C2"
    calculated = with_part(path, lambda xml: xml.replace("<v />", "<v>7</v>").replace("<v></v>", "<v>7</v>"))
    table = table_of(calculated)
    assert table.rows[0][2] == "7"
    assert any("formulas were taken with the results" in note for note in table.notes)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", '=""'])
    path = with_part(path, lambda xml: xml.replace('r="C2"', 'r="C2" t="str"'))
    assert table_of(path).rows[0][2] == ""


@pytest.mark.parametrize("error", ["#N/A", "#VALUE!", "#DIV/0!"])
def test_an_error_in_a_cell_is_refused_with_its_address(tmp_path: Path, error: str) -> None:
    with pytest.raises(DataError, match=error) as caught:
        cell_of(tmp_path, error)
    assert caught.value.where == "answers.xlsx:answers!C2"


def test_a_date_beyond_the_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds an error"):
        cell_of(tmp_path, 99_999_999, "dd.mm.yyyy")


def test_a_bare_number_among_dates_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["k01", date(2026, 1, 5), 7], ["k02", 46112, 7])
    with pytest.raises(DataError, match="a number stands in a column of dates") as caught:
        table_of(path)
    assert caught.value.where == "answers.xlsx:answers!B3"
    assert "date format" in caught.value.hint


def test_merged_cells_are_refused_but_above_the_table(tmp_path: Path) -> None:
    rows = (HEADER, ["k01", "2026-01-05", 7], [None, "2026-01-12", 8])
    with pytest.raises(DataError, match="A2:A3 are merged"):
        table_of(saved(tmp_path, *rows, change=lambda sheet: sheet.merge_cells("A2:A3")))
    title = saved(tmp_path, ["Answers of the year"], *rows, change=lambda sheet: sheet.merge_cells("A1:C1"))
    with pytest.raises(DataError, match="A1:C1 are merged"):
        table_of(title)
    assert table_of(title, header=2).columns == ("client", "date", "q1")
    assert list(table_of(title, header=2).lines) == [3, 4]


def test_numbers_as_codes_are_said_because_zeros_may_be_lost(tmp_path: Path) -> None:
    table = table_of(saved(tmp_path, ["Client ID", "date", "q1"], [7, "2026-01-05", 7]))
    assert any(note.startswith("column 'Client ID' holds numbers") for note in table.notes)
    assert not table_of(saved(tmp_path, HEADER, ["007", "2026-01-05", 7])).notes[1:]


def test_numbers_too_long_for_a_spreadsheet_are_said_and_are_no_codes(tmp_path: Path) -> None:
    rows = [[1_234_567_890_123_456 + at, "2026-01-05", 7] for at in (0, 1)]
    table = table_of(saved(tmp_path, HEADER, *rows))
    assert any("'client' holds numbers of more than 15 digits, the first in A2" in note for note in table.notes)
    assert not is_code(table.rows[0][0])


def test_comments_and_rich_text_do_no_harm(tmp_path: Path) -> None:
    def comment(sheet: Any) -> None:
        sheet["A2"].comment = Comment("remember", "anna")

    rich = "<is><r><t>k</t></r><r><rPr><b/></rPr><t>01</t></r></is>"
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", 7], change=comment)
    path = with_part(
        path, lambda xml: xml.replace('<c r="A2" t="s"><v>3</v></c>', f'<c r="A2" t="inlineStr">{rich}</c>')
    )
    assert table_of(path).rows[0][0] == "k01"


def test_an_answer_that_a_spreadsheet_made_a_date_of_is_rejected_by_the_import(clinic: Clinic, tmp_path: Path) -> None:
    rows = (
        ["client", "date", *(f"q{each}" for each in range(1, 10))],
        ["k17", "2026-03-02", date(2026, 2, 1), *[1] * 8],
    )
    table = table_of(saved(tmp_path, *rows))
    assert table.rows[0][2] == "2026-02-01"
    outcome = taken(clinic, table)
    assert (outcome.rejected, outcome.accepted) == (1, 0)
    assert outcome.problems[0].column == "q1"


def test_a_map_says_which_sheet_before_the_practice_does(tmp_path: Path) -> None:
    path = saved(
        tmp_path, HEADER, ["k01", "2026-01-05", 7], change=lambda sheet: sheet.parent.create_sheet("b").append(["x"])
    )
    usual = {"excel": {"sheet": "b", "header": 1}}
    mapping = Map(settings={"sheet": "answers", "header": 0})
    source = read_source(path, {"excel": ExcelReader}, usual=usual, settings=mapping.reader_settings())
    assert source.sample.columns == ("client", "date", "q1")


# --- damaged, hostile, and other files -----------------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        table_of(path)
    return f"{caught.value} {caught.value.hint}"


def test_old_and_locked_workbooks_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert ExcelReader().sniff(path.read_bytes(), ".xls") > 0.3
    assert "save it as .xlsx" in refused(path)


def test_a_web_page_that_calls_itself_xls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"
    path.write_bytes(b"<html><table><tr><td>client</td></tr></table></html>")
    assert ExcelReader().sniff(path.read_bytes(), ".xls") > 0.3
    assert "no .xlsx workbook" in refused(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert ExcelReader().sniff(path.read_bytes(), ".ods") == 0
    assert "no .xlsx workbook" in refused(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1 << 20)
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", 7])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(2 << 20))
    assert "larger than" in refused(path)


@pytest.mark.parametrize(
    "evil", ['<!DOCTYPE x [<!ENTITY a "aaaa">]>', "<!-- " + "x" * (1 << 20) + " --><!DOCTYPE x []>"]
)
def test_entities_are_refused_wherever_they_stand(tmp_path: Path, evil: str) -> None:
    path = with_part(saved(tmp_path, HEADER, ["k01", "2026-01-05", 7]), lambda xml: evil + xml)
    assert "entities" in refused(path)


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["k01", "2026-01-05", 7], ["k02", "2026-01-06", 8])
    moved = with_part(path, lambda xml: xml.replace('<row r="3"', '<row r="2"').replace('r="A3"', 'r="A2"'))
    assert "stands behind" in refused(moved)


def test_spoilt_bytes_never_end_in_anything_but_a_plain_refusal(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, *[[f"k{each:02}", date(2026, 1, 5), each] for each in range(1, 6)])
    whole = path.read_bytes()
    good = [list(row) for row in table_of(path).rows]
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            rows = [list(row) for row in table_of(path).rows]
        except DataError:
            continue
        assert rows == good  # the byte was of no matter, such as one of a style or a time of day
    for at in (0, 3, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at])
        assert refused(path)


@pytest.mark.parametrize("kind", ["excel", "microsoft-forms"])
def test_a_missing_library_is_said_with_the_line_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    head = ["ID", "Start time", "Completion time", "Email", "Name"]
    path = saved(tmp_path, head if kind != "excel" else HEADER)
    monkeypatch.setitem(importlib.import_module("sys").modules, "openpyxl", None)
    with pytest.raises(ConfigError) as caught:
        read_table(path, READERS, reader=kind)
    assert caught.value.what == f"the reader {kind} needs openpyxl, which is not installed"
    assert caught.value.hint == "pip install 'fit-toolkit[excel]'"
