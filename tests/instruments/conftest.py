from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fit_toolkit.cli import run

Fit = Callable[..., tuple[int, str, str]]


def running(capsys: pytest.CaptureFixture[str], *before: str) -> Fit:
    """Run `fit` with these words before what is typed; gives the exit code and what it wrote to both streams."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run([*before, *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def fit(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fit:
    """Run `fit` in a folder without a practice."""
    monkeypatch.chdir(tmp_path)
    return running(capsys)
