from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
import threading
import traceback
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fit_toolkit.errors import LockedError, StoreError
from fit_toolkit.store import Store, create_store, hold_lock, migrate, open_store, people, schema, sqlite
from tests.store.conftest import only_sqlite


@only_sqlite
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_new_store_has_every_table_and_index_that_is_declared(store: Store) -> None:
    with store.read() as c:
        assert compare_metadata(MigrationContext.configure(c), schema.metadata) == []
        made = set(c.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars())
    assert {str(index.name) for table in schema.metadata.tables.values() for index in table.indexes} <= made


def test_the_revisions_named_are_those_in_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert tuple(r.revision for r in reversed(list(script.walk_revisions()))) == migrate.REVISIONS


@only_sqlite
def test_a_store_is_durable_private_and_says_whose_it_is(store: Store) -> None:
    with store.read() as c:
        found = {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (
            "journal_mode", "synchronous", "foreign_keys", "application_id", "secure_delete",
        )}  # fmt: skip
    assert found == {
        "journal_mode": "delete", "synchronous": 2, "foreign_keys": 1, "application_id": sqlite.APPLICATION_ID,
        "secure_delete": 1,
    }  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no file modes")
def test_a_store_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    create_store(tmp_path / "store.db").close()
    assert stat.S_IMODE((tmp_path / "store.db").stat().st_mode) == 0o600


@only_sqlite
def test_an_existing_store_is_never_made_anew(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        create_store(tmp_path / "store.db")


def test_a_missing_store_is_not_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        open_store(tmp_path / "store.db")
    assert list(tmp_path.iterdir()) == []


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()


def newer_store(path: Path) -> None:
    create_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


def cut_store(path: Path) -> None:
    create_store(path).close()
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (foreign_database, "belongs to another program"),
        (lambda path: path.write_bytes(b"%PDF-1.7 " + bytes(500)), "not a store"),
        (lambda path: path.write_bytes(b"SQLite"), "not a store"),
        (lambda path: path.touch(), "an empty file"),
        (newer_store, "newer version"),
        (cut_store, "cut short"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(tmp_path: Path, make: object, problem: str) -> None:
    path = tmp_path / "store.db"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(StoreError, match=problem):
        open_store(path)
    assert path.read_bytes() == before


def test_a_damaged_store_says_so_in_one_line(empty_store: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    content = bytearray(empty_store.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        open_store(path)


@only_sqlite
def test_a_store_on_a_network_share_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "network_file_system", lambda folder: True)
    assert store.path is not None
    with pytest.raises(StoreError, match="network share"):
        open_store(store.path)


def test_this_folder_is_not_taken_for_a_network_share(tmp_path: Path) -> None:
    assert not sqlite.network_file_system(tmp_path)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://user:secret@host/name", "password"),
        ("mysql://host/name", "only SQLite and PostgreSQL"),
        ("sqlite:///somewhere.db", "given as a path"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_nothing_is_written_in_a_reading_transaction(store: Store) -> None:
    with pytest.raises(StoreError), store.read() as c:
        c.execute(sa.insert(schema.meta).values(key="a", value="b"))


def test_a_change_that_fails_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as c:
        people.add_staff(c, "anna", starts_on=date(2026, 1, 1))
        raise ZeroDivisionError
    with store.read() as c:
        assert people.list_staff(c) == []


def test_a_dry_run_keeps_nothing(store: Store) -> None:
    with store.begin(dry_run=True) as c:
        people.add_staff(c, "anna", starts_on=date(2026, 1, 1))
        assert len(people.list_staff(c)) == 1
    with store.read() as c:
        assert people.list_staff(c) == []


def test_a_broken_rule_is_told_without_the_data(store: Store) -> None:
    row = {"code": "secret-code", "role": "therapist", "starts_on": date(2026, 1, 1)}
    with pytest.raises(StoreError, match="a rule of the store") as caught, store.begin() as c:
        c.execute(sa.insert(schema.staff), [row, row])
    assert "secret-code" not in str(caught.value)
    assert "secret-code" not in "".join(traceback.format_exception(caught.value))


def test_many_writers_at_once_lose_nothing(store: Store) -> None:
    def count_up() -> None:
        for _ in range(10):
            with store.begin() as c:
                seen = int(c.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.key == "n")) or 0)
                c.execute(sa.update(schema.meta).where(schema.meta.c.key == "n").values(value=str(seen + 1)))

    with store.begin() as c:
        c.execute(sa.insert(schema.meta).values(key="n", value="0"))
    writers = [threading.Thread(target=count_up) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with store.read() as c:
        assert c.scalar(sa.select(schema.meta.c.value)) == "40"


@only_sqlite
def test_a_writer_that_waits_too_long_is_told_that_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0)
    with store.begin(), pytest.raises(LockedError, match="busy"), store.begin():
        pass


def test_a_reader_is_not_held_up_by_a_writer_at_work(store: Store) -> None:
    with store.begin() as writing:
        people.add_staff(writing, "anna", starts_on=date(2026, 1, 1))
        with store.read() as reading:
            assert people.list_staff(reading) == []


def test_the_lock_of_a_run_is_held_once_and_given_back(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "lock"), pytest.raises(LockedError, match="another run"), hold_lock(tmp_path / "lock"):
        pass
    with hold_lock(tmp_path / "lock"):
        pass


def test_an_instant_with_a_zone_is_kept_as_utc(store: Store) -> None:
    from datetime import datetime, timedelta, timezone

    summer = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    with store.begin() as c:
        people.add_client(c, "c1", at=summer)
        c.execute(sa.update(schema.client).values(added_at=summer))
        assert c.scalar(sa.select(schema.client.c.added_at)) == datetime.fromisoformat("2026-07-01T08:00")


def test_a_store_made_by_a_copy_opens_as_well(empty_store: Path, tmp_path: Path) -> None:
    shutil.copy(empty_store, tmp_path / "copy.db")
    store = open_store(tmp_path / "copy.db")
    with store.read() as c:
        assert people.list_clients(c) == []
    store.close()
