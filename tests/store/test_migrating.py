"""A store of an earlier version is brought to this one when it is opened, with everything that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from fit_toolkit.store import Store, migrate, open_store, schema, sqlite
from tests.store.conftest import SERVER

AT = datetime.fromisoformat("2026-03-12T09:00")
DAY = date(2026, 3, 12)
pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")


@pytest.fixture
def old(tmp_path: Path) -> Iterator[str | Path]:
    """Where a store of the first version is, with two alerts and three messages in it."""
    if not SERVER:
        path = tmp_path / "store.db"
        sqlite.create_file(path)
        engine = sqlite.make_engine(path).execution_options(**{sqlite.WRITE: True})
        _first_version(engine)
        yield path
        return
    url = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    name = f"fit_test_{uuid4().hex}"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as c:
        c.execute(sa.text(f"CREATE DATABASE {name}"))
    _first_version(sa.create_engine(url.set(database=name)))
    yield sa.make_url(SERVER).set(database=name, password=None).render_as_string()
    with server.connect() as c:
        c.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def _first_version(engine: sa.Engine) -> None:
    with engine.begin() as c:
        if c.dialect.name == "sqlite":
            c.exec_driver_sql(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
        config = Config()
        with resources.as_file(resources.files("fit_toolkit.store") / "migrations") as folder:
            config.set_main_option("script_location", str(folder))
            config.attributes["connection"] = c
            command.upgrade(config, "0001")
        _fill(c)
    engine.dispose()


def _fill(c: sa.Connection) -> None:
    """Rows as the first version wrote them: into the tables as they are in the store, not as they are declared now."""
    tables = sa.MetaData()
    tables.reflect(bind=c)
    t = tables.tables
    c.execute(sa.insert(t["staff"]).values(id=1, code="anna", role="therapist", starts_on=DAY))
    c.execute(sa.insert(t["client"]).values(id=1, code="c1", added_at=AT))
    c.execute(sa.insert(t["episode"]).values(id=1, code="c1-1", kind="individual", opened_on=DAY))
    c.execute(sa.insert(t["member"]).values(id=1, episode_id=1, client_id=1, joined_on=DAY))
    alert = {
        "policy": "low", "kind": "cutoff", "member_id": 1, "episode_id": 1, "staff_id": 1, "scale": "total",
        "instrument": "today-together-client", "rater": "client", "occasion": "end", "severity": "attention",
        "basis": "convention", "session_on": DAY, "reason": "low", "evidence": {}, "first_seen": DAY,
        "opened_at": AT, "changed_at": AT, "seen": {"day": 20524, "roots": [7]}, "policy_hash": "h",
    }  # fmt: skip
    c.execute(sa.insert(t["alert"]).values(id=1, state="resolved", **alert))
    c.execute(sa.insert(t["alert"]).values(id=2, state="open", **alert))
    event = {"seq": 1, "at": AT, "actor": "fit", "to_state": "open", "cause": "new", "evidence": {}}
    c.execute(sa.insert(t["alert_event"]).values(alert_id=2, **event))
    message = {
        "channel": "email", "severity": "attention", "reason": "new", "subject": "", "body": "", "created_at": AT,
        "not_before": AT, "recipient_staff_id": 1,
    }  # fmt: skip
    told = {"alerts": [[1, 1, 0, "attention", "new"], [2, 1, 2, "attention", "repeat"]]}
    c.execute(sa.insert(t["outbox"]).values(key="a", state="sent", payload=told, **message))
    c.execute(sa.insert(t["outbox"]).values(key="b", state="cancelled", payload=told, **message))
    c.execute(sa.insert(t["outbox"]).values(key="c", state="sent", payload={"over": [1]}, **message))


@pytest.fixture
def opened(old: str | Path) -> Iterator[Store]:
    store = open_store(old)
    yield store
    store.close()


def test_it_has_the_tables_of_this_version(opened: Store) -> None:
    with opened.read() as c:
        assert migrate.current_revision(c) == migrate.HEAD
        assert compare_metadata(MigrationContext.configure(c), schema.metadata) == []


def test_what_was_in_it_is_as_it_was(opened: Store) -> None:
    with opened.read() as c:
        assert c.execute(sa.select(schema.client.c.code)).scalars().all() == ["c1"]
        rows = c.execute(sa.select(schema.alert).order_by(schema.alert.c.id)).mappings().all()
        assert [(row["state"], row["seen"], row["handled"], row["note"]) for row in rows] == [
            ("resolved", {"day": 20524, "roots": [7]}, None, None),
            ("open", {"day": 20524, "roots": [7]}, None, None),
        ]
        assert c.execute(sa.select(schema.alert_event.c.cause)).scalars().all() == ["new"]


def test_who_was_told_of_what_is_read_from_the_messages_that_were_not_called_back(opened: Store) -> None:
    t = schema.told.c
    with opened.read() as c:
        rows = c.execute(sa.select(t.alert_id, t.outbox_id, t.staff_id, t.seq, t.lap, t.reason).order_by(t.id)).all()
    assert [tuple(row) for row in rows] == [(1, 1, 1, 1, 0, "new"), (2, 1, 1, 1, 2, "repeat")]


def test_what_is_open_is_thought_of_again(opened: Store) -> None:
    with opened.read() as c:
        found = c.execute(sa.select(schema.alert.c.remind_at, schema.alert.c.held).order_by(schema.alert.c.id)).all()
    assert [tuple(row) for row in found] == [(None, None), (AT, None)]


def test_events_of_an_old_store_still_cannot_be_changed(opened: Store) -> None:
    from fit_toolkit.errors import StoreError

    with pytest.raises(StoreError), opened.begin() as c:
        c.execute(schema.alert_event.update().values(actor="nobody"))


def test_one_that_is_cut_off_on_the_way_is_as_it_was_and_goes_on_the_next_time(
    old: str | Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    def full(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "add_column", full)
        with pytest.raises(OSError, match="no space"):
            open_store(old)
    engine = sqlite.make_engine(old) if isinstance(old, Path) else None
    if engine is not None:
        with engine.connect() as c:
            assert migrate.current_revision(c) == "0001"
            assert not sa.inspect(c).has_table("told")
        engine.dispose()
    store = open_store(old)
    with store.read() as c:
        assert migrate.current_revision(c) == migrate.HEAD
    store.close()
