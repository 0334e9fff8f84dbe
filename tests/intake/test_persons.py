"""Age, year of birth and sex from a file go to the client, once, and only where a map asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from fit_toolkit.intake.columns import propose
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.records import Outcome
from fit_toolkit.store import people
from tests.intake.making import CATALOG, NOW, Clinic, table_of

PLAIN: dict[str, str | Target] = {"client": "client", "date": "date", "total": "total"}


def add(clinic: Clinic, head: str, *rows: str, roles: dict[str, str | Target], **ask: Any) -> Outcome:
    made = Map(instrument="phq-9", columns={**PLAIN, **roles})
    return clinic.add(f"client,date,total,{head}\n" + "\n".join(rows) + "\n", made, **ask)


def known(clinic: Clinic, client: str = "A") -> tuple[int | None, str | None]:
    with clinic.store.read() as c:
        return people.about(c, [client])[client]


def noted(clinic: Clinic, client: str, born: int | None, sex: str | None) -> None:
    with clinic.store.begin() as c:
        people.fill_in(c, {client: (born, sex)})


BIRTH: dict[str, str | Target] = {"born": "birth_year"}
AGE: dict[str, str | Target] = {"age": "age"}
SEX: dict[str, str | Target] = {"sex": Target(role="sex", words={"1": "male", "2": "female"}, missing=("9",))}


@pytest.mark.parametrize("text", ["1984", "1984-07-31"])
def test_of_a_birth_date_only_the_year_is_kept(clinic: Clinic, text: str) -> None:
    assert add(clinic, "born", f"A,2026-02-01,9,{text}", roles=BIRTH).accepted == 1
    assert known(clinic) == (1984, None)
    assert b"07-31" not in (clinic.folder / "store.db").read_bytes()


@pytest.mark.parametrize(
    ("text", "sex"), [("2", "female"), ("1", "male"), ("F", "female"), ("divers", "other"), ("9", None)]
)
def test_sex_is_read_by_usual_words_and_those_of_the_map(clinic: Clinic, text: str, sex: str | None) -> None:
    assert add(clinic, "sex", f"A,2026-02-01,9,{text}", roles=SEX).accepted == 1
    assert known(clinic) == (None, sex)


@pytest.mark.parametrize(("day", "born"), [("2026-02-01", 1981), ("2025-11-30", 1981), ("2026-03-01", 1981)])
def test_a_year_of_birth_is_reckoned_from_an_age_and_that_is_said(clinic: Clinic, day: str, born: int) -> None:
    with clinic.store.begin() as c:
        people.add_client(c, "N", at=NOW)
        people.open_episode(c, ["N"], therapist="T1", opened_on=NOW.date().replace(year=2025), at=NOW)
    outcome = add(clinic, "age", f"N,{day},9,44", roles=AGE)
    assert known(clinic, "N")[0] == born
    assert [note for note in outcome.notes if "reckoned" in note] == [
        "1 years of birth were reckoned from an age and may be a year off"
    ]


def test_a_new_client_is_added_with_what_is_said_and_scored_by_it(clinic: Clinic) -> None:
    outcome = add(clinic, "sex,born", "N,2026-02-01,9,f,1990", roles={**SEX, **BIRTH}, open_episodes=True)
    assert outcome.accepted == 1
    assert known(clinic, "N") == (1990, "female")


def test_a_rejected_row_notes_nothing(clinic: Clinic) -> None:
    outcome = add(clinic, "sex", "A,2026-02-01,99,f", "B,2026-02-01,9,f", roles=SEX, keep_going=True)
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert (known(clinic, "A")[1], known(clinic, "B")[1]) == (None, "female")


@pytest.mark.parametrize(
    ("head", "roles", "rows", "said"),
    [
        ("sex", SEX, ["f", "m"], "another sex than in line 2"),
        ("born", BIRTH, ["1984", "1990"], "another year of birth than in line 2"),
        ("age", AGE, ["44", "61"], "does not fit"),
        ("age", AGE, ["44", "43"], "does not fit"),
        ("sex", SEX, ["f", "7"], "one of female, male, other"),
        ("born", BIRTH, ["1984", "84"], "not a year of birth"),
        ("born", BIRTH, ["1984", "2030"], "cannot be"),
        ("age", AGE, ["44", "forty"], "not an age"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_same_client_is_refused(
    clinic: Clinic, head: str, roles: dict[str, str | Target], rows: list[str], said: str
) -> None:
    made = [f"A,2026-02-0{day},9,{text}" for day, text in enumerate(rows, 1)]
    outcome = add(clinic, head, *made, roles=roles)
    assert [(each.line, said in each.problem) for each in outcome.problems] == [(3, True)]
    assert known(clinic) == (None, None)


def test_an_age_noted_once_and_repeated_in_every_row_is_one_age(clinic: Clinic) -> None:
    rows = [f"A,2026-0{month}-01,9,44" for month in (1, 2, 3)]
    assert add(clinic, "age", *rows, roles=AGE).accepted == 3


@pytest.mark.parametrize(
    ("born", "sex", "head", "text"),
    [(None, "male", "sex", "f"), (1950, None, "born", "1984"), (1950, None, "age", "44")],
)
def test_what_does_not_fit_what_is_known_asks_whether_the_code_is_right(
    clinic: Clinic, born: int | None, sex: str | None, head: str, text: str
) -> None:
    noted(clinic, "A", born, sex)
    outcome = add(clinic, head, f"A,2026-02-01,9,{text}", roles={"sex": SEX, "born": BIRTH, "age": AGE}[head])
    assert "is the code right?" in outcome.problems[0].problem
    assert known(clinic) == (born, sex)


def test_what_is_known_stays_where_a_reckoned_year_is_near(clinic: Clinic) -> None:
    noted(clinic, "A", 1984, "male")
    assert add(clinic, "age,born,sex", "A,2026-02-01,9,40,1985,m", roles={**AGE, **BIRTH, **SEX}).accepted == 1
    assert known(clinic) == (1984, "male")


def test_nothing_about_a_person_is_taken_without_a_map(clinic: Clinic) -> None:
    table = table_of(clinic.folder, "client,date,total,age,sex,Geburtsjahr\nA,2026-02-01,9,44,f,1981\n")
    found = {each.column: each for each in propose(table, Map(instrument="phq-9"), CATALOG)}
    assert [found[name].how for name in ("age", "sex", "Geburtsjahr")] == ["unknown"] * 3
    assert "about the client?" in found["age"].hint


def test_a_store_without_these_roles_is_asked_nothing(clinic: Clinic) -> None:
    assert clinic.add("client,date,total\nA,2026-02-01,9\n").accepted == 1
    assert known(clinic) == (None, None)
