"""Tells somebody else: when nobody has noted anything for some time, or when a safety message cannot be delivered.

Two steps: the supervisor, then the administrators. Each person is told once for each time an alert opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.alerts.compose import OLD, OutboxRow, key_of
from fit_toolkit.alerts.mail_text import Reason, Writer
from fit_toolkit.alerts.quiet import Quiet
from fit_toolkit.alerts.recipients import NOBODY, People
from fit_toolkit.store import outbox, people
from fit_toolkit.store.reminders import remind

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.settings import Settings

STEPS = 2  # the supervisor, the administrators


class Ladder(msgspec.Struct, frozen=True):
    """After how long without anybody's note which step is taken; 0 days: never."""

    days: int
    safety_days: int  # working days
    quiet: Quiet

    @classmethod
    def of(cls, settings: Settings) -> Ladder:
        """Read it from the settings."""
        days, safety = settings.number("alerts.escalate_days"), settings.number("alerts.safety_escalate_days")
        return cls(days, safety, Quiet.of(settings))

    def at(self, severity: str, since: datetime, step: int) -> datetime | None:
        """Return when a step is due for what people were first told of at `since` (naive UTC)."""
        if step > STEPS:
            return None
        if severity == "safety":
            return self.quiet.after_working_days(since, step * self.safety_days)
        if severity == "notice" or not self.days:
            return None
        return since + timedelta(days=step * self.days)

    def whom(self, step: int, episode: int, responsible: Iterable[int], crowd: People) -> tuple[int, ...]:
        """Return everybody who is told by a step, those of the steps before it among them."""
        found = crowd.above(episode, responsible) if step else ()
        return (*found, *crowd.administrators()) if step >= STEPS else found


def undelivered(c: sa.Connection, failures: int, *, now: datetime) -> list[OutboxRow]:
    """Write to whoever stands in what could not be delivered so many times, though it will be tried again."""
    rows = [row for row in outbox.waiting(c) if row["severity"] == "safety" and row["attempts"] >= failures]
    return [message for row in rows for message in next_in_line(c, row, now=now)]


def next_in_line(c: sa.Connection, row: Mapping[str, Any], *, now: datetime) -> list[OutboxRow]:
    """Write a safety message that was not delivered to each who stands in; none when all in line have been tried.

    It holds no client code whatever the settings are: it goes to somebody the first message was not meant for. Of
    another message nothing is written here: the next run looks at what it told of, and tells whoever is next.
    """
    told = row["payload"].get("alerts", ())
    if row["severity"] != "safety":
        remind(c, {alert: (now, None) for alert, *_ in told})
        return []
    staff = people.list_staff(c)
    unreached = next((one for one in staff if one.id == row["recipient_staff_id"]), None)
    tried = [*row["payload"].get("tried", ()), row["recipient_staff_id"] or NOBODY]
    if unreached is None:
        return []
    escalated = [
        [alert, seq, lap, severity, Reason.ESCALATED.value, *age] for alert, seq, lap, severity, _, *age in told
    ]
    text = Writer().safety(Reason.ESCALATED)
    if row["payload"].get("kind") == OLD:
        text = Writer().review({"safety": len(told)}, {Reason.ESCALATED: len(told)})
    what = ["escalated", row["key"]]
    return [
        {
            "key": key_of(what, row["channel"], person),
            "channel": row["channel"],
            "recipient_staff_id": person,
            "recipient": None,
            "severity": "safety",
            "reason": Reason.ESCALATED.value,
            "subject": text.subject,
            "body": text.body,
            "payload": {**row["payload"], "alerts": escalated, "tried": tried, "what": what},
            "created_at": now,
            "not_before": now,
            "run_id": row["run_id"],
        }
        for person in People(staff, {}, now.date()).next_in_line(unreached)
        if person != NOBODY and person not in tried
    ]
