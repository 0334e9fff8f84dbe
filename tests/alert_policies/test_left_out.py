"""`left-out`: a flagged question that was on the form and not answered, from the file to the alert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.records import Ask
from tests.clinic import START, Clinic
from tests.intake.making import table_of

FORM = """\
format: fit-instrument/1
id: checks
version: "1"
title: Checks
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {status: open, electronic_use: allowed, text_included: false}
validation: {status: unknown}
items:
  - {id: q1, range: [0, 4]}
  - {id: q2, range: [0, 4]}
  - {id: q3, range: [0, 4], ways_out: [not-applicable, rather-not-say]}
  - {id: q4, range: [0, 4], asked: {sessions: [1, 4]}, scored: false}
  - {id: q5, range: [0, 4]}
scales:
  - {id: total, items: [q1, q2, q3, q5], range: [0, 16], missing: {min_answered: 1, prorate: true, source: own}}
skips:
  - {when: [q1, q2], equals: 0, items: [q5], count_as: 0, source: own}
risk:
  - {id: one, item: q3, operator: ">=", value: 1, meaning: made up, source: own}
  - {id: two, item: q4, operator: ">=", value: 1, meaning: made up, source: own}
  - {id: three, item: q5, operator: ">=", value: 1, meaning: made up, source: own}
sources: {own: {text: made up for a test}}
tests:
  - {name: one, given: {q1: 1, q2: 1, q3: 1, q5: 1}, expect: {total: 4}}
"""
POLICY = '\n[[policies]]\nid = "no-answer"\nkind = "left-out"\ninstrument = "checks"\n'


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path / "practice", policies=POLICY)
    (made.root / "instruments" / "checks.yaml").write_text(FORM, encoding="utf-8")
    made.open("c1")
    yield made
    made.practice.store.close()


def bring(clinic: Clinic, *answers: str, columns: str = "q1,q2,q3,q5", first: int = 0) -> list[str]:
    """Import forms a week apart, run, and give the items about which an alert stands."""
    rows = [f"c1,{START + timedelta(days=7 * (first + week))},{line}" for week, line in enumerate(answers)]
    table = table_of(clinic.root, "\n".join([f"client,date,{columns}", *rows]))
    base = Map(instrument="checks")
    found = propose(table, base, clinic.practice.catalog)
    mapping = as_map([each for each in found if each.how == "exact"], base)
    ask = Ask(actor="anna", today=clinic.practice.today(), now=clinic.practice.now())
    outcome = run_import(clinic.practice.store, clinic.practice.catalog, table, mapping, ask, file="answers.csv")
    assert not outcome.problems
    clinic.run()
    return [alert["scale"] for alert in clinic.alerts()]


def test_an_empty_answer_is_a_notice_that_says_so(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,1,1", "1,1,,1") == ["q3"]
    (alert,) = clinic.alerts()
    assert (alert["severity"], alert["basis"], alert["reason"]) == (
        "notice", "absence", "a flagged question was left out",
    )  # fmt: skip


def test_it_is_over_once_the_question_is_answered_whatever_the_answer(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,,1") == ["q3"]
    assert bring(clinic, "1,1,0,1", first=1) == []
    assert [alert["state"] for alert in clinic.alerts(states=None)] == ["resolved"]


def test_who_would_rather_not_say_is_asked_about(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,rather not say,1") == ["q3"]


def test_a_question_that_does_not_apply_was_not_left_out(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,not applicable,1") == []


def test_nor_was_one_that_the_form_itself_lets_out(clinic: Clinic) -> None:
    assert bring(clinic, "0,0,1,") == []
    assert bring(clinic, "0,1,1,", first=1) == ["q5"]


def test_nor_one_that_is_not_on_every_form(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,1,1,", columns="q1,q2,q3,q5,q4") == []


def test_totals_made_elsewhere_leave_nothing_out(clinic: Clinic) -> None:
    assert bring(clinic, "7", columns="total") == []


def test_a_column_that_is_missing_altogether_is_left_out(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,1", columns="q1,q2,q5") == ["q3"]


def test_what_was_left_out_and_entered_later_voids_the_alert(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,,1", columns="q1,q2,q3,q5") == ["q3"]
    clinic.rate("c1", 0, 1, instrument="checks")  # the same day again, corrected: all answered
    clinic.run()
    assert [alert["state"] for alert in clinic.alerts(states=None)] == ["voided"]


def test_several_forms_in_a_row_are_one_alert(clinic: Clinic) -> None:
    assert bring(clinic, "1,1,,1", "1,1,,1", "1,1,,1") == ["q3"]
