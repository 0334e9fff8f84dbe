"""An import, or a pile of paper, taken back as a whole."""

from __future__ import annotations

from fit_toolkit.model.records import Change, Undone
from fit_toolkit.store import Store, ratings


def undo(store: Store, batch: int, change: Change, *, dry_run: bool = False) -> Undone:
    """Void what a batch brought, and let what it had corrected stand again."""
    with store.begin(dry_run=dry_run) as c:
        return ratings.undo_batch(c, batch, change)
