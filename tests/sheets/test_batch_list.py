"""Whose sheets a day needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.model.people import is_code
from fit_toolkit.sheets.batch_list import RESERVED, DayList, Stack, day_list
from fit_toolkit.store import diary, people
from tests.clinic import START, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", day=30)
    for code, therapist in (("a1", "anna"), ("a2", "anna"), ("b1", "ben"), ("b2", "ben")):
        made.open(code, therapist=therapist)
    return made


def book(clinic: Clinic, episode: str, day: int, hour: int | None = 9, **how: Any) -> None:
    on = START + timedelta(days=day)
    time = None if hour is None else datetime.combine(on, datetime.min.time()) + timedelta(hours=hour)
    with clinic.practice.store.begin() as c:
        diary.add_appointment(c, episode, on=on, time=time, **how)


def listed(clinic: Clinic, day: int = 30, therapist: str | None = None) -> DayList:
    with clinic.practice.store.read() as c:
        return day_list(c, START + timedelta(days=day), local=clinic.practice.local, therapist=therapist)


def who(found: DayList) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    return {s.therapist: (s.source, [(e.time, e.client) for e in s.entries]) for s in found.stacks}


def test_without_any_appointment_everybody_in_therapy_is_listed_by_code(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.close_episode(c, "b2-1", on=START + timedelta(days=20), reason="planned")
    everybody = {"anna": ("everybody", [("", "a1"), ("", "a2")]), "ben": ("everybody", [("", "b1")])}
    assert who(listed(clinic)) == everybody


def test_a_therapist_with_appointments_gets_those_of_the_day_in_their_order_the_others_everybody(
    clinic: Clinic,
) -> None:
    book(clinic, "a2-1", 30, 9)
    book(clinic, "a1-1", 30, 14)
    book(clinic, "a1-1", 31, 8)
    assert who(listed(clinic)) == {"anna": ("diary", [("09:00", "a2"), ("14:00", "a1")]), "ben": ("everybody", [("", "b1"), ("", "b2")])}  # fmt: skip


def test_a_day_without_appointments_in_a_diary_that_is_kept_is_an_empty_day(clinic: Clinic) -> None:
    book(clinic, "a1-1", 37)
    book(clinic, "b1-1", 30, status="cancelled", reason="ill")
    assert who(listed(clinic)) == {"anna": ("diary", []), "ben": ("diary", [])}
    assert who(listed(clinic, 100))["anna"] == ("everybody", [("", "a1"), ("", "a2")])  # nobody has kept it for months


def test_times_are_those_of_the_practice_and_who_has_none_comes_last(clinic: Clinic) -> None:
    settings = clinic.root / "fit.toml"
    settings.write_text(settings.read_text().replace('time_zone = "UTC"', 'time_zone = "Europe/Berlin"'))
    book(clinic, "a2-1", 30, None)
    book(clinic, "a1-1", 30, 9)
    from fit_toolkit.practice import open_practice

    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    assert who(listed(clinic))["anna"] == ("diary", [("10:00", "a1"), ("", "a2")])


def test_an_appointment_with_somebody_else_is_on_that_persons_list_only(clinic: Clinic) -> None:
    book(clinic, "a1-1", 30, staff="ben")
    assert who(listed(clinic)) == {"ben": ("diary", [("09:00", "a1")]), "anna": ("everybody", [("", "a1"), ("", "a2")])}


def test_everybody_in_a_couple_has_a_sheet_and_so_has_a_cotherapist(clinic: Clinic) -> None:
    clinic.open("c1", "c2", therapist="anna")
    with clinic.practice.store.begin() as c:
        people.assign(c, "c1-1", "ben", role="cotherapist", on=START)
    book(clinic, "c1-1", 30, 11)
    couple = ("diary", [("11:00", "c1"), ("11:00", "c2")])
    assert who(listed(clinic)) == {"anna": couple, "ben": couple}


def test_who_comes_together_stands_together_also_without_a_time(clinic: Clinic) -> None:
    clinic.open("a0", "c9", therapist="anna")
    everybody = who(listed(clinic))["anna"]
    assert everybody == ("everybody", [("", "a0"), ("", "c9"), ("", "a1"), ("", "a2")])


def test_one_therapist_may_be_named_and_has_to_exist(clinic: Clinic) -> None:
    assert list(who(listed(clinic, therapist="ben"))) == ["ben"]
    with pytest.raises(DataError, match="no member of staff"):
        listed(clinic, therapist="nobody")


def test_clients_without_a_therapist_are_counted(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.add_client(c, "x1", at=clinic.clock())
        people.open_episode(c, ["x1"], therapist=None, opened_on=START)
    assert listed(clinic).without == 1
    book(clinic, "x1-1", 30)
    assert listed(clinic).without == 1
    assert listed(clinic, therapist="anna").without == 0


@pytest.mark.parametrize("code", ["anna", "A.B-c_1", "con", "NUL.x", "end.", "com1"])
def test_a_folder_has_a_name_that_every_system_takes_and_no_other_therapist_has(code: str) -> None:
    name = Stack(therapist=code, source="diary", entries=()).folder
    assert name.partition(".")[0].lower() not in RESERVED
    assert not name.endswith(".")
    assert name == code or not is_code(name)
