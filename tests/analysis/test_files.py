"""Separated text as it comes out of spreadsheets and statistics software."""

from __future__ import annotations

import numpy as np
import pytest

from fit_toolkit.analysis.columns import id_cells, read_numbers
from fit_toolkit.analysis.files import Table, read_table
from fit_toolkit.analysis.rows import read_rows
from fit_toolkit.errors import DataError, UsageError


def table(text: str) -> Table:
    return read_table(text.encode(), "ratings.csv")


def test_blank_rows_are_passed_over_and_counted_and_the_others_keep_line_and_number() -> None:
    read = table("client,first\n\nk1,3\n,\n ,\t\nk2,4\n,,,,\n")
    assert read.cells == (("k1", "k2"), ("3", "4"))
    assert read.blank == 3  # the empty line is none: no software counts it
    assert [read.line(row) for row in range(2)] == [3, 6]
    assert id_cells(read, (), ()) == {"row": ["1", "4"]}  # as R and pandas number them


def test_blank_rows_before_the_header_are_passed_over() -> None:
    read = table(";;\n;;\nclient;first;last\nk1;3;4\n")
    assert (read.columns, read.blank, read.line(0)) == (("client", "first", "last"), 2, 4)
    assert id_cells(read, (), ()) == {"row": ["1"]}


def test_a_file_of_nothing_but_separators_is_empty() -> None:
    with pytest.raises(DataError, match="the file is empty"):
        table(",,\n,,\n")


def test_empty_cells_to_the_right_of_the_columns_are_cut() -> None:
    read = table("client,first\nk1,3,,\nk2,4\n")
    assert read.cells == (("k1", "k2"), ("3", "4"))


def test_a_row_may_lack_columns_without_a_name() -> None:
    read = table("client,first,,\nk1,3\nk2,4,,\n")
    assert read.column("first") == ("3", "4")


@pytest.mark.parametrize(("row", "cells"), [("k1", 1), ("k1,3,5", 3), ("k1,3,,5", 4)])
def test_a_row_that_lost_or_gained_a_cell_is_refused_by_its_line(row: str, cells: int) -> None:
    with pytest.raises(DataError, match=f"{cells} cells? under 2 columns") as refused:
        table(f"client,first\n,\nk0,1\n{row}\n")
    assert refused.value.where == "ratings.csv:4"


@pytest.mark.parametrize("word", ["", " ", "NA", "na", "N/A", "#N/A", "NaN", "nan", "NULL"])
def test_what_other_software_writes_for_nothing_is_no_number_and_no_problem(word: str) -> None:
    read = read_numbers(table(f"client,first\nk1,{word}\nk2,4\n"), ["first"])
    assert np.isnan(read.values[0, 0])
    assert read.values[1, 0] == 4
    assert not read.problems


@pytest.mark.parametrize("word", [".", "-", "none", "missing", "?", "-inf", "1_0", "٣"])
def test_any_other_word_is_named_and_never_taken_for_nothing(word: str) -> None:
    read = read_numbers(table(f"client,first\nk1,{word}\nk2,4\n"), ["first"])
    assert [(each.row, each.column) for each in read.problems] == [(0, "first")]


def test_an_id_column_with_the_name_of_a_result_is_refused_with_a_way_out() -> None:
    with pytest.raises(UsageError) as refused:
        id_cells(table("from,first\nk1,3\n"), ["from"], ("from", "to"))
    assert "client_from" in str(refused.value.hint)
    assert "ratings.csv" in str(refused.value.hint)


def test_sessions_may_be_written_with_a_point_and_dates_with_a_time_of_day() -> None:
    numbered = read_rows(table("client,session\nk1,1.0\nk1,2.\nk1,3\n"), ["client"], "session")
    assert numbered.when.tolist() == [1, 2, 3]
    assert not numbered.dated
    dated = read_rows(table("client,day\nk1,2026-09-01 14:30\nk1,2026-09-08\n"), ["client"], "day")
    assert np.diff(dated.when).tolist() == [7]
    assert not dated.problems


@pytest.mark.parametrize("session", ["1.5", "-1", "1e3", "01.09.2026"])
def test_half_sessions_and_dates_in_other_orders_are_named(session: str) -> None:
    read = read_rows(table(f"client,session\nk1,1\nk1,{session}\n"), ["client"], "session")
    assert 1 in {each.row for each in read.problems}


@pytest.mark.parametrize(
    ("asked", "hint"), [("client", "there is Client"), ("first_score", "there is first score"), ("zzz", "")]
)
def test_a_column_that_is_not_there_brings_the_one_that_was_probably_meant(asked: str, hint: str) -> None:
    with pytest.raises(DataError) as refused:
        read_numbers(table("Client,first score\n1,2\n"), [asked])
    assert refused.value.hint == hint


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_lines_may_end_in_any_way_and_cells_be_parted_by_any_of_three_signs(end: str, between: str) -> None:
    read = table(end.join(between.join(cells) for cells in (("client", "first"), ("k1", "3"), ("k2", "4"))) + end)
    assert (read.columns, read.cells, read.delimiter) == (("client", "first"), (("k1", "k2"), ("3", "4")), between)
    assert read.line(1) == 3


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b\x08"])
def test_a_workbook_says_how_it_becomes_a_file_that_can_be_read(start: bytes) -> None:
    with pytest.raises(DataError, match="a workbook or an archive") as refused:
        read_table(start + b"rest", "ratings.xlsx")
    assert "CSV UTF-8" in str(refused.value.hint)
