"""Passes a safety message on that could not be delivered: to whoever stands in for the one who was not reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts.compose import OutboxRow, key_of
from fit_toolkit.alerts.mail_text import Reason, Writer
from fit_toolkit.alerts.recipients import NOBODY, People
from fit_toolkit.store import people

if TYPE_CHECKING:
    import sqlalchemy as sa


def next_in_line(c: sa.Connection, row: Mapping[str, Any], *, now: datetime) -> list[OutboxRow]:
    """Write a message to each who stands in; none when everybody in line has been tried.

    It holds no client code whatever the settings are: it goes to somebody the first message was not meant for.
    """
    staff = people.list_staff(c)
    unreached = next((one for one in staff if one.id == row["recipient_staff_id"]), None)
    tried = [*row["payload"].get("tried", ()), row["recipient_staff_id"] or NOBODY]
    if unreached is None:
        return []
    text = Writer().safety(Reason.ESCALATED)
    return [
        {
            "key": key_of(["escalated", row["key"]], row["channel"], person),
            "channel": row["channel"],
            "recipient_staff_id": person,
            "recipient": None,
            "severity": "safety",
            "reason": Reason.ESCALATED.value,
            "subject": text.subject,
            "body": text.body,
            "payload": {**row["payload"], "tried": tried},
            "created_at": now,
            "not_before": now,
            "run_id": row["run_id"],
        }
        for person in People(staff, {}, now.date()).next_in_line(unreached)
        if person != NOBODY and person not in tried
    ]
