"""Plugins written against an older hook API keep loading, and keep saying what they said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit import Course
from fit_toolkit.hookspecs import HOOK_API
from tests.plugins.corpus_answers import CORPUS, answers, text_of

VERSIONS = sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir() and folder.name[0].isdecimal())
OPERATORS_OF_1_0 = {
    "beside", "best", "change", "count", "day", "days_since_previous", "each", "earlier_mean", "earlier_median",
    "earlier_sd", "earlier_sum", "first", "hold", "lag", "limit", "mark", "max_gap_days", "member", "members", "number",
    "offsets", "owner", "previous", "prorated", "root", "scale", "session", "streak", "tick", "value", "where",
    "worsening",
}  # fmt: skip


@pytest.fixture(scope="module", params=VERSIONS)
def said(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """What the plugins of one version say today."""
    version = str(request.param)
    return version, json.loads(text_of(answers(version)))


def test_every_old_plugin_loads_without_a_word(said: tuple[str, dict[str, Any]]) -> None:
    _, found = said

    assert found["failures"] == []
    assert {state for state, *_ in found["plugins"].values()} == {"loaded"}


@pytest.mark.parametrize("part", ["plugins", "policies", "rules", "reader", "channel", "instrument"])
def test_every_old_plugin_says_what_it_said(said: tuple[str, dict[str, Any]], part: str) -> None:
    version, found = said
    pinned = json.loads((CORPUS / version / "answers.json").read_text(encoding="utf-8"))

    assert found[part] == pinned[part]


@pytest.mark.parametrize("version", VERSIONS)
def test_no_file_of_the_corpus_was_edited(version: str) -> None:
    folder = CORPUS / version
    noted = {
        line.partition("  ")[2]: line.partition("  ")[0] for line in (folder / "SHA256SUMS").read_text().splitlines()
    }
    there = {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "SHA256SUMS" and "__pycache__" not in file.parts
    }

    assert there == noted


def test_there_is_a_corpus_for_the_first_version_of_this_major() -> None:
    assert f"{HOOK_API[0]}.0" in VERSIONS


def test_the_first_corpus_uses_every_operator_that_a_course_had() -> None:
    source = "".join(file.read_text() for file in sorted(Path(CORPUS / "1.0").glob("*.py")))

    assert [name for name in sorted(OPERATORS_OF_1_0) if f".{name}" not in source] == []
    assert {
        name for name in OPERATORS_OF_1_0 if not hasattr(Course, name) and name not in Course.__annotations__
    } == set()
