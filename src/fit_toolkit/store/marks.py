"""Small facts about the store as a whole, by name."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fit_toolkit.store import schema as s

PSEUDONYM_KEY: Final = "pseudonym_key"  # which key names the clients: a mark of it, never the key


def mark(c: sa.Connection, name: str) -> str:
    """Give a fact, or nothing."""
    return str(c.scalar(sa.select(s.meta.c.value).where(s.meta.c.key == name)) or "")


def set_mark(c: sa.Connection, name: str, value: str) -> None:
    """Put a fact in the place of what was there."""
    c.execute(sa.delete(s.meta).where(s.meta.c.key == name))
    c.execute(sa.insert(s.meta).values(key=name, value=value))
