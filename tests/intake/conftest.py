from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.making import Clinic, copy_clinic, make_clinic


@pytest.fixture(scope="session")
def clinic_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of the clinic as it is at the beginning."""
    folder = tmp_path_factory.mktemp("clinic")
    make_clinic(folder).store.close()
    return folder


@pytest.fixture
def clinic(clinic_folder: Path, tmp_path: Path) -> Iterator[Clinic]:
    made = copy_clinic(clinic_folder, tmp_path)
    yield made
    made.store.close()
