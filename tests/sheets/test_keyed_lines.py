"""A cut-off for some people is never drawn for somebody it is not about."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.practice import open_practice
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.making import find_member
from fit_toolkit.store import people
from tests.clinic import START, Clinic
from tests.keyed import write_keyed


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", policies="", day=60)
    write_keyed(made.root / "instruments")
    made.practice.store.close()
    made.practice = open_practice(made.root, clock=made.clock)
    return made


@pytest.mark.parametrize(
    ("born", "sex", "drawn"),
    [(2014, "female", 2), (2011, "female", 3), (2012, "female", None), (2014, "male", None), (None, None, None)],
)
def test_the_line_on_the_sheet_is_that_of_the_client(
    clinic: Clinic, born: int | None, sex: str | None, drawn: float | None
) -> None:
    with clinic.practice.store.begin() as c:
        people.add_client(c, "k1", at=clinic.clock(), born_year=born, sex=sex)
        people.open_episode(c, ["k1"], therapist="anna", opened_on=START)
    for week in (0, 7, 14):
        clinic.rate("k1", week, 1, instrument="keyed")

    on = START + timedelta(days=20)
    with clinic.practice.store.read() as c:
        made = build_sheet(clinic.practice, c, find_member(c, "k1", as_of=on), as_of=on)

    (panel,) = made.panels
    assert (panel.cutoff.value if panel.cutoff else None) == drawn
