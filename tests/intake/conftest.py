from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.making import Clinic, make_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = make_clinic(tmp_path)
    yield made
    made.store.close()
