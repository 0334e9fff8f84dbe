"""`fit alerts stats` as it is read: counts with what they are a part of, and the budget."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.cli import run
from tests.clinic import Clinic
from tests.rated import rated_clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Twelve of sixteen clients fell at their second rating."""
    courses = {f"k{n:02}": (8, 4) for n in range(12)} | {f"s{n:02}": (8, 8) for n in range(4)}
    clinic = rated_clinic(tmp_path_factory.mktemp("stats") / "practice", courses)
    clinic.day = 7
    run_alerts(clinic.practice, tell=False)
    return clinic


def stats(clinic: Clinic, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = run(["--practice", str(clinic.root), "alerts", "stats", *options], clock=clinic.clock)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_holds_counts_and_the_table_says_what_they_are_a_part_of(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = stats(clinic, capsys, "--format", "json")
    row = {each["group"]: each for each in json.loads(out)["alert_stats"]}["drop"]
    assert code == 0
    assert (row["sessions"], row["raised"], row["per_100_sessions"], row["acted_on"]) == (32, 12, 37.5, 0)
    assert (row["waiting"], row["median_days"], row["since"]) == (12, None, "2025-10-15")
    assert "no measure of anybody's work" in err
    _, table, _ = stats(clinic, capsys)
    assert "0 of 12 (12 waiting)" in table
    assert "half not acted on" in table


def test_too_many_alerts_are_said_with_both_numbers(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        "budget of 10 alerts per 100 sessions is exceeded: 24 about attention or notice in 32 sessions"
        in (stats(clinic, capsys)[2])
    )
    assert "budget" not in stats(clinic, capsys, "--until", "2026-01-06")[2]


def test_a_period_that_ends_before_it_begins_is_refused(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = stats(clinic, capsys, "--since", "2026-01-08", "--until", "2026-01-01")
    assert (code, out) == (2, "")
    assert "2026-01-08 is after 2026-01-01" in err


def test_no_client_is_named(clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = [stats(clinic, capsys, "--by", by)[1:] for by in ("policy", "therapist", "severity", "all")]
    assert not any("k0" in text for pair in said for text in pair)
