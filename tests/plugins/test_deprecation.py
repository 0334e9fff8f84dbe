"""What will be taken away works until then, and who uses it is told with the version, the day and what to write instead."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fit_toolkit import hookspecs
from fit_toolkit.cli import run
from fit_toolkit.practice import set_up
from tests.plugins.kit import build, practice

HOOK = hookspecs.Deprecation(
    "register_readers", (1, 1), date(2026, 12, 1), (2, 0), date(2027, 9, 1), "register_formats()"
)
ATTRIBUTE = hookspecs.Deprecation(
    "Reader.suffixes", (1, 1), date(2026, 12, 1), (2, 0), date(2027, 9, 1), "sniff(head, filename_suffix)"
)


@pytest.fixture
def deprecated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hookspecs, "DEPRECATED", (HOOK, ATTRIBUTE))


def test_a_sentence_says_since_when_until_when_and_what_instead() -> None:
    assert str(HOOK) == (
        "register_readers is deprecated since hook API 1.1: gone from 2.0 on, not before 2027-09-01;"
        " instead: register_formats()"
    )


def test_nothing_is_said_where_nothing_is_deprecated(tmp_path: Path) -> None:
    assert build(practice(tmp_path, "reader_good")).plugin("reader-good").deprecated == ()


@pytest.mark.usefixtures("deprecated")
def test_a_hook_and_an_attribute_still_work_and_are_told_once_each(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "reader_good", "good_neighbour"))
    info = registry.plugin("reader-good")

    assert info.deprecated == (str(HOOK), str(ATTRIBUTE))
    assert info.state == "loaded"
    assert "pipes" in registry.readers
    assert not [failure for failure in registry.failures if failure.plugin == "reader-good"]
    assert registry.plugin("good-neighbour").deprecated == ()


@pytest.mark.usefixtures("deprecated")
def test_the_commands_tell_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = practice(set_up(tmp_path / "clinic"), "reader_good")
    fit = ["--practice", str(root), "plugins"]

    assert run([*fit, "list"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words.count("gone from 2.0 on, not before 2027-09-01; instead: register_formats()") > 1, "ours use it, too"
    assert run([*fit, "list", "--format", "json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["plugins"]}
    assert rows["reader-good"]["deprecated"] == [str(HOOK), str(ATTRIBUTE)]
    assert run([*fit, "check", "reader-good"]) == 0
    told = capsys.readouterr()
    assert (told.out + told.err).count(str(HOOK)) == 1
    assert (told.out + told.err).count(str(ATTRIBUTE)) == 1
