"""What the sheet says about forms whose scores are made in other ways than one sum, and about answers a practice flags itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import find_member
from tests.clinic import START, Clinic

FLAGGED_HERE = """
[[policies]]
id = "pcl-5-risks-or-harm"
kind = "risk"
instrument = "pcl-5"
scale = "q16"
trigger = 3

[[policies]]
id = "phq-9-death-or-self-harm"
kind = "risk"
instrument = "phq-9"
scale = "q9"
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", policies=FLAGGED_HERE, day=60)
    made.open("c1")
    return made


def sheet(clinic: Clinic) -> SheetData:
    on = START + timedelta(days=clinic.day)
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, find_member(c, "c1", as_of=on), as_of=on)


def test_an_answer_that_only_the_practice_flags_is_among_the_alerts(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 1, instrument="pcl-5", q16=4)
    clinic.run()
    made = sheet(clinic)
    (line,) = made.alerts
    assert (line.severity, line.what, line.state) == ("safety", "Risk taking", "new")
    assert made.risk.answers == ()


def test_an_answer_that_the_form_flags_has_its_own_place_and_is_said_once(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 1, instrument="phq-9")
    clinic.run()
    made = sheet(clinic)
    assert made.alerts == ()
    assert [answer.state for answer in made.risk.answers] == ["new: nobody has noted yet what was done"]


@pytest.mark.parametrize(
    ("id", "made"),
    [
        ("sdq", "sum of 4 scales"),
        ("dass-21", "depression: sum of up to 7 answers times 2"),
        ("brs", "mean of up to 6 answers"),
        ("promis-depression-8a", "score of up to 8 answers"),
    ],
)
def test_the_panel_says_how_its_score_is_made(clinic: Clinic, id: str, made: str) -> None:
    clinic.rate("c1", 0, 1, instrument=id)
    (panel,) = sheet(clinic).panels
    assert panel.what == made
