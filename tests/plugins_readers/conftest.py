from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.making import Clinic, make_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A store with a few people in it."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    made = make_clinic(folder)
    yield made
    made.store.close()
