"""The store: every table, the one way to open it, and small modules of functions over a connection.

`people`, `diary`, `ratings`, `frames`, `alerts`, `outbox` and `runs` hold the functions; each takes the connection of
a transaction opened by `Store.begin()` or `Store.read()`. Whatever changes an episode's data also touches it.
"""

from fit_toolkit.store.lock import hold_lock
from fit_toolkit.store.opening import Store, create_store, open_store
from fit_toolkit.store.rows import touch

__all__ = ["Store", "create_store", "hold_lock", "open_store", "touch"]
