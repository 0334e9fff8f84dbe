"""What the store knows about a client decides which bands and tables an import uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.catalog import build, bundled
from fit_toolkit.intake.mend import move
from fit_toolkit.intake.recount import recount
from fit_toolkit.model.records import Change
from fit_toolkit.store import create_store, people
from tests.intake.making import NOW, Clinic
from tests.keyed import write_keyed


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    (tmp_path / "own").mkdir()
    write_keyed(tmp_path / "own")
    store = create_store(tmp_path / "store.db")
    with store.begin() as c:
        people.add_staff(c, "T1", starts_on=NOW.date().replace(year=2020))
        known = {
            "G": (2014, "female"),
            "B": (2014, "male"),
            "E": (2012, "female"),
            "N": (None, None),
            "O": (1980, "female"),
        }
        for code, (born, sex) in known.items():
            people.add_client(c, code, at=NOW, born_year=born, sex=sex)
            people.open_episode(c, [code], therapist="T1", opened_on=NOW.date().replace(month=1), at=NOW)
    return Clinic(store, build([bundled(), tmp_path / "own"]), tmp_path)


def scored(clinic: Clinic, client: str) -> tuple[str, float | None]:
    (form,) = clinic.valid(client)
    total, t = form.score("total"), form.score("t")
    assert total is not None
    assert t is not None
    return total.band or "", t.value


def test_each_client_gets_the_figures_they_are_about(clinic: Clinic) -> None:
    rows = "".join(f"{code},2026-02-01,1,1\n" for code in "GBENO")
    outcome = clinic.add(f"client,date,q1,q2\n{rows}", instrument="keyed")

    assert outcome.rejected == 0
    assert scored(clinic, "G") == ("girl high", 50)  # 12 at the end of the year, so 11 or 12 now
    assert scored(clinic, "B") == ("boy low", 51)
    assert scored(clinic, "E") == ("", 50)  # 13 or 14: too old for one of the two
    assert scored(clinic, "O") == ("", 50)
    assert scored(clinic, "N") == ("", None)


def test_totals_typed_in_are_labelled_by_the_person_too(clinic: Clinic) -> None:
    clinic.add("client,date,total\nG,2026-02-01,2\nB,2026-02-01,2\n", instrument="keyed")

    bands = [score.band for code in "GB" for score in clinic.valid(code)[0].scores]
    assert bands == ["girl high", "boy low"]


def test_a_form_that_moves_gets_the_figures_of_the_client_it_belongs_to(clinic: Clinic) -> None:
    clinic.add("client,date,q1,q2\nG,2026-02-01,1,1\nN,2026-02-02,1,1\n", instrument="keyed")
    for client, to in (("G", "B"), ("N", "E")):
        (form,) = clinic.valid(client)
        move(clinic.store, clinic.catalog, form.id, to, Change("T1", "the other one's", NOW))

    assert scored(clinic, "B") == ("boy low", 51)
    assert scored(clinic, "E") == ("", 50)
    assert recount(clinic.store, clinic.catalog, None).differing == ()
