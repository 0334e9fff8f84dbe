"""The fixtures for plugin authors; pytest loads this module by itself, so it imports nothing heavy.

Every name begins with `fit_`, so that none of them is in the way of a project's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fit_toolkit.course import Course
    from fit_toolkit.practice.made_up import Clock, MadeUpPractice
    from fit_toolkit.store import Store
    from fit_toolkit.testing.runner import Runner


@pytest.fixture
def fit_clock() -> Clock:
    """A clock that stands at noon on 1 June 2026 (UTC); `fit_clock.move(days=1)` puts it forward."""
    from fit_toolkit.practice.made_up import Clock

    return Clock()


@pytest.fixture
def fit_practice(tmp_path: Path, fit_clock: Clock) -> Iterator[MadeUpPractice]:
    """A practice in a temporary folder: `client` adds a client with ratings, `run`, `alerts` and `sheet` look at it."""
    from fit_toolkit.practice.made_up import MadeUpPractice

    made = MadeUpPractice(tmp_path / "practice", fit_clock)
    yield made
    made.close()


@pytest.fixture
def fit_store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of its own, with every table."""
    from fit_toolkit.store import create_store

    store = create_store(tmp_path / "fit-store.db")
    yield store
    store.close()


@pytest.fixture
def fit_courses() -> Callable[..., Course]:
    """`fit_courses(shape="v", sessions=12)`: synthetic courses, the same for the same seed."""
    from fit_toolkit.testing.shapes import courses

    return courses


@pytest.fixture
def fit_answers() -> Callable[..., Any]:
    """`fit_answers("phq-9", rows=100)`: a frame of made-up answers to the items of an instrument."""
    from fit_toolkit.testing.filling import answers

    return answers


@pytest.fixture
def fit_cli(fit_practice: MadeUpPractice) -> Runner:
    """`fit_cli("alerts", "run")`: run a command in `fit_practice`; gives exit_code, stdout and stderr."""
    from fit_toolkit.testing.runner import Runner

    return Runner(fit_practice.root, fit_practice.clock)
