"""Which message told whom of which alert, and when a message about an alert is next to be thought of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ALERT = sa.table(
    "alert", sa.column("id"), sa.column("state"), sa.column("changed_at"), sa.column("remind_at")
)  # fmt: skip
_OUTBOX = sa.table(
    "outbox", sa.column("id"), sa.column("state"), sa.column("recipient_staff_id"), sa.column("payload", sa.JSON())
)  # fmt: skip


def _told() -> sa.Table:
    return op.create_table(
        "told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lap", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_told_alert_id_alert")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_told_outbox_id_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sqlite_autoincrement=True,
    )


def _fill(told: sa.Table) -> None:
    """Write from the messages that were kept what each of them told."""
    c = op.get_bind()
    alerts = set(c.execute(sa.select(_ALERT.c.id)).scalars())
    messages = c.execute(sa.select(_OUTBOX).where(_OUTBOX.c.state != "cancelled").order_by(_OUTBOX.c.id))
    rows = [
        {"alert_id": alert, "outbox_id": row.id, "staff_id": row.recipient_staff_id or 0, "seq": seq, "lap": lap,
         "reason": reason}
        for row in messages
        for alert, seq, lap, _, reason in row.payload.get("alerts", ())
        if alert in alerts
    ]  # fmt: skip
    if rows:
        c.execute(sa.insert(told), rows)


def upgrade() -> None:
    told = _told()
    op.create_index(op.f("ix_told_alert_id"), "told", ["alert_id"], unique=False)
    op.create_index(op.f("ix_told_outbox_id"), "told", ["outbox_id"], unique=False)
    op.add_column("alert", sa.Column("remind_at", sa.DateTime(), nullable=True))
    op.add_column("alert", sa.Column("held", sa.String(length=16), nullable=True))
    op.create_index(
        "ix_alert_remind",
        "alert",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("remind_at IS NOT NULL"),
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_assignment_starts_on"), "assignment", ["starts_on"], unique=False)
    op.execute(sa.update(_ALERT).where(_ALERT.c.state == "open").values(remind_at=_ALERT.c.changed_at))
    _fill(told)
