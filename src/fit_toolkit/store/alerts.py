"""Alerts and their append-only history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.model.alerts import Alert, Handled, Key
from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import therapist_on
from fit_toolkit.store.people import client_id, staff_id
from fit_toolkit.store.rows import dicts, insert_many, rows_in, utc

EPOCH = date(1970, 1, 1)
_KEY = {
    "policy": "policy", "member": "member_id", "staff": "staff_id", "instrument": "instrument", "scale": "scale",
    "rater": "rater", "occasion": "occasion",
}  # fmt: skip
_FIELDS = {
    "id": "id", "state": "state", "cause": "cause", "severity": "severity", "basis": "basis", "root": "root_id",
    "opened": "opened_day", "last": "last_day", "ended": "ended_day", "calm": "calm_day",
    "snooze_ratings": "snooze_ratings", "regressed": "regressed", "reason": "reason", "evidence": "evidence",
}  # fmt: skip


def as_alert(row: Mapping[str, Any]) -> Alert:
    """Read a row of the alert table as the record the lifecycle works with."""
    until, handled = row["snooze_until"], row["handled"]
    return Alert(
        key=Key(**{field: row[column] for field, column in _KEY.items()}),
        seen=msgspec.convert(row["seen"], Handled),
        handled=None if handled is None else msgspec.convert(handled, Handled),
        snooze_until=None if until is None else (until - EPOCH).days,
        **{field: row[column] for field, column in _FIELDS.items()},
    )


def as_row(alert: Alert) -> dict[str, Any]:
    """Write the lifecycle's record as columns of the alert table; kind, episode, dates and hash are the caller's."""
    row = {column: getattr(alert.key, field) for field, column in _KEY.items()}
    row |= {column: getattr(alert, field) for field, column in _FIELDS.items()}
    until = alert.snooze_until
    return row | {
        "seen": msgspec.to_builtins(alert.seen),
        "handled": msgspec.to_builtins(alert.handled),
        "snooze_until": None if until is None else EPOCH + timedelta(days=until),
    }


def read_alerts(c: sa.Connection, member_ids: Iterable[int] | None = None, *, live_only: bool = False) -> list[Alert]:
    """Return the alerts about members (all when None), oldest first."""
    return [as_alert(row) for row in alert_rows(c, member_ids=member_ids, live_only=live_only)]


def alert_rows(
    c: sa.Connection,
    *,
    ids: Iterable[int] | None = None,
    member_ids: Iterable[int] | None = None,
    live_only: bool = False,
) -> list[dict[str, Any]]:
    """Return whole rows of the alert table by alert id or by member id."""
    query = sa.select(s.alert).order_by(s.alert.c.id)
    if live_only:
        query = query.where(s.alert.c.state.in_(s.LIVE_STATES))
    if ids is not None:
        return dicts(rows_in(c, query, s.alert.c.id, ids))
    return dicts(rows_in(c, query, s.alert.c.member_id, member_ids))


def get_alert(c: sa.Connection, alert: int) -> dict[str, Any]:
    """Return one whole row of the alert table."""
    found = alert_rows(c, ids=[alert])
    if not found:
        raise DataError(f"there is no alert {alert}", hint="fit alerts list")
    return found[0]


def insert_alerts(c: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Store new alerts and return their ids in order; a second live alert of one key is refused by the store."""
    columns = dict.fromkeys(key for row in rows for key in row if key != "id")
    return insert_many(c, s.alert, [{key: row.get(key) for key in columns} for row in rows])


def update_alerts(c: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write changed columns of alerts; every row has an `id`. Those that end go first, so that another may begin."""
    live = [row for row in rows if row.get("state") in s.LIVE_STATES]
    for row in [*(row for row in rows if row.get("state") not in s.LIVE_STATES), *live]:
        values = {key: value for key, value in row.items() if key != "id"}
        c.execute(sa.update(s.alert).where(s.alert.c.id == row["id"]).values(**values))


def append_events(c: sa.Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """Append to the history: `alert_id`, `at`, `actor`, `from_state`, `to_state`, `cause`, `evidence`, `run_id`."""
    if not events:
        return
    newest = sa.select(s.alert_event.c.alert_id, sa.func.max(s.alert_event.c.seq)).group_by(s.alert_event.c.alert_id)
    seq = {row[0]: row[1] for row in rows_in(c, newest, s.alert_event.c.alert_id, [e["alert_id"] for e in events])}
    rows = []
    for event in events:
        seq[event["alert_id"]] = seq.get(event["alert_id"], 0) + 1
        rows.append(
            {"run_id": None, "from_state": None, "evidence": {}} | dict(event) | {"seq": seq[event["alert_id"]]}
        )
    c.execute(sa.insert(s.alert_event), rows)


def events_of(c: sa.Connection, alert: int) -> list[dict[str, Any]]:
    """Return the history of one alert, oldest first."""
    query = sa.select(s.alert_event).where(s.alert_event.c.alert_id == alert).order_by(s.alert_event.c.seq)
    return dicts(c.execute(query))


def messages_about(c: sa.Connection, alert: int) -> list[dict[str, Any]]:
    """Return the messages that told of one alert, oldest first: `to` (None: nobody was found), when, why, how it went."""
    sent = sa.select(s.delivery.c.outbox_id, sa.func.max(s.delivery.c.at).label("sent_at")).where(
        s.delivery.c.result == "sent"
    ).group_by(s.delivery.c.outbox_id).subquery()  # fmt: skip
    query = (
        sa.select(
            s.told.c.seq, s.told.c.reason, s.staff.c.code.label("to"), s.outbox.c.created_at, s.outbox.c.channel, s.outbox.c.state,
            s.outbox.c.attempts, sent.c.sent_at,
        )
        .select_from(
            s.told.join(s.outbox)
            .outerjoin(s.staff, s.staff.c.id == s.told.c.staff_id)
            .outerjoin(sent, sent.c.outbox_id == s.outbox.c.id)
        )
        .where(s.told.c.alert_id == alert, s.outbox.c.state != "cancelled")
        .order_by(s.told.c.id)
    )  # fmt: skip
    return dicts(c.execute(query))


def list_alerts(
    c: sa.Connection,
    *,
    on: date,
    states: Iterable[str] | None = s.LIVE_STATES,
    severity: str | None = None,
    client: str | None = None,
    therapist: str | None = None,
) -> list[dict[str, Any]]:
    """List alerts as whole rows with the codes of `client`, `episode` and `therapist` (who has it on the day `on`).

    Safety first, then the newest session; `states` None lists all.
    """
    rank = sa.case({name: place for place, name in enumerate(s.SEVERITIES)}, value=s.alert.c.severity)
    query = (
        sa.select(s.alert, s.client.c.code.label("client"), s.episode.c.code.label("episode"))
        .select_from(s.alert.join(s.member).join(s.client).join(s.episode, s.episode.c.id == s.alert.c.episode_id))
        .order_by(rank, s.alert.c.session_on.desc(), s.alert.c.id)
    )
    if states is not None:
        query = query.where(s.alert.c.state.in_(list(states)))
    if severity is not None:
        query = query.where(s.alert.c.severity == severity)
    if client is not None:
        query = query.where(s.client.c.id == client_id(c, client))
    rows = dicts(c.execute(query))
    today = therapist_on(c, {row["episode_id"] for row in rows}, on=on)
    codes = {row.id: row.code for row in c.execute(sa.select(s.staff.c.id, s.staff.c.code))}
    rows = [row | {"therapist": codes.get(today.get(row["episode_id"], 0))} for row in rows]
    if therapist is not None:
        staff_id(c, therapist)
        rows = [row for row in rows if row["therapist"] == therapist]
    return rows


def act(c: sa.Connection, alert: int, *, actor: str, at: datetime, cause: str, values: Mapping[str, Any]) -> None:
    """Write what a person did about an alert and its event, in one go; `values` holds at least `state`."""
    row = get_alert(c, alert)
    update_alerts(c, [{"id": alert, **values, "changed_at": utc(at)}])
    kept = {key: value for key, value in values.items() if key in {"action", "note", "snooze_ratings", "snooze_reason"}}
    if values.get("snooze_until") is not None:
        kept["snooze_until"] = str(values["snooze_until"])
    event = {
        "alert_id": alert, "at": utc(at), "actor": actor, "cause": cause, "evidence": kept,
        "from_state": row["state"], "to_state": values["state"],
    }  # fmt: skip
    append_events(c, [event])
