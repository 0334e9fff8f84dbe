"""System files of SPSS: laid out by hand as the PSPP manual has the format, and by pyreadstat for .zsav and labels."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.intake.read import read_table
from fit_toolkit.model.parts import RawTable
from tests.intake.making import Clinic
from tests.plugins_readers.taking import taken

SpssReader = importlib.import_module("fit_toolkit.plugins.spss_reader").SpssReader
sample = importlib.import_module("fit_toolkit.plugins.spss_reader.sample")
reader = importlib.import_module("fit_toolkit.plugins.spss_reader.reader")
Variable, system_file = sample.Variable, sample.system_file
LONG = bool(os.environ.get("FIT_TEST_LONG"))
MARCH = 13_994_294_400.0  # seconds from 14 October 1582 to 31 March 2026


def table_of(folder: Path, variables: Sequence[Any], cases: Sequence[Sequence[Any]]) -> RawTable:
    path = folder / "answers.sav"
    path.write_bytes(system_file(variables, cases))
    table: RawTable = SpssReader().rows(path)
    return table


def cell_of(folder: Path, value: Any, **variable: Any) -> str:
    return table_of(folder, [Variable("q1", **variable)], [[value]]).rows[0][0]


SHOWN: list[tuple[Any, dict[str, int], str]] = [
    (5.0, {}, "5"),
    (0.1 + 0.2, {}, "0.3"),
    (-0.0, {}, "0"),
    (1e-5, {}, "0.00001"),
    (-99.0, {}, "-99"),
    (1_234_567_890_123_457.0, {}, "1234567890123457"),
    (2.0**53, {}, "9.00719925474099E+15"),
    (None, {}, ""),
    (7.0, {"kind": sample.PADDED, "width": 3}, "007"),
    (MARCH, {"kind": sample.DAY, "width": 11}, "2026-03-31"),
    (MARCH + 50_709, {"kind": sample.DAY, "width": 11}, "2026-03-31"),
    (MARCH + 50_709, {"kind": sample.TIME, "width": 20}, "2026-03-31 14:05:09"),
    ("007", {"kind": sample.TEXT}, "007"),
    ("NA", {"kind": sample.TEXT}, "NA"),
    (" a", {"kind": sample.TEXT}, " a"),
]


def test_a_value_is_the_text_it_is_shown_as(tmp_path: Path) -> None:
    variables = [Variable(f"v{at}", **form) for at, (_, form, _) in enumerate(SHOWN)]
    table = table_of(tmp_path, variables, [[value for value, _, _ in SHOWN]])
    assert list(table.rows[0]) == [text for _, _, text in SHOWN]


def test_values_declared_missing_are_not_given_and_counted_never_scores(tmp_path: Path) -> None:
    variables = [Variable("q1", missing=(9.0, 99.0)), Variable("q2", missing=(-9.0, -1.0), span=True), Variable("q3")]
    table = table_of(tmp_path, variables, [[9.0, -8.0, 9.0], [99.0, 0.0, 99.0], [1.0, -1.0, None]])
    assert [list(row) for row in table.rows] == [["", "", "9"], ["", "0", "99"], ["1", "", ""]]
    assert table.notes == ("values declared missing in SPSS, taken as not given: 4 (Q1, Q2)",)


def test_lines_are_numbers_of_cases(tmp_path: Path) -> None:
    assert list(table_of(tmp_path, [Variable("q1")], [[1.0], [2.0]]).lines) == [1, 2]


@pytest.mark.parametrize("packed", [False, True])
def test_labels_are_not_applied_and_missing_texts_are_known_in_sav_and_zsav(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("answers.zsav" if packed else "answers.sav")
    frame = pd.DataFrame(
        {"client": ["kä1", "k02"], "q1": [1.0, 99.0], "s": ["no reply", "fine"], "filter_$": [1.0, 0.0]}
    )
    pyreadstat.write_sav(
        frame, path, compress=packed, missing_ranges={"q1": [99], "s": ["no reply"]},
        variable_value_labels={"q1": {1: "never", 99: "refused"}},
    )  # fmt: skip
    assert SpssReader().sniff(path.read_bytes(), "") == 1
    table = SpssReader().rows(path)
    assert [list(row) for row in table.rows] == [["kä1", "1", "", "1"], ["k02", "", "fine", "0"]]
    assert table.meant == {"filter_$": ""}


def test_a_missing_code_that_was_not_declared_is_rejected_by_the_range_of_the_item(
    clinic: Clinic, tmp_path: Path
) -> None:
    path = tmp_path / "answers.sav"
    frame = pd.DataFrame(
        {"client": ["A", "B"], "date": ["2026-03-02"] * 2, **{f"q{each}": [1.0, 1.0] for each in range(1, 10)}}
    )
    frame["q9"] = [0.0, 99.0]
    pyreadstat.write_sav(frame, path)
    outcome = taken(clinic, SpssReader().rows(path))
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert [(each.line, each.column) for each in outcome.problems] == [(2, "q9")]


def test_a_date_beyond_the_calendar_is_refused_with_its_case(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the date in Q1 is beyond") as caught:
        cell_of(tmp_path, 1e15, kind=sample.DAY, width=11)
    assert caught.value.where == "answers.sav:1"


def test_a_damaged_file_is_refused_wherever_it_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "answers.sav"
    whole = SpssReader.sample
    for size in range(0, len(whole), 7 if LONG else 199):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError):
            SpssReader().rows(path)


def test_a_file_on_which_the_library_crashes_is_refused_like_any_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(reader, "CHILD", child)
    with pytest.raises(DataError, match="damaged"):
        cell_of(tmp_path, 1.0)


def test_a_missing_library_is_said_with_the_line_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(importlib.import_module("sys").modules, "pyreadstat", None)
    path = tmp_path / "answers.sav"
    path.write_bytes(system_file([Variable("q1")], [[1.0]]))
    with pytest.raises(ConfigError) as caught:
        read_table(path, {"spss": SpssReader})
    assert caught.value.hint == "pip install 'fit-toolkit[spss]'"
