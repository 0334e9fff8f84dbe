"""A diary from a file: every row is checked, what is known is kept, and a later file may say what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.diary import Came, by_names, import_diary
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.records import Ask
from fit_toolkit.model.people import Appointment
from fit_toolkit.store import diary
from tests.intake.making import NOW, TODAY, Clinic, table_of

HEAD = "client,therapist,start,status\n"


def bring(clinic: Clinic, text: str, mapping: Map | None = None, **ask: Any) -> Came:
    """Bring a diary in on 12 March 2026, in Berlin."""
    table = table_of(clinic.folder, text)
    wish = Ask(**{"actor": "anna", "today": TODAY, "now": NOW, "zone": "Europe/Berlin", **ask})
    with clinic.store.begin(dry_run=wish.dry_run) as c:
        return import_diary(c, table, by_names(table, mapping or Map()), wish, file="diary.csv")


def listed(clinic: Clinic) -> list[Appointment]:
    with clinic.store.read() as c:
        return diary.list_appointments(c)


def counts(came: Came) -> tuple[int, int, int]:
    assert came.rows == came.accepted + came.unchanged + came.rejected
    return came.accepted, came.unchanged, came.rejected


def statuses(clinic: Clinic) -> list[tuple[str, str]]:
    return [(str(each.on), each.status) for each in listed(clinic)]


def test_a_diary_comes_in_once_and_the_same_file_changes_nothing(clinic: Clinic) -> None:
    text = HEAD + "A,T1,2026-03-02 09:30,held\nB,,2026-03-29,planned\n"
    assert counts(bring(clinic, text)) == (2, 0, 0)
    first, second = listed(clinic)
    assert (first.therapist, first.on, first.at) == ("T1", date(2026, 3, 2), datetime.fromisoformat("2026-03-02T08:30"))
    assert (second.therapist, second.at, second.status) == (None, None, "planned")
    assert counts(bring(clinic, text)) == (0, 2, 0)
    assert listed(clinic) == [first, second]


def test_whatever_is_wrong_is_said_at_once_with_its_line_and_nothing_is_stored(clinic: Clinic) -> None:
    came = bring(
        clinic,
        HEAD + "A,T1,2026-03-02,held\nX,T1,2026-03-02,held\nA,T9,2026-03-03,lost\nA,T1,31.03.2026,held\n"
        "B,T1,2026-04-01,held\n,T1,2026-03-03,held\nB,T1,2025-03-01,held\nD,T1,2026-03-03,held\n",
    )
    assert counts(came) == (1, 0, 7)
    assert [(each.line, each.column) for each in came.problems] == [
        (3, "client"), (4, "status"), (4, "therapist"), (5, "start"), (6, "status"), (7, "client"), (8, "client"), (9, "client"),
    ]  # fmt: skip
    assert not came.written
    assert listed(clinic) == []


def test_good_rows_come_in_alone_when_that_is_asked_for(clinic: Clinic) -> None:
    came = bring(clinic, HEAD + "A,T1,2026-03-02,held\nX,T1,2026-03-02,held\n", keep_going=True)
    assert (counts(came), came.written, len(listed(clinic))) == ((1, 0, 1), True, 1)


def test_a_dry_run_keeps_nothing(clinic: Clinic) -> None:
    came = bring(clinic, HEAD + "A,T1,2026-03-02,held\n", dry_run=True)
    assert (came.added, came.written, listed(clinic)) == (1, False, [])


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        ("planned", "held", "held"),
        ("planned", "cancelled", "cancelled"),
        ("held", "planned", "held"),
        ("not-attended", "planned", "not-attended"),
        ("cancelled", "planned", "cancelled"),
        ("held", "not-attended", "not-attended"),
    ],
)
def test_a_later_file_says_what_became_of_it_but_never_takes_that_back(
    clinic: Clinic, first: str, then: str, stands: str
) -> None:
    bring(clinic, HEAD + f"A,T1,2026-03-02,{first}\n")
    bring(clinic, HEAD + f"A,T1,2026-03-02,{then}\n")
    assert statuses(clinic) == [("2026-03-02", stands)]


def test_what_was_cancelled_for_a_day_to_come_may_be_planned_again(clinic: Clinic) -> None:
    bring(clinic, HEAD + "A,T1,2026-03-20,cancelled\n")
    assert counts(bring(clinic, HEAD + "A,T1,2026-03-20,planned\n")) == (1, 0, 0)
    assert statuses(clinic) == [("2026-03-20", "planned")]


def test_what_the_file_does_not_say_stays(clinic: Clinic) -> None:
    bring(clinic, HEAD + "A,T1,2026-03-20 09:30,planned\n")
    with clinic.store.begin() as c:
        diary.set_appointment(c, "A-1", on=date(2026, 3, 20), status="cancelled", reason="ill", at=NOW)
    assert counts(bring(clinic, "client,date,status\nA,2026-03-20,cancelled\n")) == (0, 1, 0)
    (there,) = listed(clinic)
    assert (there.reason, there.therapist, there.at is None) == ("ill", "T1", False)


def test_an_appointment_that_was_moved_within_its_day_counts_as_the_new_one(clinic: Clinic) -> None:
    came = bring(clinic, HEAD + "A,T1,2026-03-20 09:30,cancelled\nA,T1,2026-03-20 14:00,planned\n")
    assert counts(came) == (1, 1, 0)
    assert statuses(clinic) == [("2026-03-20", "planned")]


def test_two_that_differ_on_one_day_are_refused_and_two_that_agree_are_one(clinic: Clinic) -> None:
    came = bring(clinic, HEAD + "A,T1,2026-03-20 09:30,planned\nA,T1,2026-03-20 14:00,planned\nE,,2026-03-21,planned\n")
    assert counts(came) == (1, 0, 2)
    assert "lines 2 and 3 differ" in came.problems[0].problem
    assert counts(bring(clinic, "episode,date\nEF,2026-03-21\nEF,2026-03-21\n")) == (2, 0, 0)
    assert [each.episode for each in listed(clinic)] == ["EF"]


def test_a_client_in_two_episodes_needs_one_named(clinic: Clinic) -> None:
    refused = bring(clinic, "client,date\nF,2026-03-20\n")
    assert "name one" in refused.problems[0].problem
    assert counts(bring(clinic, "client,episode,date\nF,EF,2026-03-20\n")) == (1, 0, 0)


def test_a_map_gives_words_and_times_of_another_system(clinic: Clinic) -> None:
    made = Map(
        date_format="DD.MM.YYYY",
        columns={
            "Klient": "client",
            "Tag": "date",
            "Uhrzeit": Target(role="time"),
            "Stand": Target(role="status", words={"ok": "held", "NE": "not-attended"}),
            "Wer": Target(role="therapist", words={"Dr. T": "T1"}, missing=("-",)),
        },
        ignore=("Raum",),
    )
    text = "Klient,Tag,Uhrzeit,Stand,Wer,Raum\nA,02.03.2026,9:30,ok,Dr. T,1\nB,03.03.2026,,NE,-,2\n"
    assert counts(bring(clinic, text, made)) == (2, 0, 0)
    first, second = listed(clinic)
    assert (first.status, first.therapist, first.at) == ("held", "T1", datetime.fromisoformat("2026-03-02T08:30"))
    assert (second.status, second.therapist, second.at) == ("not-attended", None, None)


@pytest.mark.parametrize(
    ("day", "time"), [("2026-03-29", "02:30"), ("2026-03-20 09:00", "10:00"), ("2026-03-20", "25:00")]
)
def test_a_time_that_cannot_be_is_refused(clinic: Clinic, day: str, time: str) -> None:
    assert counts(bring(clinic, f"client,date,time\nA,{day},{time}\n")) == (0, 0, 1)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("client,date,room", "unknown columns: room"),
        ("date,status", "no column for the client"),
        ("client,status", "no column for the date"),
        ("client,date,start", "two columns for the date"),
    ],
)
def test_columns_that_are_missing_or_unknown_refuse_the_file(clinic: Clinic, head: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        bring(clinic, f"{head}\n" + ",".join("A" * len(head.split(","))) + "\n")


@pytest.mark.parametrize("row", ["Canary Doe,A,2026-03-02 09:30,held", "Canary Doe,A,held", "Canary Doe,client,7,7"])
def test_a_diary_without_its_header_line_is_told_by_none_of_its_cells(clinic: Clinic, row: str) -> None:
    with pytest.raises(DataError) as caught:
        bring(clinic, f"{row}\n{row}\n")
    assert "Canary" not in str(caught.value)


def test_a_column_of_answers_has_no_place_in_a_diary(clinic: Clinic) -> None:
    made = Map(columns={"client": "client", "date": "date", "x": "q1"})
    with pytest.raises(DataError, match="a diary has no column for the q1"):
        bring(clinic, "client,date,x\nA,2026-03-02,1\n", made)
