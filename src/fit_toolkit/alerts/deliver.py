"""Sends what is in the outbox: at least once, each message always under the same key.

A message is claimed in one short transaction, sent outside any, and what came of it is recorded in another. While the
lease of a claim runs nobody else sends it; after a crash it is free again when the lease is over. A channel that
raises, hangs or cannot be opened holds up nothing but itself.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts.channels import Practice, open_channels
from fit_toolkit.alerts.escalate import next_in_line
from fit_toolkit.engine.surroundings import end_of_a_copy, kept
from fit_toolkit.errors import DeliveryError, ExitCode
from fit_toolkit.model.parts import Channel, Message
from fit_toolkit.store import alerts, outbox, people
from fit_toolkit.store.outbox import Attempt
from fit_toolkit.store.rows import utc

if TYPE_CHECKING:
    from fit_toolkit.store import Store

BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 360))  # the last one from then on
GIVE_UP = timedelta(days=5)
DEADLINE = 600.0  # seconds for one message on one channel; shorter than the lease
# SMTP replies about the channel, not about the message: no encryption, no login. Nothing else is tried in this run.
ABOUT_CHANNEL = frozenset({454, 530, 534, 535, 538})
SILENT = 3  # failures in a row without any answer: the channel is given up for this run


@dataclass
class DeliveryResult:
    """What came of one go at the outbox: counts of messages, and one line for every kind of problem.

    `undelivered_safety` counts safety messages that should have gone out by now and have not.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    undelivered_safety: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """6 when a safety message did not go out, 4 when another did not."""
        if self.undelivered_safety:
            return ExitCode.UNDELIVERED
        return ExitCode.PARTIAL if self.failed or self.dead or self.problems else ExitCode.OK


def deliver(
    practice: Practice, *, now: datetime, max_attempts: int | None = None, deadline: float = DEADLINE
) -> DeliveryResult:
    """Send every message that is due; those that cannot be sent are tried again later, with growing pauses.

    After five days, or `max_attempts`, a message is dead; so it is when the server will not have it. A dead safety
    message goes on to whoever stands in.
    """
    with practice.store.read() as c:
        wanted = [row["channel"] for row in outbox.list_messages(c, states=["due"])]
    opened = open_channels(practice, wanted)
    result = DeliveryResult(problems=[f"channel {kind}: {problem}" for kind, problem in opened.problems.items()])
    post = _Post(practice.store, opened.channels, utc(now), max_attempts, deadline, result)
    unsent = [*post.run(), *post.waiting()]
    result.problems = [_with_plugin(practice, line) for line in result.problems]
    result.undelivered_safety = len({row["id"] for row in unsent if row["severity"] == "safety"})
    if not result.undelivered_safety and (lost := _reached_nobody(practice.store, now)):
        result.undelivered_safety = lost
        result.problems.append(f"safety alerts that nobody was told of, because every message was refused: {lost}")
    return result


def _with_plugin(practice: Practice, line: str) -> str:
    """Name the plugin in a line about a channel that does not ship with the toolkit."""
    kind, _, said = line.removeprefix("channel ").partition(": ")
    provided = practice.registry.channels.get(kind)
    if provided is None or provided.source.origin == "bundled":
        return line
    return f"channel {kind} of the plugin {provided.plugin} {provided.version}: {said}"


def _reached_nobody(store: Store, now: datetime) -> int:
    """Count the safety alerts nobody has seen whose newest message is dead on every channel and for everybody."""
    with store.read() as c:
        unseen = {row["id"] for row in alerts.list_alerts(c, on=now.date(), states=["open"], severity="safety")}
        rows = outbox.list_messages(c) if unseen else []
    states: dict[int, dict[tuple[int, int], set[str]]] = {}
    for row in rows:
        for alert, seq, lap, *_ in row["payload"].get("alerts", ()):
            if alert in unseen:
                states.setdefault(alert, {}).setdefault((seq, lap), set()).add(row["state"])
    return sum(told[max(told)] == {"dead"} for told in states.values())


class _Post:
    """One go at the outbox: which channels are still of use, and what came of the messages."""

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], now: datetime, max_attempts: int | None, deadline: float,
        result: DeliveryResult,
    ) -> None:  # fmt: skip
        self.store = store
        self.channels = dict(channels)
        self.began, self.started = now, time.monotonic()
        self.max_attempts, self.deadline = max_attempts, deadline
        self.result = result
        self.worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.silent: dict[str, int] = {}

    @property
    def now(self) -> datetime:
        """The time, moving on from when this go began whatever the computer's clock does."""
        return self.began + timedelta(seconds=time.monotonic() - self.started)

    def run(self) -> Iterator[dict[str, Any]]:
        """Send message by message; yield those that were not sent."""
        while self.channels:
            with self.store.begin() as c:
                claimed = outbox.claim(c, self.worker, now=self.now, channels=list(self.channels), limit=1)
            if not claimed:
                return
            error = self._try(claimed[0])
            self._record(claimed[0], error)
            if error is not None:
                yield claimed[0]

    def waiting(self) -> list[dict[str, Any]]:
        """Messages that stay behind because their channel does not work; one that is too old is given up."""
        now = self.now
        with self.store.begin() as c:
            due = outbox.list_messages(c, states=["due"])
            behind = [row for row in due if row["not_before"] <= now and not _leased(row, now)]
            for row in behind:
                if now - row["created_at"] >= GIVE_UP:
                    outbox.record_attempt(c, row["id"], Attempt("failed", "dead", now, error="no such channel"))
                    self.result.dead += 1
        return behind

    def _try(self, row: Mapping[str, Any]) -> DeliveryError | None:
        channel = self.channels[row["channel"]]
        address = self._address(row, channel)
        if address is None:
            return DeliveryError("the recipient has no address", permanent=True)
        message = Message(
            key=row["key"], recipient=address, subject=row["subject"], body=row["body"], severity=row["severity"]
        )
        with kept(no_exit=True) as changed:
            error = within(self.deadline, channel, message)
        if changed and (line := f"channel {row['channel']}: {changed[0]}") not in self.result.problems:
            self.result.problems.append(line)
        return error

    def _address(self, row: Mapping[str, Any], channel: Channel) -> str | None:
        """Where to send it today: the e-mail address on a channel that says so, else the staff code."""
        if row["recipient"]:
            return str(row["recipient"])
        wanted = getattr(type(channel), "address", "code")
        if row["recipient_staff_id"] is None:
            return None if wanted == "email" else "nobody"
        with self.store.read() as c:
            person = next(one for one in people.list_staff(c) if one.id == row["recipient_staff_id"])
        return person.email if wanted == "email" else person.code

    def _record(self, row: Mapping[str, Any], error: DeliveryError | None) -> None:
        now, kind = self.now, row["channel"]
        if error is None:
            self.result.sent += 1
            self.silent.pop(kind, None)
            with self.store.begin() as c:
                outbox.record_attempt(c, row["id"], Attempt("sent", "sent", now))
            return
        attempts = row["attempts"]
        over = now - row["created_at"] >= GIVE_UP or (self.max_attempts is not None and attempts >= self.max_attempts)
        dead = error.permanent or over
        wait = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
        attempt = Attempt("refused" if error.permanent else "failed", "dead" if dead else "due", now, error.code,
                          error.what, None if dead else now + wait)  # fmt: skip
        with self.store.begin() as c:
            outbox.record_attempt(c, row["id"], attempt)
            if dead and row["severity"] == "safety":
                outbox.add_messages(c, next_in_line(c, row, now=now))
        self.result.dead += dead
        self.result.failed += not dead
        self._problem(kind, error)

    def _problem(self, kind: str, error: DeliveryError) -> None:
        line = f"channel {kind}: {error.what}"
        if line not in self.result.problems:
            self.result.problems.append(line)
        self.silent[kind] = self.silent.get(kind, 0) + 1 if error.code is None and not error.permanent else 0
        if error.code in ABOUT_CHANNEL or self.silent[kind] >= SILENT or isinstance(error, _NoAnswerError):
            del self.channels[kind]


class _NoAnswerError(DeliveryError):
    """The channel did not come back within its deadline; whatever it is stuck in may still be going on."""


def within(seconds: float, channel: Channel, message: Message) -> DeliveryError | None:
    """Let a channel deliver a message within a time; return what went wrong, never raise it.

    Of an error that is not the channel's word for "not delivered" only the name is kept: its text may hold anything.
    """
    problem: list[DeliveryError] = []
    own = os.getpid()

    def work() -> None:
        try:
            _deliver(channel, message, own)
        except DeliveryError as error:
            problem.append(error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a channel may raise anything, and even end the program
            problem.append(DeliveryError(f"the channel raised {type(error).__name__}", permanent=False))

    thread = threading.Thread(target=work, name="fit-deliver", daemon=True)  # one that hangs does not hold up the end
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return _NoAnswerError(f"no answer within {seconds:g} seconds", permanent=False)
    return problem[0] if problem else None


def _deliver(channel: Channel, message: Message, own: int) -> None:
    try:
        channel.deliver(message)
    finally:
        end_of_a_copy(own)


def _leased(row: Mapping[str, Any], now: datetime) -> bool:
    return row["lease_until"] is not None and row["lease_until"] > now
