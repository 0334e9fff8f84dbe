"""All tables, the indexes that keep one live alert and one valid rating per key, and the append-only events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("map_sha256", sa.String(length=64), nullable=True),
        sa.Column("rows_in", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('import', 'enter')", name=op.f("ck_batch_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_batch_source_sha256"), "batch", ["source_sha256"], unique=False)


def _client() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("born_year", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(length=16), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("code", name=op.f("uq_client_code")),
    )
    op.create_index(op.f("uq_client_code_any_case"), "client", [sa.text("lower(code)")], unique=True)


def _episode() -> None:
    op.create_table(
        "episode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('individual', 'couple', 'family', 'group')", name=op.f("ck_episode_kind")),
        sa.CheckConstraint("closed_on IS NULL OR close_reason IS NOT NULL", name=op.f("ck_episode_closed_with_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
        sa.UniqueConstraint("code", name=op.f("uq_episode_code")),
    )
    op.create_index(op.f("ix_episode_due_at"), "episode", ["due_at"], unique=False)
    op.create_index(op.f("uq_episode_code_any_case"), "episode", [sa.text("lower(code)")], unique=True)


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def _policy_seen() -> None:
    op.create_table(
        "policy_seen",
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("policy", name=op.f("pk_policy_seen")),
    )


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=True),
        sa.Column("policies_hash", sa.String(length=64), nullable=True),
        sa.Column("engine_version", sa.String(length=32), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("failures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('therapist', 'supervisor', 'administrator')", name=op.f("ck_staff_role")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["staff.id"], name=op.f("fk_staff_supervisor_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("code", name=op.f("uq_staff_code")),
    )
    op.create_index(op.f("uq_staff_code_any_case"), "staff", [sa.text("lower(code)")], unique=True)


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('planned', 'held', 'cancelled', 'not-attended')", name=op.f("ck_appointment_status")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_appointment_episode_id_episode")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_appointment_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("episode_id", "on", name=op.f("uq_appointment_episode_id_on")),
    )
    op.create_index(op.f("ix_appointment_on"), "appointment", ["on"], unique=False)


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('therapist', 'cotherapist', 'supervisor')", name=op.f("ck_assignment_role")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_assignment_episode_id_episode")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_assignment_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_episode_id"), "assignment", ["episode_id"], unique=False)
    op.create_index(op.f("ix_assignment_staff_id"), "assignment", ["staff_id"], unique=False)


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_member_client_id_client")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_member_episode_id_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("episode_id", "client_id", name=op.f("uq_member_episode_id_client_id")),
    )
    op.create_index(op.f("ix_member_client_id"), "member", ["client_id"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("recipient_staff_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="due", nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("lease_by", sa.String(length=64), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("severity IN ('safety', 'attention', 'notice')", name=op.f("ck_outbox_severity")),
        sa.CheckConstraint("state IN ('due', 'sent', 'dead', 'cancelled')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["recipient_staff_id"], ["staff.id"], name=op.f("fk_outbox_recipient_staff_id_staff")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_outbox_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )


def _pause() -> None:
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_pause_episode_id_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index(op.f("ix_pause_episode_id"), "pause", ["episode_id"], unique=False)


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("rater", sa.String(length=16), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("every_sessions", sa.Integer(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("occasion IN ('start', 'end', 'between')", name=op.f("ck_plan_occasion")),
        sa.CheckConstraint(
            "rater IN ('client', 'therapist', 'carer', 'observer', 'supervisor')", name=op.f("ck_plan_rater")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_plan_episode_id_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_episode_id"), "plan", ["episode_id"], unique=False)


def _touched() -> None:
    op.create_table(
        "touched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_touched_episode_id_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touched")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_touched_episode_id"), "touched", ["episode_id"], unique=False)


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("scale", sa.String(length=64), nullable=False),
        sa.Column("rater", sa.String(length=16), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("root_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_day", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_day", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_day", sa.Integer(), nullable=True),
        sa.Column("session_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("regressed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("calm_day", sa.Integer(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("handled", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("snooze_until", sa.Date(), nullable=True),
        sa.Column("snooze_ratings", sa.Integer(), nullable=True),
        sa.Column("snooze_reason", sa.Text(), nullable=True),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("basis IN ('unusual', 'convention', 'answer', 'absence')", name=op.f("ck_alert_basis")),
        sa.CheckConstraint("severity IN ('safety', 'attention', 'notice')", name=op.f("ck_alert_severity")),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'snoozed', 'resolved', 'voided', 'superseded', 'closed')",
            name=op.f("ck_alert_state"),
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_alert_episode_id_episode")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_alert_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_autoincrement=True,
    )


def _alert_indexes() -> None:
    op.create_index(op.f("ix_alert_episode_id"), "alert", ["episode_id"], unique=False)
    op.create_index(
        "ix_alert_live_member",
        "alert",
        ["member_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'acknowledged', 'snoozed')"),
        postgresql_where=sa.text("state IN ('open', 'acknowledged', 'snoozed')"),
    )
    op.create_index(op.f("ix_alert_member_id"), "alert", ["member_id"], unique=False)
    op.create_index(
        "uq_alert_live",
        "alert",
        ["policy", "member_id", "staff_id", "instrument", "scale", "rater", "occasion"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'acknowledged', 'snoozed')"),
        postgresql_where=sa.text("state IN ('open', 'acknowledged', 'snoozed')"),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_delivery_outbox_id_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_delivery_outbox_id"), "delivery", ["outbox_id"], unique=False)


def _pair() -> None:
    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_pair_member_id_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_pair_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint("member_id", "staff_id", name=op.f("uq_pair_member_id_staff_id")),
    )
    op.create_index(op.f("ix_pair_staff_id"), "pair", ["staff_id"], unique=False)


def _sheet() -> None:
    op.create_table(
        "sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sheet_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sheet_member_id"), "sheet", ["member_id"], unique=False)


def _administration() -> None:
    op.create_table(
        "administration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=True),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("rater", sa.String(length=16), nullable=False),
        sa.Column("rater_staff_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("session_on", sa.Date(), nullable=False),
        sa.Column("session_given", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("rated_at", sa.DateTime(), nullable=True),
        sa.Column("rated_offset", sa.Integer(), nullable=True),
        sa.Column("dates_assumed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("form_version", sa.String(length=32), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("seen_client_answers", sa.Boolean(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="valid", nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("change_reason", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('paper', 'screen', 'phone', 'read-aloud', 'import')", name=op.f("ck_administration_mode")
        ),
        sa.CheckConstraint("occasion IN ('start', 'end', 'between')", name=op.f("ck_administration_occasion")),
        sa.CheckConstraint(
            "rater IN ('client', 'therapist', 'carer', 'observer', 'supervisor')", name=op.f("ck_administration_rater")
        ),
        sa.CheckConstraint("state IN ('valid', 'superseded', 'voided')", name=op.f("ck_administration_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_administration_batch_id_batch")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_administration_member_id_member")),
        sa.ForeignKeyConstraint(["pair_id"], ["pair.id"], name=op.f("fk_administration_pair_id_pair")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["administration.id"], name=op.f("fk_administration_replaced_by_id_administration")
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["administration.id"], name=op.f("fk_administration_root_id_administration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration")),
        sqlite_autoincrement=True,
    )


def _administration_indexes() -> None:
    op.create_index(op.f("ix_administration_batch_id"), "administration", ["batch_id"], unique=False)
    op.create_index(
        "ix_administration_course", "administration", ["member_id", "instrument", "rater", "session_on"], unique=False
    )
    op.create_index(op.f("ix_administration_root_id"), "administration", ["root_id"], unique=False)
    op.create_index(op.f("ix_administration_session_on"), "administration", ["session_on"], unique=False)
    op.create_index(
        "uq_administration_valid",
        "administration",
        ["member_id", "instrument", "rater", "rater_staff_id", "session_on", "occasion"],
        unique=True,
        sqlite_where=sa.text("state = 'valid'"),
        postgresql_where=sa.text("state = 'valid'"),
    )


def _alert_event() -> None:
    op.create_table(
        "alert_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "to_state IN ('open', 'acknowledged', 'snoozed', 'resolved', 'voided', 'superseded', 'closed')",
            name=op.f("ck_alert_event_to_state"),
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id_alert")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_alert_event_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
        sa.UniqueConstraint("alert_id", "seq", name=op.f("uq_alert_event_alert_id_seq")),
        sqlite_autoincrement=True,
    )


def _risk_answer() -> None:
    op.create_table(
        "risk_answer",
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administration.id"], name=op.f("fk_risk_answer_administration_id_administration")
        ),
        sa.PrimaryKeyConstraint("administration_id", "item", name=op.f("pk_risk_answer")),
        sqlite_with_rowid=False,
    )


def _score() -> None:
    op.create_table(
        "score",
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=64), nullable=False),
        sa.Column("value_ticks", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("n_answered", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(length=64), nullable=True),
        sa.CheckConstraint("status IN ('complete', 'prorated', 'entered', 'unscorable')", name=op.f("ck_score_status")),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administration.id"], name=op.f("fk_score_administration_id_administration")
        ),
        sa.PrimaryKeyConstraint("administration_id", "scale", name=op.f("pk_score")),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    _batch()
    _client()
    _episode()
    _meta()
    _policy_seen()
    _run()
    _staff()
    _appointment()
    _assignment()
    _member()
    _outbox()
    _pause()
    _plan()
    _touched()
    _alert()
    _alert_indexes()
    _delivery()
    _pair()
    _sheet()
    _administration()
    _administration_indexes()
    _alert_event()
    _risk_answer()
    _score()
    _append_only("alert_event")


def _append_only(table: str) -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    elif dialect == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
