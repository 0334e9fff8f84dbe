"""Statements of the store are compiled once in a process, not once for each store: a test opens hundreds, a command one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from fit_toolkit.store import sqlite


class Statements(LRUCache[Any, Any]):
    """What SQLAlchemy has compiled, for all engines alike: of a key its first part is left out, the engine's dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Give what was compiled for any of the engines."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Keep it for all of them."""
        super().__setitem__(key[1:], value)


def share(patch: pytest.MonkeyPatch) -> None:
    """Let every store that is opened from here on share what was compiled for another."""
    real, kept = sqlite.make_engine, Statements(5_000)

    def make(path: Path) -> sa.Engine:
        engine = real(path)
        engine._compiled_cache = kept
        return engine

    patch.setattr(sqlite, "make_engine", make)
