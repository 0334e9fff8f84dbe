"""What was compiled for one store serves the next, and each still gives its own answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.store import sqlite
from tests.statements import share

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
