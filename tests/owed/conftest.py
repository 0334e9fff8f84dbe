from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.alerts.outgoing import use
from tests.cli.shell import Shell
from tests.clinic import Clinic
from tests.owed.lives import clinic_of


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic_of(tmp_path_factory.mktemp("owed"))


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    """The clinic in a folder of its own; the places of its sheets are those of the copy."""
    import copy

    built.practice.store.close()
    twin = copy.copy(built)
    twin.root = Path(shutil.copytree(built.root, tmp_path / "copy"))
    listed = twin.root / ".fit-sheets-places.json"
    listed.write_text(listed.read_text(encoding="utf-8").replace(str(built.root), str(twin.root)), encoding="utf-8")
    use(twin)
    return twin


@pytest.fixture
def fit(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    capsys.readouterr()
    return Shell(clinic, capsys)
