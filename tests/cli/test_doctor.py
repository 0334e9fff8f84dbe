from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import fit_toolkit.doctor
from fit_toolkit.cli import run
from fit_toolkit.store import create_store


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    (tmp_path / "fit.toml").write_text("")
    create_store(tmp_path / "store.db").close()
    return tmp_path


def test_doctor_lists_machine_and_practice_as_json(practice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--practice", str(practice), "doctor", "--format", "json"])
    listing = json.loads(capsys.readouterr().out)
    assert listing["schema"] == "fit/doctor/1"
    assert {"python", "weasyprint", "pango", "store", "safety"} <= {row["check"] for row in listing["doctor"]}
    assert {row["state"] for row in listing["doctor"]} <= {"ok", "warn", "fail"}


def test_doctor_ends_with_5_when_something_is_in_the_way(practice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (practice / "store.db").chmod(0o644)
    assert run(["--practice", str(practice), "doctor"]) == 5
    shown = capsys.readouterr()
    assert "chmod 600" in shown.out
    assert "to mend: store access" in shown.err


def test_doctor_ends_with_0_when_there_are_only_warnings(practice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--practice", str(practice), "doctor"]) == 0
    assert "worth a look: policies, safety, alert run" in capsys.readouterr().err


def test_doctor_works_where_libraries_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(fit_toolkit.doctor, "of_practice", raising=False)
    monkeypatch.setitem(sys.modules, "fit_toolkit.doctor.of_practice", None)
    assert run(["doctor"]) == 5
    assert "could not be checked: ModuleNotFoundError" in capsys.readouterr().out
