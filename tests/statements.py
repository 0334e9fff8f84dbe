"""What a new store costs is paid once in a process, not once for each store: a test opens hundreds, a command one.

Statements are compiled once, and of the migrations of an empty store the SQL is kept and said again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from fit_toolkit.store import migrate, sqlite

MIGRATE = migrate.upgrade


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


def say_again(patch: pytest.MonkeyPatch) -> None:
    """Bring each empty SQLite store up to date by the statements that did so with the first; all others as ever."""
    kept: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        kept.append((statement, parameters))

    def upgrade(c: sa.Connection) -> None:
        if c.dialect.name != "sqlite" or sa.inspect(c).get_table_names():
            MIGRATE(c)
        elif kept:
            for statement, parameters in kept:
                c.exec_driver_sql(statement, parameters)
        else:
            sa.event.listen(c, "before_cursor_execute", note)
            try:
                MIGRATE(c)
            except BaseException:
                kept.clear()
                raise
            finally:
                sa.event.remove(c, "before_cursor_execute", note)

    patch.setattr(migrate, "upgrade", upgrade)
