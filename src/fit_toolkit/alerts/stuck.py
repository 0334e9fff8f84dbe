"""What of the outbox an administrator looks at: messages that did not go out, and sending one again. No client in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.errors import DataError
from fit_toolkit.store import outbox, people

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.alerts.acts import Actor
    from fit_toolkit.store import Store

COLUMNS = ("id", "state", "severity", "channel", "recipient", "reason", "written", "tries", "next_try", "last_error")
WORDS = {"due": "waiting", "dead": "given up", "sent": "sent", "cancelled": "called back"}
SHOWN = {"stuck": ("due", "dead"), "waiting": ("due",), "given-up": ("dead",), "sent": ("sent",), "all": tuple(WORDS)}


def messages(c: sa.Connection, *, show: str = "stuck") -> list[dict[str, Any]]:
    """List messages, oldest first: to whom and how often tried, never what they are about."""
    codes = {one.id: one.code for one in people.list_staff(c)}
    return [_row(row, codes) for row in outbox.list_messages(c, states=SHOWN[show])]


def _row(row: Mapping[str, Any], codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "state": WORDS[row["state"]],
        "severity": row["severity"],
        "channel": row["channel"],
        "recipient": codes.get(row["recipient_staff_id"] or 0, "nobody"),
        "reason": row["reason"],
        "written": row["created_at"],
        "tries": row["attempts"],
        "next_try": row["not_before"] if row["state"] == "due" else None,
        "last_error": row["last_error"] if row["state"] in {"due", "dead"} else None,
    }


def send_again(store: Store, ids: Iterable[int], actor: Actor, *, reason: str, every: bool = False) -> list[int]:
    """Let messages that were given up, or that wait for their next try, go out with the next delivery; returns their ids.

    `every` takes all that were given up. Who asked for it and why is kept with the message. Raises DataError with a
    finding for every id that cannot be sent again; then nothing is changed.
    """
    if not reason.strip():
        raise DataError("say why: what was mended")
    with store.begin(dry_run=actor.dry_run) as c:
        rows = {row["id"]: row for row in outbox.list_messages(c, states=["due", "dead"])}
        wanted = [one for one, row in rows.items() if row["state"] == "dead"] if every else list(dict.fromkeys(ids))
        findings = [_finding(one, rows.get(one), actor.at) for one in wanted]
        told: Sequence[str] = [finding for finding in findings if finding]
        if told:
            raise DataError("nothing was changed", findings=told, hint="fit alerts outbox")
        for one in wanted:
            outbox.requeue(c, one, at=actor.at, by=actor.name, reason=reason.strip())
    return wanted


def _finding(message: int, row: Mapping[str, Any] | None, now: datetime) -> str:
    if row is None:
        return f"message {message}: there is none, or it has been sent or called back"
    if row["lease_until"] is not None and row["lease_until"] > now:
        return f"message {message}: it is being sent just now"
    return ""
