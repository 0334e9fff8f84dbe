"""Every answer of every session, on a second page that is made only where it was asked for."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from fit_toolkit.cli import run
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import History, HistoryRow, SheetData
from fit_toolkit.sheets.history import tables
from fit_toolkit.sheets.making import make_sheet
from fit_toolkit.sheets.pdf import sheet_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.clinic import START, Clinic
from tests.conftest import LONG
from tests.sheets import examples

THERAPIST = "today-together-therapist"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", day=200)
    made.open("c1")
    for day in (0, 7, 14, 100):
        made.rate("c1", day, 8)
    made.rate("c1", 14, 8, q3=4)
    made.rate("c1", 14, 8, instrument=THERAPIST)
    return made


def sheet(clinic: Clinic, member: int = 1, *, history: bool | None = True) -> SheetData:
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, member, as_of=clinic.clock().date(), history=history)


def long(sessions: int, rows: int = 9) -> History:
    days = tuple(examples.days(sessions))
    row = HistoryRow(label="respect", values=(8.0,) * sessions, minimum=0, maximum=10)
    return History(days=days, rows=(row,) * rows, apart=3)


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def test_every_answer_stands_at_its_session_and_what_lay_far_apart_is_marked(clinic: Clinic) -> None:
    made = sheet(clinic).history
    assert made is not None
    assert [(day - START).days for day in made.days] == [0, 7, 14, 100]
    respect = next(row for row in made.rows if row.label == "respect")
    assert list(respect.values) == [8, 8, 4, 8]
    assert respect.apart == frozenset({2})
    assert list(made.rows[-1].values) == [None, None, 8, None]
    assert [row.label for row in made.rows if row.total] == ["client, score", "therapist, score"]


def test_a_cell_says_its_number_its_shade_and_that_a_long_time_went_by() -> None:
    row = HistoryRow(label="x", values=(10.0, 2.0, None), minimum=0, maximum=10, apart=frozenset({1}))
    days = (START, START + timedelta(days=7), START + timedelta(days=90))
    (table,) = tables(History(days=days, rows=(row,), apart=3)).tables
    assert [(cell.text, cell.look) for cell in table.lines[0].cells] == [
        ("10", "s0"),
        ("2", "apart s4"),
        ("", "gap none"),
    ]


def test_nobody_asked_so_there_is_no_second_page(clinic: Clinic) -> None:
    assert sheet(clinic, history=None).history is None
    assert pages(make_sheet(clinic.practice, 1, as_of=clinic.clock().date(), fmt="pdf")) == 1


def test_the_setting_asks_for_all_and_the_client_never_gets_it(clinic: Clinic) -> None:
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text().replace("[sheets]", "[sheets]\nitem_history = true", 1))
    assert "\nitem_history = true" in file.read_text()
    assert (
        run(["--practice", str(clinic.root), "sheet", "c1", "-o", str(clinic.root / "a.pdf")], clock=clinic.clock) == 0
    )
    assert pages((clinic.root / "a.pdf").read_bytes()) == 2
    to = str(clinic.root / "b.pdf")
    assert run(["--practice", str(clinic.root), "sheet", "c1", "--for", "client", "-o", to], clock=clinic.clock) == 0
    assert pages(Path(to).read_bytes()) == 1


def test_who_never_rated_has_no_second_page(clinic: Clinic) -> None:
    clinic.open("c2")
    assert sheet(clinic, 2).history is None


@pytest.mark.parametrize(("sessions", "rows"), [(200, 26), *([(61, 11), (400, 11)] if LONG else [])])
def test_the_second_page_is_one_page_and_says_what_has_no_room(sessions: int, rows: int) -> None:
    from msgspec.structs import replace

    made = replace(examples.falling(), history=long(sessions, rows))
    assert pages(sheet_pdf(made)) == 2
    laid = tables(long(sessions, rows))
    assert laid.earlier + sum(len(table.days) for table in laid.tables) == sessions
    assert (f"the first {laid.earlier} sessions have no room here" in render_sheet(made)) == bool(laid.earlier)


def test_tables_are_about_equally_wide() -> None:
    assert [len(table.days) for table in tables(long(61)).tables] == [21, 21, 19]
