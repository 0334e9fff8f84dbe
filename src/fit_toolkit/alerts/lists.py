"""Alerts as people and scripts read them: the listing, and what is to be said beside a line of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts import inhibit
from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.courses.words import handled_text, reason_text
from fit_toolkit.model.alerts import SEEN_AS
from fit_toolkit.store import alerts as stored
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


def remarks(c: sa.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Say of alerts that are put off until when, of those that come and go that they do, and why one is not told now."""
    rows = stored.alert_rows(c, ids=ids)
    flapping = unstable(c, [row["id"] for row in rows])
    said = {
        row["id"]: [
            *([handled_text(row)] if row["state"] == "snoozed" else ()),
            *(["unstable, it comes and goes"] if row["id"] in flapping else ()),
            *([inhibit.WORDS.get(row["held"], row["held"])] if row["held"] and row["state"] == "open" else ()),
        ]
        for row in rows
    }
    return {alert: "; ".join(words) for alert, words in said.items() if words}


def aware(moment: datetime) -> datetime:
    """An instant of the store with its zone, so that it prints as what it is."""
    return moment.replace(tzinfo=UTC)
