"""Where the practices lie that are broken by the hundred: in memory where there is such a folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def ram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose files never wait for a disk."""
    folder = Path(
        tempfile.mkdtemp(prefix="fit-faults-", dir=MEMORY if MEMORY.is_dir() else tmp_path_factory.mktemp("ram"))
    )
    yield folder
    shutil.rmtree(folder)
