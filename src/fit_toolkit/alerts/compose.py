"""Writes messages from plain facts: who is told of which alerts, why, on which channels. Pure, no store.

Attention and notice are grouped, one message per person; every safety alert is a message of its own. A message holds
counts (client codes in mails only where the practice asks for it). Its key is made from what it tells, to whom and
where, so that writing the same twice adds nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from fit_toolkit.alerts.mail_text import Reason, Text, Writer
from fit_toolkit.alerts.recipients import NOBODY
from fit_toolkit.model.alerts import RANK

OutboxRow = dict[str, Any]
CODES_ON = "email"  # the one channel that `mail.include_codes` is about
FIRST_NAMED = (Reason.ESCALATED, Reason.AGAIN, Reason.NEW, Reason.REPEAT)  # of several reasons in one group


class Item(NamedTuple):
    """One alert that one or several people are told of; `seq` is its newest event, `lap` counts repeats."""

    alert: int
    seq: int
    lap: int
    severity: str
    reason: Reason
    staff: tuple[int, ...]
    client: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for all messages of one run."""

    channels: tuple[str, ...]
    run_id: int
    now: datetime
    writer: Writer = Writer()
    include_codes: bool = False


def compose(items: Iterable[Item], frame: Frame) -> list[OutboxRow]:
    """Write the messages about some alerts: one per safety alert, one for the rest, for every person and channel."""
    rows: list[OutboxRow] = []
    grouped: dict[int, list[Item]] = {}
    for item in items:
        for person in item.staff:
            if item.severity == "safety":
                rows += [about([item], person, channel, frame) for channel in frame.channels]
            else:
                grouped.setdefault(person, []).append(item)
    for person, group in grouped.items():
        rows += [about(group, person, channel, frame) for channel in frame.channels]
    return rows


def about(group: Sequence[Item], person: int, channel: str, frame: Frame) -> OutboxRow:
    """Write one message to one person on one channel about one safety alert, or about any number of others."""
    reasons = {item.reason for item in group}
    reason = next(one for one in FIRST_NAMED if one in reasons)
    # a client code is personal data: only where the practice wants it in its mails, and nowhere else
    shown = frame.include_codes and channel == CODES_ON
    codes = sorted({item.client for item in group if item.client}) if shown else []
    counts: dict[str, int] = {}
    for item in group:
        counts[item.severity] = counts.get(item.severity, 0) + 1
    worst = min(counts, key=RANK.__getitem__)
    text = frame.writer.safety(reason, codes) if worst == "safety" else frame.writer.review(counts, reason, codes)
    told = sorted(group)
    key = key_of([[item.alert, item.seq, *([item.lap] if item.lap else ())] for item in told], channel, person)
    payload = {"alerts": [[item.alert, item.seq, item.lap, item.severity, item.reason.value] for item in told]}
    return _row(key, person, channel, frame, text, severity=worst, reason=reason, payload=payload)


def items_of(row: Mapping[str, Any], clients: Mapping[int, str]) -> list[Item]:
    """Read back from a message which alerts it tells of."""
    staff = (row["recipient_staff_id"] or NOBODY,)
    return [
        Item(alert, seq, lap, severity, Reason(reason), staff, clients.get(alert, ""))
        for alert, seq, lap, severity, reason in row["payload"].get("alerts", ())
    ]


def about_all_done(told: Sequence[tuple[int, int]], person: int, frame: Frame) -> list[OutboxRow]:
    """Write that alerts (id, newest event) somebody had been told of are over, and nothing is left."""
    payload = {"over": sorted(alert for alert, _ in told)}
    what = ["all-done", *(list(pair) for pair in sorted(told))]
    text = frame.writer.all_done()
    return [
        _row(key_of(what, channel, person), person, channel, frame, text,
             severity="notice", reason=Reason.ALL_DONE, payload=payload)
        for channel in frame.channels
    ]  # fmt: skip


def about_failed(names: Sequence[str], administrators: Sequence[int], frame: Frame) -> list[OutboxRow]:
    """Write the one message per run that names the plugins and policies that did not do their work."""
    if not names:
        return []
    text = frame.writer.failures(names)
    return [
        _row(key_of(["failures", frame.run_id], channel, person), person, channel, frame, text,
             severity="attention", reason=Reason.NEW, payload={"failures": len(names)})
        for person in administrators or (NOBODY,)
        for channel in frame.channels
    ]  # fmt: skip


def key_of(what: Sequence[Any], channel: str, recipient: int) -> str:
    """The key of a message, the same whenever the same is told to the same person on the same channel."""
    told = json.dumps([*what, channel, recipient], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _row(
    key: str, person: int, channel: str, frame: Frame, text: Text, **what: Any
) -> OutboxRow:  # fmt: skip
    return {
        "key": key,
        "channel": channel,
        "recipient_staff_id": None if person == NOBODY else person,
        "recipient": None,  # the address is looked up when it is sent
        "severity": what["severity"],
        "reason": what["reason"].value,
        "subject": text.subject,
        "body": text.body,
        "payload": what["payload"],
        "created_at": frame.now,
        "not_before": frame.now,
        "run_id": frame.run_id,
    }
