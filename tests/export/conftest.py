from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.export.making import made


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice of `making`, made once for all who copy it."""
    return made(tmp_path_factory.mktemp("export") / "clinic")


@pytest.fixture
def clinic(made_once: Path, tmp_path: Path) -> Path:
    """A practice of one's own."""
    return Path(shutil.copytree(made_once, tmp_path / "clinic"))
