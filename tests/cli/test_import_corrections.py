"""A correction from the shell, end to end: scores and alerts follow, what people did about them stays, history too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Fit

HEAD = "client,date," + ",".join(f"q{number}" for number in range(1, 10)) + "\n"


@pytest.fixture
def clinic(fit: Fit, practice: Path) -> Fit:
    """A practice that watches the PHQ-9, with one client in treatment."""
    fit("staff", "add", "T1", "--starts", "2025-01-01")
    fit("clients", "add", "A")
    fit("episodes", "open", "A", "--therapist", "T1", "--on", "2026-01-05")
    text = (
        (practice / "fit.toml")
        .read_text()
        .replace('protocol = ""', 'protocol = "x"')
        .replace('contact = ""', 'contact = "5"')
    )
    (practice / "fit.toml").write_text(text)
    assert fit("instruments", "enable", "phq-9").code == 0
    return fit


def bring(fit: Fit, tmp_path: Path, first: int, last: int, *more: str) -> int:
    """Import the one form of the client, whose first answers and flagged answer are given."""
    file = tmp_path / "answers.csv"
    file.write_text(f"{HEAD}A,2026-03-09,{first},1,1,1,1,1,1,1,{last}\n")
    return fit("import", str(file), "--instrument", "phq-9", *more).code


def correct(fit: Fit, tmp_path: Path, first: int, last: int) -> None:
    assert bring(fit, tmp_path, first, last) == 3, "other answers are refused unless a correction is asked for"
    assert bring(fit, tmp_path, first, last, "--correct", "--reason", "misread") == 0
    assert fit("alerts", "run").code == 0


def alert(fit: Fit) -> dict[str, Any]:
    """Give the alert about the flagged answer."""
    listed = json.loads(fit("alerts", "list", "--state", "all", "--severity", "safety", "--format", "json").out)[
        "alerts"
    ]
    (found,) = listed
    return dict(found)


def test_scores_and_alerts_follow_a_correction_and_what_was_done_stays(clinic: Fit, tmp_path: Path) -> None:
    assert bring(clinic, tmp_path, 1, 2) == 0
    assert clinic("alerts", "run").code == 0
    first = alert(clinic)
    assert clinic("alerts", "ack", str(first["id"]), "--action", "1", "--note", "we spoke").code == 0

    correct(clinic, tmp_path, 3, 2)  # the flagged answer stays what it was
    same = alert(clinic)
    assert (same["id"], same["state"]) == (first["id"], "acknowledged")

    correct(clinic, tmp_path, 3, 3)  # worse than what somebody had seen
    assert (alert(clinic)["id"], alert(clinic)["state"]) == (first["id"], "open")

    correct(clinic, tmp_path, 3, 0)  # there was nothing to be flagged
    ended = alert(clinic)
    assert (ended["id"], ended["state"] not in {"open", "acknowledged"}) == (first["id"], True)
    told = clinic("alerts", "show", str(first["id"])).out
    assert "we spoke" in told
    assert "corrected or withdrawn" in told

    (form,) = json.loads(clinic("void", "--list", "A", "--format", "json").out)["forms"]
    assert form["scores"] == {"total": 10}
    assert clinic("verify").code == 0
