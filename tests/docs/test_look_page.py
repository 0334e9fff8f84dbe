"""The page on look and languages: typed as it stands, the sheets look and speak as it says."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.docs.pages import DOCS
from tests.docs.test_pages import follow

PAGE = DOCS / "make-it-yours.md"


def test_what_the_page_says_can_be_typed_and_shows_on_the_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clinic").parent.mkdir(exist_ok=True)
    follow(PAGE, tmp_path, monkeypatch)
    clinic = tmp_path / "clinic"
    therapist = (clinic / "therapist.html").read_text()
    assert "For the Tuesday round" in therapist
    assert "#7a1f5c" in therapist
    assert "size: letter" in therapist
    assert "Stimmt das so für dich?" in (clinic / "deutsch.html").read_text()
    assert 'dir="rtl"' in (clinic / "arabic.html").read_text()
    assert "large" in (clinic / "large.html").read_text()


def test_the_page_names_every_block_of_the_bundled_pages() -> None:
    text = PAGE.read_text()
    for name in ("partials/page.html", "sheets/therapist.html", "sheets/client.html"):
        row = next(line for line in text.splitlines() if line.startswith("|") and f"`{name}`" in line)
        template = files("fit_toolkit.templates").joinpath(name).read_text()
        blocks = re.findall(r"{% block (\w+) %}", template)
        own = [block for block in blocks if name.startswith("partials") or block not in {"title", "style", "body"}]
        assert re.findall(r"`(\w+)`", row) == own
