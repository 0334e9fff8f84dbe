from __future__ import annotations

import json
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.errors import ExitCode
from tests.cli.conftest import Fit


def test_init_sets_up_a_practice_that_the_next_command_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "p"), "--name", "Elm House", "--time-zone", "Europe/Berlin"]) == 0
    assert capsys.readouterr().out == ""
    monkeypatch.chdir(tmp_path / "p" / "sheets")
    assert run(["config", "show", "--origin", "--format", "json", "practice.time_zone"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["settings"]
    assert row == {"setting": "practice.time_zone", "value": "Europe/Berlin", "origin": "fit.toml:9"}
    assert run(["init", str(tmp_path / "p")]) == ExitCode.CONFIG


def test_a_misspelt_setting_stops_every_command_with_its_line(fit: Fit, practice: Path) -> None:
    with (practice / "fit.toml").open("a") as file:
        file.write("\n[norms]\n")
    lines = (practice / "fit.toml").read_text().splitlines()
    outcome = fit("staff", "list")
    assert outcome.code == ExitCode.CONFIG
    assert f"fit.toml:{len(lines)}: there is no section 'norms'" in outcome.err


def test_settings_come_from_the_environment_too(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIT_MAIL_PORT", "2525")
    assert "mail.port  2525   FIT_MAIL_PORT" in fit("config", "show", "--origin", "mail.port").out


def test_a_misspelt_setting_to_show_is_told_the_nearest(fit: Fit) -> None:
    outcome = fit("config", "show", "mail.prot")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert "did you mean 'mail.port'?" in outcome.err


def test_init_sets_up_the_practice_that_the_root_option_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--practice", "there", "init"]) == 0
    assert (tmp_path / "there" / "fit.toml").is_file()
    assert not (tmp_path / "fit.toml").exists()
