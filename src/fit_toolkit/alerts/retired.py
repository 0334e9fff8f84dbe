"""Messages that wait for a channel which is not used any more: they go out on those that are, and that is said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts.compose import Frame, OutboxRow, key_of
from fit_toolkit.alerts.recipients import NOBODY
from fit_toolkit.store import outbox

if TYPE_CHECKING:
    import sqlalchemy as sa

Message = Mapping[str, Any]


def call_back(c: sa.Connection, frame: Frame) -> list[Message]:
    """Call back and return what waits for a channel that [alerts] channels does not name; without any, all stays."""
    behind = [row for row in outbox.waiting(c) if row["channel"] not in frame.channels] if frame.channels else []
    gone = set(outbox.cancel(c, [row["id"] for row in behind], now=frame.now))
    return [row for row in behind if row["id"] in gone]


def written_anew(row: Message) -> bool:
    """Say whether a message is written anew from what it tells: its text may hold what is not for another channel."""
    return bool(row["payload"].get("alerts")) and "what" not in row["payload"]


def moved(messages: Sequence[Message], frame: Frame) -> list[OutboxRow]:
    """Give the messages that are not written anew to each channel in use, under the key they have there."""
    return [
        {
            **{
                name: row[name] for name in ("recipient_staff_id", "recipient", "severity", "reason", "subject", "body")
            },
            "key": key_of(
                row["payload"].get("what", ["moved", row["key"]]), channel, row["recipient_staff_id"] or NOBODY
            ),
            "channel": channel,
            "payload": row["payload"],
            "created_at": frame.now,
            "not_before": row["not_before"],
            "run_id": frame.run_id,
        }
        for row in messages
        if not written_anew(row)
        for channel in frame.channels
    ]


def lines(messages: Sequence[Message], frame: Frame) -> list[str]:
    """Say in one line for each channel how many messages go out on others."""
    found = []
    for channel in sorted({row["channel"] for row in messages}):
        count = sum(row["channel"] == channel for row in messages)
        waited = f"{count} {'message' if count == 1 else 'messages'} that waited for it"
        found.append(
            f"channel {channel} is not used any more: {waited} {'goes' if count == 1 else 'go'} out on "
            f"{', '.join(frame.channels)} instead"
        )
    return found
