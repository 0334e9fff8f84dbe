from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fit_toolkit.errors import ExitCode
from tests.cli.conftest import Fit
from tests.plugins.kit import PACKAGES


def test_a_sound_plugin_passes_and_its_hints_are_counted(fit: Fit) -> None:
    outcome = fit("plugins", "check", str(PACKAGES / "reader_good.py"))

    assert outcome.code == ExitCode.OK
    assert outcome.err.strip() == "all 12 checks passed"
    assert outcome.out.count("\nok ") == 12


def test_a_plugin_that_is_not_sound_ends_with_5_and_names_the_check(fit: Fit) -> None:
    outcome = fit("plugins", "check", str(PACKAGES / "find_looks_ahead.py"), "--format", "json")
    listed = json.loads(outcome.out)
    wrong = [check for check in listed["checks"] if not check["passed"]]

    assert outcome.code == ExitCode.CONFIG
    assert listed["schema"] == "fit/checks/1"
    assert [check["name"] for check in wrong] == ["no-look-ahead"]
    assert {check["result"] for check in listed["checks"]} == {"ok", "failed", "hint"}
    assert outcome.err.startswith("1 of ")
    assert "2 more could be made: see the hints" in outcome.err


def test_a_drop_in_of_the_practice_is_checked_by_its_name(fit: Fit, practice: Path) -> None:
    shutil.copy(PACKAGES / "channel_bad.py", practice / "plugins")
    (practice / "plugins" / "channel_bad.py").chmod(0o600)
    outcome = fit("plugins", "check", "channel-bad", "--format", "csv")

    assert outcome.code == ExitCode.CONFIG
    assert "channel fussy,hostile" in outcome.out


@pytest.mark.parametrize("name", ["nosuch", "nosuch.py", "plugins/nosuch.py"])
def test_a_plugin_that_is_not_there_is_told_in_one_line(fit: Fit, name: str) -> None:
    outcome = fit("plugins", "check", name)

    assert outcome.code != ExitCode.OK
    assert "there is no" in outcome.err
    assert outcome.out == ""
    assert "nosuch" in outcome.err
