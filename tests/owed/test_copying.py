"""`fit copy` gives a client everything that is held about them, and nothing about anybody else."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.browser.structure import barriers
from tests.cli.shell import Shell
from tests.clinic import Clinic
from tests.owed.lives import CODE, OTHER, SAID, THIRD


def copied(fit: Shell, folder: Path, code: str = CODE) -> dict[str, Any]:
    done = fit("copy", code, "-o", str(folder), "--no-pdf")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads((folder / "copy.json").read_text(encoding="utf-8"))
    return found


def test_everything_is_in_it(fit: Shell, tmp_path: Path) -> None:
    held = copied(fit, tmp_path / "out")
    assert held["schema"] == "fit/copy/1"
    assert held["client"]["code"] == CODE
    assert [(each["kind"], each["others"]) for each in held["episodes"]] == [("individual", 0), ("couple", 1)]
    assert [each["role"] for each in held["episodes"][0]["assignments"]] == ["therapist", "supervisor"]
    assert held["episodes"][0]["pauses"][0]["reason"] == SAID
    states = sorted(form["state"] for form in held["forms"])
    assert states == ["superseded", *["valid"] * 8, "voided"]
    superseded = next(form for form in held["forms"] if form["state"] == "superseded")
    assert superseded["answers"][0]["answer"] == "4.0"
    voided = next(form for form in held["forms"] if form["state"] == "voided")
    assert (voided["change_reason"], voided["changed_by"]) == (SAID, "test")
    assert any(form["flagged"] == [{"item": "q7", "value": 2.0}] for form in held["forms"])
    assert any(form["texts"] for form in held["forms"])
    assert all(form["scores"] for form in held["forms"])


def test_alerts_come_with_their_story_and_the_rules_behind_them(fit: Shell, tmp_path: Path) -> None:
    held = copied(fit, tmp_path / "out")
    safe = next(each for each in held["alerts"] if each["policy"] == "safe")
    assert [event["to"] for event in safe["events"]] == ["open", "acknowledged"]
    assert safe["note"] == f"{SAID}: a note"
    assert {message["channel"] for message in safe["messages"]} == {"file", "email"}
    low = next(each for each in held["watched"] if each["policy"] == "low")
    assert low["parameters"]["line"] == 5.0
    assert low["does"]
    assert held["sheets"]


@pytest.mark.parametrize("code", [CODE, OTHER, THIRD])
def test_nobody_else_is_in_it(fit: Shell, tmp_path: Path, code: str) -> None:
    copied(fit, tmp_path / "out", code)
    for file in (tmp_path / "out").iterdir():
        said = file.read_text(encoding="utf-8")
        assert not [other for other in {CODE, OTHER, THIRD} - {code} if other in said]
        assert code in said


def test_the_other_of_a_couple_gets_their_own_words_only(clinic: Clinic, fit: Shell, tmp_path: Path) -> None:
    held = copied(fit, tmp_path / "out", OTHER)
    (form,) = held["forms"]
    assert {answer["answer"] for answer in form["answers"]} == {"5"}
    assert held["episodes"][0]["code"] == "(another person)"
    assert (tmp_path / "out" / "copy.json").read_text(encoding="utf-8").count(SAID) == 1


def test_the_page_can_be_read_by_everybody_it_is_for_and_the_files_by_nobody_else(fit: Shell, tmp_path: Path) -> None:
    copied(fit, tmp_path / "out")
    page = (tmp_path / "out" / "copy.html").read_text(encoding="utf-8")
    assert barriers(page) == [], barriers(page)[:3]
    assert "Taken out of use (voided)" in page
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert not any(CODE in file.name for file in tmp_path.rglob("*"))


def test_it_is_put_nowhere_else(fit: Shell, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("x", encoding="utf-8")
    assert fit("copy", CODE, "-o", str(tmp_path / "out")).code == 2
    assert fit("copy", "nobody", "-o", str(tmp_path / "none")).code == 3
    assert not (tmp_path / "none").exists()


def test_cut_off_the_same_command_makes_it_whole(fit: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "new", tmp_path / "there"):
        with monkeypatch.context() as patched:
            patched.setattr("fit_toolkit.cli.copy.write_atomic", cut)
            assert fit("copy", CODE, "-o", str(folder), "--no-pdf").code == 130
        assert fit("copy", CODE, "-o", str(folder), "--no-pdf").code == 0
        assert sorted(file.name for file in folder.iterdir()) == ["copy.html", "copy.json"]
