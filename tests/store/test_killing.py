from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.errors import LockedError
from fit_toolkit.store import Store, hold_lock, open_store, schema
from tests.store.conftest import only_sqlite

HALF_WAY = """
import sys, time
from pathlib import Path
import sqlalchemy as sa
from fit_toolkit.store import open_store, schema
with open_store(Path(sys.argv[1])).begin() as c:
    c.exec_driver_sql("PRAGMA cache_size = 5")  # so that half of the change is in the file before the end
    c.execute(sa.insert(schema.meta), [{"key": f"k{n}", "value": "x" * 2000} for n in range(500)])
    print("half way", flush=True)
    time.sleep(60)
"""
LOCKED = """
import sys, time
from pathlib import Path
from fit_toolkit.store import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def killed_at_its_first_word(code: str, path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()


@only_sqlite
def test_a_writer_killed_half_way_leaves_nothing_of_its_change(store: Store) -> None:
    assert store.path is not None
    with store.begin() as c:
        c.execute(sa.insert(schema.meta).values(key="kept", value="x"))
    size = store.path.stat().st_size
    killed_at_its_first_word(HALF_WAY, store.path)
    assert store.path.stat().st_size > size, "the change had reached the file"
    with open_store(store.path).begin() as c:
        assert list(c.execute(sa.select(schema.meta.c.key)).scalars()) == ["kept"]
        assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    killed_at_its_first_word(LOCKED, tmp_path / "lock")
    with hold_lock(tmp_path / "lock"), pytest.raises(LockedError), hold_lock(tmp_path / "lock"):
        pass
