"""Reads the manual's pages as a reader would follow them: files to save, commands to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """A fenced block: its language, the file it belongs in ("" for none), its text."""

    language: str
    file: str
    text: str


def steps(page: Path) -> Iterator[Step]:
    """Give the blocks of a page in order."""
    for language, file, text in FENCE.findall(page.read_text(encoding="utf-8")):
        yield Step(language, file, text)


def typed(step: Step) -> list[str]:
    """Give the commands of a console block."""
    return [line.removeprefix("$ ") for line in step.text.splitlines() if line.startswith("$ ")]


def pages() -> list[Path]:
    """Give README and every page of the manual."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
