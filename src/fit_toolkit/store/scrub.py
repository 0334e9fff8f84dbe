"""Overwrites what deleted rows leave in the files of the database."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from fit_toolkit.errors import StoreError
from fit_toolkit.store import schema as s
from fit_toolkit.store.opening import translated

if TYPE_CHECKING:
    from fit_toolkit.store.opening import Store


def scrub(store: Store) -> None:
    """Write the database anew without the pages that were freed.

    SQLite overwrites deleted rows at once (`secure_delete`), and writes the whole file anew here. PostgreSQL writes its
    tables anew; what its write-ahead log still holds is the server's affair.
    """
    if store.path is not None:
        with translated(), store.engine.connect() as c:
            cursor = c.connection.cursor()  # not through SQLAlchemy, which would open a transaction
            cursor.execute("PRAGMA query_only = OFF")
            try:
                cursor.execute("VACUUM")
            except sqlite3.OperationalError as error:
                raise StoreError(
                    "the rows are gone, but the store's file cannot be written anew",
                    hint=f"it takes as much room again as the store ({store.path.stat().st_size:,} bytes); the same command"
                    " finishes it",
                ) from error
            finally:
                cursor.close()
        return
    with translated(), store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        for table in s.metadata.sorted_tables:
            c.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')
