"""Writes messages from plain facts: who is told of which alerts, why, on which channels. Pure, no store.

Attention and notice are grouped, one message per person; every safety alert is a message of its own, but for answers
that were old when they were first seen. A message holds counts (client codes in mails only where the practice asks for
it). Its key is made from what it tells, to whom and where, so that writing the same twice adds nothing; where that is not which alerts it tells of, the payload says `what`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from fit_toolkit.alerts.mail_text import WEIGHT, Reason, Text, Writer
from fit_toolkit.alerts.quiet import Quiet
from fit_toolkit.alerts.recipients import NOBODY
from fit_toolkit.model.alerts import RANK

OutboxRow = dict[str, Any]
CODES_ON = "email"  # the one channel that `mail.include_codes` is about
REVIEW, SAFETY, OLD = "review", "safety", "old"  # kinds of messages about alerts; of the first and last one a person
LATE = 4  # days: what is younger has waited over a weekend, no more


class Item(NamedTuple):
    """One alert that one or several people are told of.

    `seq` is its newest event, `lap` counts how often it was told before; `age` is days since it opened (safety: since
    the answer), `old` marks an answer that was old when first seen.
    """

    alert: int
    seq: int
    lap: int
    severity: str
    reason: Reason
    staff: tuple[int, ...]
    client: str = ""
    age: int = 0
    old: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for all messages of one run."""

    channels: tuple[str, ...]
    run_id: int
    now: datetime
    writer: Writer = Writer()
    include_codes: bool = False
    quiet: Quiet = Quiet()
    old_days: int = 0

    @property
    def later(self) -> datetime:
        """When what can wait may go out."""
        return self.quiet.until(self.now)


def compose(items: Iterable[Item], frame: Frame) -> list[OutboxRow]:
    """Write the messages about some alerts: one per safety alert, one for the rest, for every person and channel."""
    rows: list[OutboxRow] = []
    grouped: dict[tuple[int, str], list[Item]] = {}
    for item in items:
        for person in item.staff:
            if item.severity != "safety" or item.old:
                grouped.setdefault((person, OLD if item.old else REVIEW), []).append(item)
            else:
                rows += [_about([item], person, channel, frame, SAFETY) for channel in frame.channels]
    for (person, kind), group in grouped.items():
        rows += [_about(group, person, channel, frame, kind) for channel in frame.channels]
    return rows


def _about(group: Sequence[Item], person: int, channel: str, frame: Frame, kind: str) -> OutboxRow:
    """Write one message to one person on one channel about one safety alert, or about any number of others."""
    reasons = Counter(item.reason for item in group)
    # a client code is personal data: only where the practice wants it in its mails, and nowhere else
    shown = frame.include_codes and channel == CODES_ON
    codes = sorted({item.client for item in group if item.client}) if shown else []
    counts = Counter(item.severity for item in group)
    told = sorted(group)
    what = [[item.alert, item.seq, *([item.lap] if item.lap else ())] for item in told]
    payload = {
        "kind": kind,
        "alerts": [[item.alert, item.seq, item.lap, item.severity, item.reason.value, item.age] for item in told],
    }
    late = max((item.age for item in group if item.age >= LATE and item.reason is Reason.NEW), default=0)
    if kind == SAFETY:
        text = frame.writer.safety(told[0].reason, codes, told[0].age if told[0].age >= LATE else 0)
    elif kind == OLD:
        text = frame.writer.old(len(group), frame.old_days, reasons, codes)
    else:
        text = frame.writer.review(counts, reasons, codes, late)
    return row_of(
        key_of(what, channel, person), person, channel, frame, text, payload=payload, reason=weightiest(reasons),
        severity=min(counts, key=RANK.__getitem__),
    )  # fmt: skip


def weightiest(reasons: Iterable[Reason]) -> Reason:
    """Return the reason that is stored with a message of several."""
    given = set(reasons)
    return next(reason for reason in WEIGHT if reason in given)


def items_of(row: Mapping[str, Any], clients: Mapping[int, str]) -> list[Item]:
    """Read back from a message which alerts it tells of."""
    staff = (row["recipient_staff_id"] or NOBODY,)
    old = row["payload"].get("kind") == OLD
    return [
        Item(alert, seq, lap, severity, Reason(reason), staff, clients.get(alert, ""), sum(age), old)
        for alert, seq, lap, severity, reason, *age in row["payload"].get("alerts", ())  # older ones had no age
    ]


def about_all_done(told: Sequence[tuple[int, int]], person: int, frame: Frame) -> list[OutboxRow]:
    """Write that alerts (id, newest event) somebody had been told of are over, and nothing is left."""
    what = ["all-done", *(list(pair) for pair in sorted(told))]
    payload = {"over": sorted(alert for alert, _ in told), "what": what}
    text = frame.writer.all_done()
    return [
        row_of(key_of(what, channel, person), person, channel, frame, text,
               severity="notice", reason=Reason.ALL_DONE, payload=payload)
        for channel in frame.channels
    ]  # fmt: skip


def about_failed(names: Sequence[str], administrators: Sequence[int], frame: Frame) -> list[OutboxRow]:
    """Write the one message per run that names the plugins and policies that did not do their work."""
    return _to_office("failures", names, administrators, frame, frame.writer.failures(names)) if names else []


def about_matters(lines: Sequence[str], administrators: Sequence[int], frame: Frame) -> list[OutboxRow]:
    """Write the one message per run that says which messages had to go another way."""
    return _to_office("matters", lines, administrators, frame, frame.writer.matters(lines)) if lines else []


def _to_office(
    kind: str, lines: Sequence[str], administrators: Sequence[int], frame: Frame, text: Text
) -> list[OutboxRow]:
    what = [kind, frame.run_id]
    return [
        row_of(key_of(what, channel, person), person, channel, frame, text,
               severity="attention", reason=Reason.NEW, payload={kind: len(lines), "what": what})
        for person in administrators or (NOBODY,)
        for channel in frame.channels
    ]  # fmt: skip


def key_of(what: Sequence[Any], channel: str, recipient: int) -> str:
    """The key of a message, the same whenever the same is told to the same person on the same channel."""
    told = json.dumps([*what, channel, recipient], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def row_of(key: str, person: int, channel: str, frame: Frame, text: Text, **what: Any) -> OutboxRow:
    """Make a row of the outbox; all but safety waits for the end of quiet hours."""
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
        "not_before": frame.now if what["severity"] == "safety" else frame.later,
        "run_id": frame.run_id,
    }
