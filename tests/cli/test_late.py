"""Listings say on stderr when alerts were looked at longer ago than they should be, and nothing otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.cli import run
from tests.alerts.outgoing import LOW, clinic_with
from tests.clinic import Clinic

LISTINGS = (["clients", "list"], ["episodes", "list"], ["appointments", "list"])


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = clinic_with(tmp_path, policies=LOW, day=30)
    clinic.open("c1", therapist="carl")
    return clinic


def listed(clinic: Clinic, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["--practice", str(clinic.root), *arguments, "--format", "csv"], clock=clinic.clock) == 0
    said = capsys.readouterr()
    assert "looked at" not in said.out
    return said.err


@pytest.mark.parametrize("arguments", LISTINGS, ids=" ".join)
def test_it_is_said_when_it_is_late(clinic: Clinic, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert listed(clinic, arguments, capsys) == "", "a practice that has just begun is not late"
    clinic.run()
    clinic.day += 1
    assert listed(clinic, arguments, capsys) == ""
    clinic.day += 1
    said = "WARNING: last looked at 2026-02-04 12:00, 2 days ago. Is cron still running fit alerts run?\n"
    assert listed(clinic, arguments, capsys) == said


def test_a_practice_that_only_ever_looked_at_forms_just_keyed_is_told_after_a_while(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.run(episodes=[1])
    assert listed(clinic, LISTINGS[0], capsys) == ""
    clinic.day += 2
    clinic.run(episodes=[1])
    assert "never looked at" in listed(clinic, LISTINGS[0], capsys)


def test_it_is_said_in_the_time_of_the_practice_and_by_its_own_rhythm(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.run()
    file = clinic.root / "fit.toml"
    text = file.read_text().replace('time_zone = "UTC"', 'time_zone = "Europe/Berlin"')
    file.write_text(text.replace("[alerts]", "[alerts]\nexpected_every_hours = 72", 1))
    clinic.day += 4
    assert listed(clinic, LISTINGS[0], capsys) == ""
    clinic.day += 1
    assert "last looked at 2026-02-04 13:00, 5 days ago" in listed(clinic, LISTINGS[0], capsys)
