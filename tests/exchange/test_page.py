from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.cli import run
from tests.docs.pages import DOCS, steps


def test_the_page_shows_what_the_command_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = list(steps(DOCS / "instrument-formats.md"))
    shown = next(block.text for block in blocks if block.language == "text")
    asked = next(block.text for block in blocks if block.language == "sh")
    dictionary = next(block for block in blocks if block.file == "dictionary.csv")
    monkeypatch.chdir(tmp_path)
    (tmp_path / dictionary.file).write_text(dictionary.text)
    assert run(asked.split()[1:]) == 2
    assert capsys.readouterr().err == shown
