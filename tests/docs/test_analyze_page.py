"""The page on research: its files and commands, typed in, give what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS
from tests.docs.test_pages import follow_results

PAGE = DOCS / "analyze.md"


def test_the_page_prints_what_its_commands_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert follow_results(PAGE, tmp_path, monkeypatch)


def test_the_page_names_every_method() -> None:
    from fit_toolkit.analysis.change.of_file import METHODS

    text = PAGE.read_text(encoding="utf-8")
    for method in METHODS:
        assert f"`{method}`" in text or f"--method {method}" in text, method


def test_every_function_the_page_names_is_public() -> None:
    import re

    import fit_toolkit.analysis

    text = PAGE.read_text(encoding="utf-8").partition("### In Python")[2].partition("\n## ")[0]
    named = [name for name in re.findall(r"`([a-z_]{6,})`", text) if "_" in name and name != "fit_toolkit"]
    assert len(named) >= 10
    for name in named:
        assert name in fit_toolkit.analysis.__all__, name
