"""One demo for all tests that look at one; making it takes some seconds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fit_toolkit.demo import Demo, make_demo

TODAY = date(2026, 3, 5)  # a Thursday


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return make_demo(tmp_path_factory.mktemp("made") / "demo", today=TODAY, pdf=False)


@pytest.fixture
def root(demo: Demo) -> Path:
    return demo.root
