"""A store for every test: an SQLite file, or with FIT_TEST_POSTGRESQL=<url of a server> a database on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from fit_toolkit.store import Store, create_store, open_store

SERVER = os.environ.get("FIT_TEST_POSTGRESQL", "")
only_sqlite = pytest.mark.skipif(bool(SERVER), reason="about a file")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    create_store(path).close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    if SERVER:
        yield from _on_server()
        return
    path = tmp_path / "store.db"
    shutil.copy(empty_store, path)
    opened = open_store(path)
    yield opened
    opened.close()


def _on_server() -> Iterator[Store]:
    url = sa.make_url(SERVER)
    name = f"fit_test_{uuid4().hex}"
    server = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as c:
        c.execute(sa.text(f"CREATE DATABASE {name}"))
    opened = open_store(url.set(database=name, password=None).render_as_string())
    yield opened
    opened.close()
    with server.connect() as c:
        c.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
