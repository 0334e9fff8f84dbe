"""Bring a store to the tables of this version, in one transaction."""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa

from fit_toolkit.errors import StoreError

# Every revision this version knows, oldest first; a test holds it against the files in migrations/versions.
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
HEAD = REVISIONS[-1]


def current_revision(c: sa.Connection) -> str | None:
    """Return the revision the store is at, or None for an empty one."""
    if not sa.inspect(c).has_table("alembic_version"):
        return None
    found: str | None = c.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check_revision(revision: str | None) -> None:
    """Refuse a store that a newer version has written."""
    if revision is not None and revision not in REVISIONS:
        raise StoreError(
            "the store was written by a newer version of fit-toolkit", hint="update fit-toolkit; nothing was changed"
        )


def upgrade(c: sa.Connection) -> None:
    """Apply every migration that is missing; the caller's transaction makes it all or nothing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    with resources.as_file(resources.files("fit_toolkit.store") / "migrations") as folder:
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = c
        command.upgrade(config, "head")
