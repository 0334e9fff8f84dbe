"""The page on research on courses: its files and commands, typed in, give what it prints; its figures are the code's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fit_toolkit.analysis
from fit_toolkit.analysis import control_chance
from fit_toolkit.analysis.shapes import SHAPES
from tests.docs.pages import DOCS
from tests.docs.test_pages import follow_results

PAGE = DOCS / "analyze-courses.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_prints_what_its_commands_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert follow_results(PAGE, tmp_path, monkeypatch) == 3


def test_the_page_names_every_shape_and_only_public_functions() -> None:
    for shape in SHAPES:
        assert f"`{shape}`" in TEXT, shape
    for name in re.findall(r"`([a-z_]+)`", TEXT.rpartition("In Python: ")[2]):
        assert name in fit_toolkit.analysis.__all__, name


def test_the_chance_figure_on_the_page_is_the_computed_one() -> None:
    assert f"1 ordinary rating in {1 / control_chance():.0f}" in TEXT.replace("\n", " ")
