from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fit_toolkit.store import Store, create_store, open_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    create_store(path).close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.db"
    shutil.copy(empty_store, path)
    opened = open_store(path)
    yield opened
    opened.close()
