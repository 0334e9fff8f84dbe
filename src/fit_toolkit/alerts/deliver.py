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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from fit_toolkit.alerts.channels import Opened, Practice, open_channels
from fit_toolkit.alerts.escalate import next_in_line
from fit_toolkit.engine.surroundings import end_of_a_copy, kept
from fit_toolkit.errors import DeliveryError, ExitCode
from fit_toolkit.model.parts import Channel, Message
from fit_toolkit.store import outbox, people
from fit_toolkit.store.outbox import Attempt
from fit_toolkit.store.rows import utc

if TYPE_CHECKING:
    from fit_toolkit.store import Store

BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 360))  # the last one from then on
GIVE_UP = timedelta(days=5)  # of trying, not of lying about while the computer was off
PATIENCE = timedelta(hours=2)  # a receiver that asks to come back later is no problem before
DEADLINE = 600.0  # seconds for one message on one channel; shorter than the lease
SILENT = 3  # failures in a row without any answer: the channel is given up for this run


@dataclass
class DeliveryResult:
    """What came of one go at the outbox: counts of messages, and one line for every kind of problem.

    `failed` are to be tried again; those whose receiver asked to come back later are no problem for the first two hours,
    unless they are about safety. `undelivered_safety` counts safety messages that should have gone out by now and have not.
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
        return ExitCode.PARTIAL if self.dead or self.problems else ExitCode.OK


def deliver(
    practice: Practice,
    *,
    now: datetime,
    max_attempts: int | None = None,
    deadline: float = DEADLINE,
    stop: Callable[[], bool] = lambda: False,
) -> DeliveryResult:
    """Send every message that is due; those that cannot be sent are tried again later, with growing pauses.

    After five days of trying, or `max_attempts`, a message is dead; so it is when the receiver will not have it. A dead
    safety message goes on to whoever stands in. Once `stop` says so the message being sent is the last.
    """
    with practice.store.read() as c:
        wanted = [row["channel"] for row in outbox.list_messages(c, states=["due"])]
    opened = open_channels(practice, wanted)
    result = DeliveryResult(problems=[f"channel {kind}: {problem}" for kind, problem in opened.problems.items()])
    rules = _Rules(max_attempts, deadline, practice.settings.text("alerts.link"), stop)
    post = _Post(practice.store, opened, utc(now), rules, result)
    unsent = list(post.run())
    if not stop():  # what somebody kept from going out has no channel to blame
        unsent += post.waiting()
    post.postpone()
    result.problems = [_with_plugin(practice, line) for line in result.problems]
    if result.dead:
        result.problems.append(f"messages given up: {result.dead} (fit alerts outbox)")
    result.undelivered_safety = len({row["id"] for row in unsent if row["severity"] == "safety"})
    if not result.undelivered_safety and (lost := _reached_nobody(practice.store)):
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


def _reached_nobody(store: Store) -> int:
    """Count the safety alerts nobody has seen whose newest message is dead on every channel and for everybody."""
    states: dict[int, dict[tuple[int, int], set[str]]] = {}
    with store.read() as c:
        for one in outbox.told_of(c, outbox.unseen_safety(c)):
            states.setdefault(one.alert, {}).setdefault((one.seq, one.lap), set()).add(one.state)
    return sum(told[max(told)] == {"dead"} for told in states.values())


class _Rules(NamedTuple):
    """What is the same for all messages of one go."""

    max_attempts: int | None
    deadline: float
    link: str
    stop: Callable[[], bool]


class _Post:
    """One go at the outbox: which channels are still of use, and what came of the messages."""

    def __init__(self, store: Store, opened: Opened, now: datetime, rules: _Rules, result: DeliveryResult) -> None:
        self.store, self.channels, self.rules, self.result = store, opened.channels, rules, result
        self.began, self.started = now, time.monotonic()
        self.worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.silent: dict[str, int] = {}
        self.unusable = dict(opened.problems)  # by channel: why nothing goes out on it
        self.asked: dict[str, datetime] = {}  # by channel: when its receiver wants to be asked again

    @property
    def now(self) -> datetime:
        """The time, moving on from when this go began whatever the computer's clock does."""
        return self.began + timedelta(seconds=time.monotonic() - self.started)

    def run(self) -> Iterator[dict[str, Any]]:
        """Send message by message; yield those that were not sent."""
        while self.channels and not self.rules.stop():
            with self.store.begin() as c:
                claimed = outbox.claim(c, self.worker, now=self.now, channels=list(self.channels), limit=1)
            if not claimed:
                return
            error = self._try(claimed[0])
            self._record(claimed[0], error)
            if error is not None:
                yield claimed[0]

    def waiting(self) -> list[dict[str, Any]]:
        """Messages that stay behind because their channel does not work; one that waited too long is given up."""
        now = self.now
        with self.store.begin() as c:
            due = outbox.list_messages(c, states=["due"])
            behind = [row for row in due if row["not_before"] <= now and not _leased(row, now)]
            since = outbox.trying_since(c, [row["id"] for row in behind])
            for row in behind:
                why = self.unusable.get(row["channel"], "the channel does not answer")
                if row["id"] not in since:
                    outbox.record_attempt(c, row["id"], Attempt("waiting", "due", now, error=why))
                elif now - since[row["id"]] >= GIVE_UP:
                    outbox.record_attempt(c, row["id"], Attempt("failed", "dead", now, error=why))
                    outbox.add_messages(c, next_in_line(c, row, now=now))
                    self.result.dead += 1
        return behind

    def postpone(self) -> None:
        """Keep to the time that receivers named: until then nothing of their channel goes out."""
        for kind, until in self.asked.items():
            with self.store.begin() as c:
                outbox.postpone(c, kind, until)

    def _try(self, row: Mapping[str, Any]) -> DeliveryError | None:
        channel = self.channels[row["channel"]]
        address = self._address(row, channel)
        if address is None:
            return DeliveryError("the recipient has no address", permanent=True)
        message = Message(
            key=row["key"], recipient=address, subject=row["subject"], body=row["body"], severity=row["severity"],
            reason=row["reason"], counts=_counts(row), link=self.rules.link,
        )  # fmt: skip
        with kept(no_exit=True) as changed:
            error = within(self.rules.deadline, channel, message)
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
        with self.store.begin() as c:
            since = outbox.trying_since(c, [row["id"]]).get(row["id"], now)
            dead = self._is_over(row, error, now - since)
            not_before = None if dead else self._next_try(row, error)
            attempt = Attempt("refused" if error.permanent else "failed", "dead" if dead else "due", now, error.code,
                              error.what, not_before)  # fmt: skip
            outbox.record_attempt(c, row["id"], attempt)
            if dead:
                outbox.add_messages(c, next_in_line(c, row, now=now))
        self.result.dead += dead
        self.result.failed += not dead
        asked_for_time = error.retry_after is not None and not dead and row["severity"] != "safety"
        if not (asked_for_time and now - since < PATIENCE):
            self._tell(kind, error)
        self._give_up_channel(kind, error)

    def _is_over(self, row: Mapping[str, Any], error: DeliveryError, trying: timedelta) -> bool:
        """Say whether a message is not tried again; a fault of the channel kills it only by its age."""
        if trying >= GIVE_UP:
            return True
        most = self.rules.max_attempts
        return not error.channel and (error.permanent or (most is not None and row["attempts"] >= most))

    def _next_try(self, row: Mapping[str, Any], error: DeliveryError) -> datetime | None:
        """When a message is tried again; None, as before, where it is the channel that has to be mended."""
        if error.channel and not error.retry_after:
            return None
        pause = BACK_OFF[min(int(row["attempts"]), len(BACK_OFF)) - 1]
        wanted = timedelta(seconds=max(0.0, min(error.retry_after or 0.0, BACK_OFF[-1].total_seconds())))
        return self.now + max(pause, wanted)

    def _tell(self, kind: str, error: DeliveryError) -> None:
        line = f"channel {kind}: {error.what}" + (f" ({error.hint})" if error.hint else "")
        if line not in self.result.problems:
            self.result.problems.append(line)

    def _give_up_channel(self, kind: str, error: DeliveryError) -> None:
        """Try nothing more on a channel that does not work, and remember what its receiver asked for."""
        self.silent[kind] = self.silent.get(kind, 0) + 1 if error.code is None and not error.permanent else 0
        if error.channel and error.retry_after:
            self.asked[kind] = self.now + timedelta(seconds=min(error.retry_after, BACK_OFF[-1].total_seconds()))
        if error.channel or self.silent[kind] >= SILENT or isinstance(error, _NoAnswerError):
            self.unusable[kind] = error.what
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


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    """How many alerts of each severity a message tells of."""
    return dict(Counter(told[3] for told in row["payload"].get("alerts", ())))


def _leased(row: Mapping[str, Any], now: datetime) -> bool:
    return row["lease_until"] is not None and row["lease_until"] > now
