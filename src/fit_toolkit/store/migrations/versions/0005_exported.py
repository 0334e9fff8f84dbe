"""Whose ratings went out with which export: for what a client may ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exported",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_exported_run_id_run")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_exported_client_id_client")),
        sa.PrimaryKeyConstraint("run_id", "client_id", name=op.f("pk_exported")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_exported_client_id"), "exported", ["client_id"], unique=False)
