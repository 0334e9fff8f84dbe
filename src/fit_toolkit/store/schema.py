"""All tables of the store, for SQLite and PostgreSQL alike; migrations/versions bring them about.

Local dates are `Date`; instants are naive UTC `DateTime`, with the original offset in minutes beside them where a
person gave the time. A text column with few legal values is held to them by a check constraint.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Integer, String, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STAFF_ROLES = ("therapist", "supervisor", "administrator")
ASSIGNMENT_ROLES = ("therapist", "cotherapist", "supervisor")
EPISODE_KINDS = ("individual", "couple", "family", "group")
APPOINTMENT_STATES = ("planned", "held", "cancelled", "not-attended")
RATERS = ("client", "therapist", "carer", "observer", "supervisor")
OCCASIONS = ("start", "end", "between")
MODES = ("paper", "screen", "phone", "read-aloud", "import")
ADMINISTRATION_STATES = ("valid", "superseded", "voided")
SCORE_STATES = ("complete", "prorated", "entered", "unscorable")
SEVERITIES = ("safety", "attention", "notice")
LIVE_STATES = ("open", "acknowledged", "snoozed")
ALERT_STATES = (*LIVE_STATES, "resolved", "voided", "superseded", "closed")
OUTBOX_STATES = ("due", "sent", "dead", "cancelled")

# What makes an administration, and an alert, the same one as another.
ADMINISTRATION_KEY = ("member_id", "instrument", "rater", "rater_staff_id", "session_on", "occasion")
ALERT_KEY = ("policy", "member_id", "staff_id", "instrument", "scale", "rater", "occasion")


class DateTime(sa.types.TypeDecorator[datetime]):
    """An instant as naive UTC; one that knows its zone is turned to UTC on the way in, never cut short."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Turn an instant with a zone into naive UTC."""
        return value if value is None or value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


metadata = sa.MetaData(naming_convention=NAMING)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(name: str, table: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _partial(name: str, columns: tuple[str, ...], condition: str, *, unique: bool = False) -> sa.Index:
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_LIVE = "state IN ('open', 'acknowledged', 'snoozed')"

meta = sa.Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

staff = sa.Table(
    "staff",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("name", Text),
    Column("email", Text),
    _to("supervisor_id", "staff", nullable=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    _one_of("role", STAFF_ROLES),
    sa.Index("uq_staff_code_any_case", sa.text("lower(code)"), unique=True),
)

client = sa.Table(
    "client",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("born_year", Integer),
    Column("sex", String(16)),
    Column("added_at", DateTime, nullable=False),
    sa.Index("uq_client_code_any_case", sa.text("lower(code)"), unique=True),
)

episode = sa.Table(
    "episode",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("close_reason", Text),
    Column("due_at", Date, index=True),  # the day on which evaluation may change by the calendar alone
    _one_of("kind", EPISODE_KINDS),
    sa.CheckConstraint("closed_on IS NULL OR close_reason IS NOT NULL", name="closed_with_reason"),
    sa.Index("uq_episode_code_any_case", sa.text("lower(code)"), unique=True),
)

label = sa.Table(  # by which a report may be narrowed: a programme, or a site as `site:NAME`
    "label",
    metadata,
    _id(),
    _to("episode_id", "episode"),
    Column("label", String(64), nullable=False, index=True),
    sa.UniqueConstraint("episode_id", "label"),
)

member = sa.Table(
    "member",
    metadata,
    _id(),
    _to("episode_id", "episode"),
    _to("client_id", "client", index=True),
    Column("joined_on", Date, nullable=False),
    Column("left_on", Date),
    sa.UniqueConstraint("episode_id", "client_id"),
)

assignment = sa.Table(
    "assignment",
    metadata,
    _id(),
    _to("episode_id", "episode", index=True),
    _to("staff_id", "staff", index=True),
    Column("role", String(16), nullable=False),
    Column("starts_on", Date, nullable=False, index=True),
    Column("ends_on", Date),  # the last day on which it holds
    _one_of("role", ASSIGNMENT_ROLES),
)

pair = sa.Table(
    "pair",
    metadata,
    _id(),
    _to("member_id", "member"),
    _to("staff_id", "staff", index=True),
    sa.UniqueConstraint("member_id", "staff_id"),
)

appointment = sa.Table(
    "appointment",
    metadata,
    _id(),
    _to("episode_id", "episode"),
    _to("staff_id", "staff", nullable=True),
    Column("on", Date, nullable=False, index=True),
    Column("at", DateTime),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    sa.UniqueConstraint("episode_id", "on"),
    _one_of("status", APPOINTMENT_STATES),
)

pause = sa.Table(
    "pause",
    metadata,
    _id(),
    _to("episode_id", "episode", index=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),  # the last day of the pause
    Column("reason", Text, nullable=False),
)

plan = sa.Table(
    "plan",
    metadata,
    _id(),
    _to("episode_id", "episode", nullable=True, index=True),  # none: the practice's default
    Column("instrument", String(64), nullable=False),
    Column("rater", String(16), nullable=False),
    Column("occasion", String(16), nullable=False),
    Column("every_sessions", Integer),  # 0: not expected
    Column("every_days", Integer),
    Column("starts_on", Date),
    Column("ends_on", Date),
    _one_of("rater", RATERS),
    _one_of("occasion", OCCASIONS),
)

batch = sa.Table(
    "batch",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source_sha256", String(64), index=True),
    Column("map_sha256", String(64)),
    Column("rows_in", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("undone_at", DateTime),
    Column("undone_by", Text),
    Column("undo_reason", Text),
    _one_of("kind", ("import", "enter")),
    sqlite_autoincrement=True,
)

administration = sa.Table(
    "administration",
    metadata,
    _id(),
    _to("root_id", "administration", index=True),  # the first of a chain of corrections; of a first one, its own id
    _to("member_id", "member"),
    _to("pair_id", "pair", nullable=True),
    Column("instrument", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("definition_hash", String(64), nullable=False),
    Column("rater", String(16), nullable=False),
    Column("rater_staff_id", Integer, nullable=False, server_default="0"),  # 0: no member of staff; see below
    Column("session_on", Date, nullable=False, index=True),
    Column("session_given", Integer),
    Column("occasion", String(16), nullable=False),
    Column("rated_at", DateTime),
    Column("rated_offset", Integer),
    Column("dates_assumed", Boolean, nullable=False, server_default=sa.false()),
    Column("mode", String(16), nullable=False),
    Column("language", String(16)),
    Column("form_version", String(32)),
    Column("raw", JSON, nullable=False),
    Column("numbers", JSON, nullable=False),
    Column("texts", JSON(none_as_null=True)),
    Column("seen_client_answers", Boolean),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime, nullable=False),
    _to("batch_id", "batch", nullable=True, index=True),
    Column("state", String(16), nullable=False, server_default="valid"),
    _to("replaced_by_id", "administration", nullable=True),
    Column("change_reason", Text),
    Column("changed_by", Text),
    Column("changed_at", DateTime),
    _one_of("rater", RATERS),
    _one_of("occasion", OCCASIONS),
    _one_of("mode", MODES),
    _one_of("state", ADMINISTRATION_STATES),
    sa.Index("ix_administration_course", "member_id", "instrument", "rater", "session_on"),
    # 0 instead of null for the rater: nulls are all different in a unique index
    _partial("uq_administration_valid", ADMINISTRATION_KEY, "state = 'valid'", unique=True),
    sqlite_autoincrement=True,
)

score = sa.Table(
    "score",
    metadata,
    Column("administration_id", Integer, ForeignKey("administration.id"), primary_key=True),
    Column("scale", String(64), primary_key=True),
    Column("value_ticks", sa.BigInteger),  # whole millionths
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("n_answered", Integer, nullable=False),
    Column("n_items", Integer, nullable=False),
    Column("band", String(64)),
    _one_of("status", SCORE_STATES),
    sqlite_with_rowid=False,
)

risk_answer = sa.Table(
    "risk_answer",
    metadata,
    Column("administration_id", Integer, ForeignKey("administration.id"), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("value", Float, nullable=False),
    sqlite_with_rowid=False,
)

touched = sa.Table(
    "touched",
    metadata,
    _id(),
    _to("episode_id", "episode", index=True),
    Column("why", String(32), nullable=False),
    Column("at", DateTime, nullable=False),
    sqlite_autoincrement=True,
)

alert = sa.Table(
    "alert",
    metadata,
    _id(),
    Column("policy", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    _to("member_id", "member", index=True),
    _to("episode_id", "episode", index=True),
    Column("staff_id", Integer, nullable=False, server_default="0"),  # the pair's therapist for alliance, else 0
    Column("instrument", String(64), nullable=False),
    Column("scale", String(64), nullable=False),
    Column("rater", String(16), nullable=False),
    Column("occasion", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("basis", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("root_id", Integer, nullable=False, server_default="0"),  # 0: a finding about the member
    Column("opened_day", Integer, nullable=False, server_default="0"),
    Column("last_day", Integer, nullable=False, server_default="0"),
    Column("ended_day", Integer),
    Column("session_on", Date, nullable=False),
    Column("reason", Text, nullable=False),  # a template over `evidence`
    Column("evidence", JSON, nullable=False),
    Column("regressed", Boolean, nullable=False, server_default=sa.false()),
    Column("first_seen", Date, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("changed_at", DateTime, nullable=False),
    Column("calm_day", Integer),  # a later point that did not fire
    Column("seen", JSON, nullable=False),  # model.alerts.Handled: what somebody who acts now has before them
    Column("handled", JSON(none_as_null=True)),  # the same, as it was when a person last acted
    Column("action", String(64)),
    Column("note", Text),
    Column("snooze_until", Date),
    Column("snooze_ratings", Integer),
    Column("snooze_reason", Text),
    Column("policy_hash", String(64), nullable=False),
    Column("remind_at", DateTime),  # when a message about it is next to be thought of
    Column("held", String(16)),  # why no message goes out about it just now
    _one_of("severity", SEVERITIES),
    _one_of("basis", ("unusual", "convention", "answer", "absence")),
    _one_of("state", ALERT_STATES),
    _partial("uq_alert_live", ALERT_KEY, _LIVE, unique=True),
    _partial("ix_alert_live_member", ("member_id",), _LIVE),
    _partial("ix_alert_remind", ("remind_at",), "remind_at IS NOT NULL"),
    sqlite_autoincrement=True,
)

run = sa.Table(
    "run",
    metadata,
    _id(),
    Column("kind", String(32), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("as_of", Date, nullable=False),
    Column("known_at", DateTime),
    Column("policies_hash", String(64)),
    Column("engine_version", String(32)),
    Column("counts", JSON(none_as_null=True)),
    Column("failures", JSON(none_as_null=True)),
    Column("exit_code", Integer),
    sqlite_autoincrement=True,
)

exported = sa.Table(  # whose ratings went out with a run of the kind `export`
    "exported",
    metadata,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("client_id", Integer, ForeignKey("client.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

alert_event = sa.Table(
    "alert_event",
    metadata,
    _id(),
    _to("alert_id", "alert"),
    Column("seq", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    _to("run_id", "run", nullable=True),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    Column("cause", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    sa.UniqueConstraint("alert_id", "seq"),
    _one_of("to_state", ALERT_STATES),
    sqlite_autoincrement=True,
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    Column("key", String(128), nullable=False, unique=True),
    Column("channel", String(64), nullable=False),
    _to("recipient_staff_id", "staff", nullable=True),
    Column("recipient", Text),
    Column("severity", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("not_before", DateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False, server_default="due"),
    Column("lease_until", DateTime),
    Column("lease_by", String(64)),
    Column("last_error", Text),
    _to("run_id", "run", nullable=True),
    _one_of("severity", SEVERITIES),
    _one_of("state", OUTBOX_STATES),
    _partial("ix_outbox_due", ("not_before",), "state = 'due'"),
    sqlite_autoincrement=True,
)

told = sa.Table(  # which message told whom of which alert, as it was at its event `seq`; `lap` counts repeats
    "told",
    metadata,
    _id(),
    _to("alert_id", "alert", index=True),
    _to("outbox_id", "outbox", index=True),
    Column("staff_id", Integer, nullable=False, server_default="0"),  # 0: nobody could be found
    Column("seq", Integer, nullable=False),
    Column("lap", Integer, nullable=False, server_default="0"),
    Column("reason", String(16), nullable=False),
    sqlite_autoincrement=True,
)

delivery = sa.Table(
    "delivery",
    metadata,
    _id(),
    _to("outbox_id", "outbox", index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("result", String(16), nullable=False),
    Column("code", Integer),
    sqlite_autoincrement=True,
)

policy_seen = sa.Table(
    "policy_seen",
    metadata,
    Column("policy", String(64), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("evaluated_at", DateTime, nullable=False),
)

sheet = sa.Table(
    "sheet",
    metadata,
    _id(),  # the running number in file names: names no client
    _to("member_id", "member", index=True),
    Column("made_at", DateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    sqlite_autoincrement=True,
)

hold = sa.Table(  # while one is in force, nothing of the client is erased
    "hold",
    metadata,
    _id(),
    _to("client_id", "client", index=True),
    Column("reason", Text, nullable=False),
    Column("set_at", DateTime, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("ends_on", Date),  # the last day on which it is in force
    Column("released_at", DateTime),
    Column("released_by", Text),
    Column("release_reason", Text),
)

tombstone = sa.Table(  # that a client was erased: no code, only what one that is known can be held against
    "tombstone",
    metadata,
    _id(),
    Column("salt", String(32), nullable=False),
    Column("code_hash", String(64), nullable=False, index=True),
    Column("added_at", DateTime, nullable=False),  # of the client: older backups do not hold them
    Column("erased_at", DateTime, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("finished_at", DateTime),  # when the freed pages of the store were overwritten, too
    sa.UniqueConstraint("code_hash", "erased_at"),
)

backup = sa.Table(
    "backup",
    metadata,
    _id(),
    Column("path", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", sa.BigInteger, nullable=False),
    Column("gone_at", DateTime),
)
