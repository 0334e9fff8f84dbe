"""One practice for all these tests; each writes its own people into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fit_toolkit.practice import Practice, open_practice, set_up
from tests.caseload.making import NOW


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("caseload") / "p"
    set_up(root, policies="", given={"practice.name": "Made-up Practice", "safety.contact": "the duty phone"})
    return root


@pytest.fixture(scope="package")
def practice(folder: Path) -> Iterator[Practice]:
    opened = open_practice(folder, clock=lambda: NOW)
    yield opened
    opened.store.close()
