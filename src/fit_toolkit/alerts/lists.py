"""Alerts as people and scripts read them: the listing, the whole story of one, and when they were last looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.courses.words import basis_text, cause_text, reason_text, worth_text
from fit_toolkit.model.alerts import SEEN_AS, seen_as
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import people
from fit_toolkit.store import schema as s

if TYPE_CHECKING:
    import sqlalchemy as sa

# The stable JSON of `fit alerts list`: these names, in this order, are promised to scripts.
COLUMNS = (
    "id", "client", "episode", "therapist", "session_date", "policy", "kind", "severity", "state", "instrument", "scale",
    "rater", "occasion", "opened_at", "reason", "basis", "evidence",
)  # fmt: skip
_DONE = tuple(state for state in s.ALERT_STATES if state not in s.LIVE_STATES)
STATES: Mapping[str, tuple[str, ...] | None] = {
    "live": s.LIVE_STATES,
    "new": tuple(state for state, word in SEEN_AS.items() if word == "new"),
    "seen": tuple(state for state, word in SEEN_AS.items() if word == "seen"),
    "done": _DONE,
    "all": None,
}


def listing(
    c: sa.Connection,
    *,
    on: date,
    state: str = "live",
    severity: str | None = None,
    client: str | None = None,
    therapist: str | None = None,
) -> list[dict[str, Any]]:
    """List alerts as stable rows, the most severe and newest first; `state` is a key of STATES."""
    found = stored.list_alerts(
        c, on=on, states=STATES[state], severity=severity, client=client, therapist=therapist
    )  # fmt: skip
    return [as_listed(row) for row in found]


def as_listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """One alert as a row of the listing; `state` is the lifecycle's, instants are UTC."""
    listed = {name: row[name] for name in COLUMNS if name in row}
    listed |= {
        "session_date": row["session_on"],
        "opened_at": aware(row["opened_at"]),
        "reason": reason_text(row["reason"], row["evidence"], row["evidence"].get("gap")),
    }
    return {name: listed[name] for name in COLUMNS}


def story(c: sa.Connection, alert: int, *, on: date) -> dict[str, Any]:
    """Tell everything about one alert: the row of the listing, what it is worth, and every event, oldest first."""
    row = stored.get_alert(c, alert)
    (episode,) = people.list_episodes(c, ids=[row["episode_id"]])
    therapist = episode.therapist_on(on)
    whose = {
        "client": next(member.client for member in episode.members if member.id == row["member_id"]),
        "episode": episode.code,
        "therapist": None if therapist is None else therapist.staff,
    }
    return as_listed({**row, **whose}) | {
        "seen_as": seen_as(row["state"]),
        "cause": cause_text(row["cause"]),
        "rests_on": basis_text(row["basis"], row["evidence"]),
        "worth": worth_text(row["basis"]),
        "regressed": row["regressed"],
        "first_seen": row["first_seen"],
        "changed_at": aware(row["changed_at"]),
        "action": row["action"],
        "note": row["note"],
        "snooze_until": row["snooze_until"],
        "snooze_ratings": row["snooze_ratings"],
        "snooze_reason": row["snooze_reason"],
        "policy_hash": row["policy_hash"],
        "events": [_event(event) for event in stored.events_of(c, alert)],
    }


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "seq": event["seq"],
        "at": aware(event["at"]),
        "actor": event["actor"],
        "from": event["from_state"],
        "to": event["to_state"],
        "cause": event["cause"],
        "run": event["run_id"],
        "evidence": event["evidence"],
    }


def aware(moment: datetime) -> datetime:
    """An instant of the store with its zone, so that it prints as what it is."""
    return moment.replace(tzinfo=UTC)
