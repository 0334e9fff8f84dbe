"""The page on what alerts are worth: its commands work on its files, and it names what is there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import fit_toolkit.analysis
from fit_toolkit.cli.evaluating import SPEAKS, TRUTH
from tests.docs.pages import DOCS
from tests.docs.test_pages import follow

PAGE = DOCS / "analyze-alerts.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_commands_of_the_page_write_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(PAGE, tmp_path, monkeypatch)
    worth = {row["policy"]: row for row in csv.DictReader((tmp_path / "worth.csv").read_text().splitlines())}
    assert list(worth) == ["fall", "band", "fall-or-band"]
    assert (worth["fall"]["events"], worth["fall"]["found"], worth["fall"]["flags"]) == ("2", "1", "2")
    assert len((tmp_path / "pairs.csv").read_text().splitlines()) == 4
    assert "drop-1-or-below-36" in (tmp_path / "made-up.csv").read_text()


def test_every_column_is_explained_and_only_public_functions_are_named() -> None:
    for column in (*SPEAKS, *TRUTH):
        if not column.endswith(("_low", "_high")):
            assert f"`{column}`" in TEXT, column
    for name in re.findall(r"`([a-zA-Z_]+)`", TEXT.rpartition("In Python: ")[2]):
        assert name in fit_toolkit.analysis.__all__, name
