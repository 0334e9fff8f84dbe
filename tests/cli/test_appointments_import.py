from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Fit


@pytest.fixture
def clinic(fit: Fit) -> Fit:
    """A practice with a therapist and a client in treatment since January."""
    fit("staff", "add", "T1", "--starts", "2025-01-01")
    fit("clients", "add", "A")
    fit("episodes", "open", "A", "--therapist", "T1", "--on", "2026-01-05")
    return fit


def test_a_diary_comes_in_from_the_shell_and_its_client_is_awaited(clinic: Fit, tmp_path: Path) -> None:
    file = tmp_path / "diary.csv"
    file.write_text("client,Name,start,status\nA,Canary,2026-03-20 09:30,planned\n")
    done = clinic("appointments", "import", str(file), "--format", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)["appointments"]
    assert (row["accepted"], row["added"], row["written"]) == (1, 1, True)
    assert "dropped because they tell who somebody is: Name" in done.err
    assert "Canary" not in done.err
    assert "09:30" in clinic("appointments", "list").out


def test_bad_rows_refuse_the_file_or_are_left_out_when_asked(clinic: Fit, tmp_path: Path) -> None:
    file = tmp_path / "diary.csv"
    file.write_text("client,start\nA,2026-03-20\nX,2026-03-20\n")
    refused = clinic("appointments", "import", str(file))
    assert (refused.code, "diary.csv:3: client:" in refused.err) == (3, True)
    assert "2026-03-20" not in clinic("appointments", "list").out
    assert clinic("appointments", "import", str(file), "--keep-going").code == 4
    assert "2026-03-20" in clinic("appointments", "list").out


def test_a_map_is_used_without_questions(clinic: Fit, tmp_path: Path) -> None:
    (tmp_path / "diary.csv").write_text("Klient;Tag;Stand\nA;20.03.2026;frei\n")
    (tmp_path / "m.yaml").write_text(
        "format: fit-map/1\ndate_format: DD.MM.YYYY\n"
        "columns: {Klient: client, Tag: date, Stand: {role: status, words: {frei: planned}}}\n"
    )
    done = clinic("appointments", "import", str(tmp_path / "diary.csv"), "--map", str(tmp_path / "m.yaml"))
    assert done.code == 0, done.err
