"""What was done for one store serves the next, and each is what it would have been without."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.store import create_store, migrate, sqlite
from tests.statements import say_again, share

TABLE = sa.Table("told", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("what", sa.JSON))


def held(engine: sa.Engine) -> list[object]:
    with engine.execution_options(**{sqlite.WRITE: True}).begin() as c:
        TABLE.create(c, checkfirst=True)
        c.execute(TABLE.insert(), {"what": {"in": engine.url.database}})
        return list(c.execute(sa.select(TABLE.c.what)).scalars())


def test_a_second_store_compiles_nothing_again_and_holds_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(monkeypatch)
    one, other = sqlite.make_engine(tmp_path / "one.db"), sqlite.make_engine(tmp_path / "other.db")
    first = held(one)
    compiled = len(one._compiled_cache or ())
    second = held(other)

    assert (first, second) == ([{"in": str(tmp_path / "one.db")}], [{"in": str(tmp_path / "other.db")}])
    assert compiled == len(other._compiled_cache or ()) >= 2


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        return [str(application), *db.iterdump()]


def test_a_second_empty_store_is_made_as_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: sa.Connection) -> None:
        raise AssertionError("the migrations run a second time")

    say_again(monkeypatch)
    create_store(tmp_path / "one.db").close()
    monkeypatch.setattr("alembic.command.upgrade", never)
    create_store(tmp_path / "other.db").close()

    assert dump(tmp_path / "other.db") == dump(tmp_path / "one.db")
    assert f"VALUES('{migrate.HEAD}')" in "".join(dump(tmp_path / "other.db"))
