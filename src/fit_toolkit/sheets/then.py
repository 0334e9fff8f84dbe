"""How alerts stood on a day that has passed, from their history: opened by then, and in the state they had then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from fit_toolkit.model.alerts import GONE, LIVE, Cause
from fit_toolkit.store import alerts as stored

if TYPE_CHECKING:
    import sqlalchemy as sa

EPOCH = date(1970, 1, 1)
SNOOZE = ("snooze_until", "snooze_ratings", "snooze_reason")
Row = Mapping[str, Any]


def stood(c: sa.Connection, rows: Sequence[Row], as_of: date, zone: tzinfo) -> tuple[tuple[Row, ...], int]:
    """The alerts as they stood at the end of a day, and how many about ratings of then were opened later."""
    end = datetime.combine(as_of + timedelta(days=1), time(), zone).astimezone(UTC).replace(tzinfo=None)
    day = (as_of - EPOCH).days
    out: list[Row] = []
    later = 0
    for row in rows:
        if row["opened_at"] >= end:
            later += row["opened_day"] <= day and row["state"] not in GONE
        elif row["changed_at"] < end and row["last_day"] <= day and row["session_on"] <= as_of:
            out.append(row)
        else:
            out.append(_then(row, [event for event in stored.events_of(c, row["id"]) if event["at"] < end], day))
    return tuple(out), later


def _then(row: Row, events: Sequence[Row], day: int) -> Row:
    """One alert as its events up to a day left it."""
    was = dict(row) | dict.fromkeys(("action", "note", "ended_day", *SNOOZE)) | {"cause": Cause.NEW.value}
    was |= {"state": "open", "last_day": min(row["last_day"], day), "changed_at": row["opened_at"]}
    for event in events:
        told = event["evidence"] or {}
        was |= {"state": event["to_state"], "cause": event["cause"], "changed_at": event["at"]}
        if event["cause"] == Cause.PERSON:
            was |= {name: told.get(name, was[name]) for name in ("action", "note", *SNOOZE)}
            was["snooze_until"] = _date(was["snooze_until"])
        if was["state"] != "snoozed":
            was |= dict.fromkeys(SNOOZE)
        if spell := told.get("spell"):
            was |= {"opened_day": spell["opened"], "last_day": min(spell["last"], day), "ended_day": spell["ended"]}
            was["root_id"] = spell["root"]
        if facts := told.get("facts"):
            was["evidence"] = facts
    if was["state"] in LIVE:
        was["session_on"] = EPOCH + timedelta(days=int(was["last_day"]))
    return was


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
