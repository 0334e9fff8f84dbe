from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import set_up
from tests.alerts.outgoing import copy_of
from tests.cli.shell import Outcome
from tests.clinic import Clinic

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


Fit = Callable[..., Outcome]
Outside = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Run:
    """Runs `fit` in a practice of its own, at noon on 12 March 2026."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Outcome:
        code = run(["--practice", str(self.folder), *arguments], clock=lambda: NOON)
        captured = self.capsys.readouterr()
        return Outcome(code, captured.out, captured.err)


@pytest.fixture(scope="session")
def blank_practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return set_up(tmp_path_factory.mktemp("practice") / "blank")


@pytest.fixture
def practice(blank_practice: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(blank_practice, tmp_path / "practice"))


@pytest.fixture
def fit(practice: Path, capsys: pytest.CaptureFixture[str]) -> Fit:
    """Run `fit` in a fresh practice at noon on 12 March 2026."""

    return Run(practice, capsys)


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    """The clinic that a file of tests has built once, in a folder of its own."""
    return copy_of(built, tmp_path)


@pytest.fixture
def outside(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outside:
    """Run `fit` in an empty folder without a practice: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
