"""The section that tells the shape of a course so far, in words, on the sheet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import open_practice
from fit_toolkit.store import people
from tests.clinic import START, TODAY, Clinic

THEIRS = "today-together-therapist"
SECTION = f"""
[[sections]]
kind = "course-in-words"
instrument = "{TODAY}"
other = "{THEIRS}"
"""


def sheet_of(
    folder: Path, own: list[float], theirs: list[float], capsys: pytest.CaptureFixture[str], *, moved_on: int = 0
) -> str:
    clinic = Clinic(folder / "practice", day=80)
    code = clinic.open("c1")
    if moved_on:
        with clinic.practice.store.begin() as c:
            people.transfer(c, code, "ben", on=START + timedelta(days=moved_on))
    for week, value in enumerate(own):
        clinic.rate("c1", week * 7, value)
    for week, value in enumerate(theirs):
        clinic.rate("c1", week * 7, value, instrument=THEIRS)
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text() + SECTION)
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.practice.store.close()
    capsys.readouterr()
    on = str(START + timedelta(days=80))
    assert run(["--practice", str(clinic.root), "sheet", "c1", "--as-of", on], clock=clinic.clock) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_shape_is_told_with_what_it_rests_on_and_that_it_is_no_forecast(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = sheet_of(tmp_path, [4, 5, 6, 7, 7, 8], [6, 6, 6, 6, 6, 6], capsys)
    assert "began low and became better" in html
    assert "(6 ratings, looking back, by convention; no forecast)" in html
    assert "(first third 4.5, last third 7.5)" in html
    assert "Last three sessions that both rated: therapist 1.33 lower." in html


def test_without_the_other_side_there_is_no_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html = sheet_of(tmp_path, [8, 8, 3, 8, 8], [7, 7], capsys)
    assert "a short dip that came back" in html
    assert "Last three sessions" not in html


def test_a_gap_is_one_to_the_therapist_of_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html = sheet_of(tmp_path, [8, 8, 3, 8, 8], [2, 2, 2, 8, 8], capsys, moved_on=20)
    assert "a short dip that came back" in html
    assert "Last three sessions" not in html, "with this one there are two"


def test_of_three_ratings_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "looking back" not in sheet_of(tmp_path, [8, 3, 8], [], capsys)
