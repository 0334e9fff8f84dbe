"""How a form was filled in, where a file says so: mode, language, the moment, and days that were only assumed."""

from __future__ import annotations

from datetime import datetime

import pytest

from fit_toolkit.intake.records import Outcome
from tests.intake.making import NOW, Clinic

LONG = "client,date,instrument,mode,language,rated_at,dates_assumed,item,value\n"


def said(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.problem) for each in outcome.problems if "was rejected" not in each.problem]


def test_what_a_file_says_of_its_forms_is_kept(clinic: Clinic) -> None:
    clinic.add("client,date,q1,q2,mode,language,rated_at,dates_assumed\n"
               "A,2026-02-02,1,2,phone,de,2026-02-02T23:30:00+01:00,\nB,2026-02-02,1,2,,,,true\n", instrument="phq-2")  # fmt: skip
    (first,), (second,) = clinic.valid("A"), clinic.valid("B")
    assert (first.mode, first.language, first.dates_assumed) == ("phone", "de", False)
    assert (first.rated_at, first.rated_offset) == (datetime.fromisoformat("2026-02-02T22:30"), 60)
    assert (second.mode, second.language, second.dates_assumed, second.rated_at) == ("import", None, True, None)


def test_the_same_answers_filled_in_otherwise_change_nothing(clinic: Clinic) -> None:
    clinic.add("client,date,q1,q2,mode\nA,2026-02-02,1,2,paper\n", instrument="phq-2")
    again = clinic.add("client,date,q1,q2,mode\nA,2026-02-02,1,2,phone\n", instrument="phq-2")
    assert (again.unchanged, clinic.valid("A")[0].mode) == (1, "paper")


@pytest.mark.parametrize(
    ("mode", "language", "moment", "assumed", "column", "problem"),
    [
        ("telepathy", "", "", "", "mode", "one of paper, screen"),
        ("", "German", "", "", "language", "not a language such as de"),
        ("", "", "2026-02-02", "", "rated_at", "a moment has a time of day"),
        ("", "", "2026-02-05T09:00:00Z", "", "rated_at", "of another day than the form"),
        ("", "", "yesterday", "", "rated_at", "not a date"),
        ("", "", "", "perhaps", "dates_assumed", "true or false"),
    ],
)
def test_what_cannot_be_is_named_at_its_cell(
    clinic: Clinic, mode: str, language: str, moment: str, assumed: str, column: str, problem: str
) -> None:
    outcome = clinic.add(
        f"{LONG}A,2026-02-02,phq-2,{mode},{language},{moment},{assumed},q1,1\nB,2026-02-02,phq-2,,,,,q1,1\n"
    )
    (found,) = said(outcome)
    assert found[:2] == (2, column)
    assert problem in found[2]
    assert (outcome.rejected, outcome.written) == (1, False)


def test_rows_of_one_form_say_the_same(clinic: Clinic) -> None:
    outcome = clinic.add(f"{LONG}A,2026-02-02,phq-2,paper,,,,q1,1\nA,2026-02-02,phq-2,phone,,,,q2,1\n")
    assert said(outcome) == [(3, "mode", "another row of the same form says otherwise")]
    assert outcome.rejected == 2


def test_a_form_that_is_typed_in_keeps_its_own_mode(clinic: Clinic) -> None:
    clinic.add("client,date,q1,q2\nA,2026-02-02,1,2\n", instrument="phq-2", mode="paper", now=NOW)
    assert clinic.valid("A")[0].mode == "paper"


def test_what_tells_two_responses_apart_keeps_them_from_being_one_form(clinic: Clinic) -> None:
    rows = "A,2026-02-02,phq-2,{},q1,1\nA,2026-02-02,phq-2,{},q2,2\n"
    head = "client,date,instrument,response_id,item,value\n"
    assert clinic.add(head + rows.format("x", "y")).rejected == 2
    assert clinic.add(head + rows.format("x", "x")).forms == 1
