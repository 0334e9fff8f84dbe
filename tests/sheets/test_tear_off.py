"""What is handed in of a sheet: a code per alert that stands, read back from the page and ticked off by a list."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.ticks import read_ticks
from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.errors import DataError
from fit_toolkit.language import language_of, say, speaking
from fit_toolkit.model.alerts import ACTIONS
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import make_sheet
from fit_toolkit.sheets.render import render_sheet
from tests.clinic import ARRIVING, START, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", day=20)
    made.open("c1")
    made.rate("c1", 0, 9)
    made.rate("c1", 7, 4)
    made.rate("c1", 7, 4, instrument=ARRIVING, q7=2)
    made.run()
    return made


def sheet(clinic: Clinic, *, day: int | None = None) -> SheetData:
    with clinic.practice.store.read() as c:
        on = START + timedelta(days=clinic.day if day is None else day)
        return build_sheet(clinic.practice, c, 1, as_of=on)


def torn_off(html: str) -> str:
    """The part below the dashed line."""
    return html[html.index('class="foot') :]


def test_every_alert_that_stands_is_ticked_off_by_the_codes_read_from_the_page(clinic: Clinic) -> None:
    codes = re.findall(r'class="tick"><b>(\w+)</b>', torn_off(render_sheet(sheet(clinic))))
    assert len(codes) == len(clinic.alerts()) == 3
    listed = read_ticks("".join(f"{code} {number}\n" for number, code in enumerate(codes, 1)), "list")
    assert listed.findings == []
    done = ack(clinic.practice.store, listed.ticks, Actor("anna", clinic.clock()))
    assert sorted(done) == sorted(row["id"] for row in clinic.alerts())
    assert {row["action"] for row in clinic.alerts()} == set(ACTIONS[:3])


def test_what_is_torn_off_names_nobody(clinic: Clinic) -> None:
    below = torn_off(render_sheet(sheet(clinic)))
    assert "c1" not in below
    assert "anna" not in below


def test_a_misread_code_ticks_nothing_off(clinic: Clinic) -> None:
    code = sheet(clinic).alerts[0].code
    other = f"{int(code[:-1]) + 1}{code[-1]}"
    listed = read_ticks(f"{code} 1\n{other} 1\n", "list")
    assert listed.findings == [f"list:2: the letter of code {other} does not go with its number (read it again)"]
    with pytest.raises(DataError):
        ack(clinic.practice.store, listed.ticks, Actor("anna", clinic.clock()), findings=listed.findings)
    assert not any(row["action"] for row in clinic.alerts())


def test_a_code_may_be_typed_as_people_do_and_a_number_alone_still_does() -> None:
    lines = ["44K talked about it", "#45M: 2", "46-n 3 with Kim", "47 4"]
    assert [tick.alert for tick in read_ticks("\n".join(lines)).ticks] == [44, 45, 46, 47]
    assert [ALERT_ID.convert(text, None, None) for text in ("44", "44K", "#44-k")] == [44, 44, 44]


def test_the_page_tells_the_numbers_of_the_actions_as_the_command_reads_them(clinic: Clinic) -> None:
    told = ", ".join(f"{number} {action}" for number, action in enumerate(ACTIONS, 1))
    assert told in torn_off(render_sheet(sheet(clinic)))
    with speaking(language_of("de")):
        assert all(say(action) != action for action in ACTIONS)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_it_is_torn_off_one_page_only(clinic: Clinic, tmp_path: Path) -> None:
    today = START + timedelta(days=clinic.day)
    (tmp_path / "a.pdf").write_bytes(make_sheet(clinic.practice, 1, as_of=today, fmt="pdf", history=True))
    told = subprocess.run(["pdftotext", str(tmp_path / "a.pdf"), "-"], capture_output=True, text=True, check=True)
    first, second, _ = told.stdout.split("\f")
    assert "To tear off" in first
    assert "Made by fit-toolkit" in first
    assert "Every answer" in second
    assert "To tear off" not in second
    assert "Made by fit-toolkit" not in second


def test_without_an_alert_there_is_nothing_to_tear_off(clinic: Clinic) -> None:
    clinic.open("c2")
    with clinic.practice.store.read() as c:
        html = render_sheet(build_sheet(clinic.practice, c, 2, as_of=clinic.clock().date()))
    assert 'class="tick"' not in html
    assert 'class="torn"' not in html


def test_what_was_done_about_the_last_one_is_told_without_what_was_noted(clinic: Clinic) -> None:
    first = next(row["id"] for row in clinic.alerts() if row["policy"] == "drop")
    ack(clinic.practice.store, read_ticks(f"{first} 3 about her brother\n").ticks, Actor("anna", clinic.clock()))
    clinic.day = 60
    for day, value in ((28, 9), (35, 9), (42, 9), (49, 4)):
        clinic.rate("c1", day, value)
    clinic.run()
    line = next(a for a in sheet(clinic).alerts if a.last)
    assert line.last == "last time (12 January): took to supervision"
    assert "brother" not in render_sheet(sheet(clinic))
