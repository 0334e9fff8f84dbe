"""A form just typed: what the practice's own safety policies say about it, beyond what the form itself flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts.at_entry import AtEntry, asked_at_entry
from fit_toolkit.store import ratings
from tests.clinic import ARRIVING, TODAY, Clinic

OWN = """
[[policies]]
id = "anything-at-all"
kind = "risk"
instrument = "arriving-today"
scale = "q6"
trigger = 3

[[policies]]
id = "low"
kind = "cutoff"
instrument = "arriving-today"
severity = "safety"
line = 2.0
operator = "<"

[[policies]]
id = "a-notice"
kind = "cutoff"
instrument = "arriving-today"
severity = "notice"
line = 9.0
operator = "<"
"""


def typed(clinic: Clinic, value: float = 8, *, day: int = 7, instrument: str = ARRIVING, **answers: Any) -> AtEntry:
    made = clinic.rate("c1", day, value, instrument=instrument, **answers)
    with clinic.practice.store.read() as c:
        form = ratings.get(c, made)
    return asked_at_entry(clinic.practice, form, 1)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", policies=OWN)
    made.open("c1")
    return made


def test_an_item_with_a_trigger_of_the_practices_own_is_asked_about(clinic: Clinic) -> None:
    assert typed(clinic, q6=3).says == ("anything-at-all",)
    assert typed(clinic, day=14, q6=4).says == ()  # a high answer is a good one there: from 3 down


def test_any_policy_of_severity_safety_counts_and_no_other_does(clinic: Clinic) -> None:
    assert typed(clinic, 1, q6=8).says == ("low",)
    assert typed(clinic, 5, day=14, q6=8).says == ()


def test_only_the_form_just_typed_is_asked_about(clinic: Clinic) -> None:
    typed(clinic, 1)
    assert typed(clinic, 8, day=14, q6=8).says == ()


def test_a_form_that_no_safety_policy_watches_costs_nothing(clinic: Clinic) -> None:
    assert typed(clinic, 1, instrument=TODAY) == AtEntry()


def test_a_policy_that_cannot_be_prepared_is_named_and_the_others_are_asked(tmp_path: Path) -> None:
    broken = '\n[[policies]]\nid = "broken"\nkind = "cutoff"\ninstrument = "arriving-today"\nseverity = "safety"\n'
    clinic = Clinic(tmp_path / "practice", policies=OWN + broken)
    clinic.open("c1")
    found = typed(clinic, 1, q6=8)
    assert found.says == ("low",)
    assert [line.split(" could")[0] for line in found.failed] == ["the policy broken"]


def test_nothing_is_written(clinic: Clinic) -> None:
    typed(clinic, 1)
    assert clinic.alerts(states=None) == []
