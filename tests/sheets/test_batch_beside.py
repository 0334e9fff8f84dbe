"""The page of a couple or a group among the sheets of a day: for the therapist, before those of its members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest

from fit_toolkit.sheets import batch_read, batch_work
from fit_toolkit.sheets.batch import Wish, make_batch, run
from fit_toolkit.sheets.batch_folder import MANIFEST
from fit_toolkit.sheets.batch_work import Done, Failed, Job, Shared
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.store import diary
from tests.cli.shell import Shell
from tests.clinic import START, Clinic


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr(batch_work, "in_processes", lambda jobs, shared, count: batch_work.in_turn(jobs, shared))
    clinic = Clinic(tmp_path / "practice", day=30)
    clinic.open("ada", "mo")
    clinic.open("bo")
    for who, value in (("ada", 8), ("mo", 6), ("bo", 7)):
        clinic.rate(who, 21, value)
    for hour, episode in ((9, "bo-1"), (11, "ada-1")):
        when = datetime.combine(START + timedelta(days=30), datetime.min.time()) + timedelta(hours=hour)
        with clinic.practice.store.begin() as c:
            diary.add_appointment(c, episode, on=when.date(), time=when)
    return Shell(clinic, capsys, ("sheets", "-o", str(tmp_path / "out")))


def names(folder: Path, pattern: str = "0*") -> list[str]:
    return sorted(path.name for path in (folder / "out" / "anna").glob(pattern))


def test_a_couple_has_a_page_of_both_before_their_own_sheets(shell: Shell, tmp_path: Path) -> None:
    made = shell()
    assert (made.code, made.out) == (0, "")
    assert names(tmp_path) == ["0001.pdf", "0002-together.pdf", "0002.pdf", "0003.pdf"]
    with pikepdf.open(tmp_path / "out" / "anna" / "all.pdf") as pdf, pdf.open_outline() as outline:
        assert [entry.title for entry in outline.root] == [
            "09:00, sheet 0001",
            "11:00, together: sheets 0002, 0003", "11:00, sheet 0002", "11:00, sheet 0003",
        ]  # fmt: skip
    listed = msgspec.json.decode((tmp_path / "out" / "anna" / MANIFEST).read_bytes())["files"]
    assert listed["0002-together.pdf"]["sheets"] == [2, 3], "erasing either of them takes the page away"
    again = shell()
    assert "0 sheets made, 4 unchanged" in again.err


def test_the_page_of_the_day_links_to_it_and_says_nothing_stands_out_of_nobody_but_a_client(
    shell: Shell, tmp_path: Path
) -> None:
    assert shell("--format", "html").code == 0
    index = (tmp_path / "out" / "anna" / "index.html").read_text()
    rows = re.findall(r'<li class="row.*?</li>', index, re.DOTALL)
    of_both = [row for row in rows if "Together:" in row]
    assert [re.findall(r'href="([^"]*)"', row) for row in of_both] == [["0002-together.html"]]
    assert {"ada", "mo"} <= set(re.findall(r"\w+", of_both[0]))
    assert "stands out" not in of_both[0]
    page = (tmp_path / "out" / "anna" / "0002-together.html").read_text()
    assert "not to hand out" in page
    assert page.count("<section") == 2


def test_in_whatever_order_pages_come_back_the_page_of_the_day_is_the_same(shell: Shell, tmp_path: Path) -> None:
    def backwards(jobs: Iterator[Job], shared: Shared, count: int) -> Iterator[tuple[Job, Done | Failed]]:
        return reversed(list(batch_work.in_turn(jobs, shared)))

    made = []
    for name, runner in (("one", run), ("two", backwards)):
        wish = Wish(day=shell.clinic.practice.today(), place=tmp_path / name, pages=("therapist", "client"), fmt="html")
        outcome = make_batch(shell.clinic.practice, wish, tell=print, runner=runner)
        assert (outcome.made, outcome.exit_code) == (7, 0)
        made.append({path.name: path.read_bytes() for path in (tmp_path / name / "anna").glob("*.html")})
    assert made[0] == made[1]


def test_it_is_not_made_where_a_member_s_sheet_is_missing_and_that_is_said(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(practice: Any, c: Any, reading: Any, **how: Any) -> Any:
        if reading.member.id == 2:
            raise KeyError("mo")
        return build_sheet(practice, c, reading, **how)

    monkeypatch.setattr(batch_read, "build_sheet", faulty)
    made = shell("--format", "html")
    assert made.code == 4
    assert "a page of all of a couple or group (anna): a sheet is missing" in made.err
    assert "mo" not in made.err.replace("more", "")
    assert names(tmp_path) == ["0001.html", "0002.html"]
    assert (tmp_path / "out" / "anna" / "index.html").is_file()
