"""The page on scoring a file: its file, typed in, gives what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, steps
from tests.docs.test_pages import follow

PAGE = DOCS / "how-to-score-a-file.md"


def test_the_page_prints_what_its_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(PAGE, tmp_path, monkeypatch)
    printed = [step.text for step in steps(PAGE) if step.language == "csv" and not step.file]
    assert [(tmp_path / "scores.csv").read_text()] == printed


def test_the_page_names_every_column_of_the_result() -> None:
    from fit_toolkit.analysis.scored import COLUMNS

    text = PAGE.read_text()
    assert ",".join(COLUMNS) in text
