"""What is tried with a channel: one made-up message, in an empty folder and without a network."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from fit_toolkit.engine import guards, samples
from fit_toolkit.engine.conformance.bench import Bench
from fit_toolkit.engine.conformance.cases import Case, cases, label
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import Provided
from fit_toolkit.errors import ConfigError, DeliveryError
from fit_toolkit.model.parts import Message

BODY = "2 new alerts.\nTo see them: fit alerts list\n"


def channel_cases(provided: Provided, given: Mapping[str, Any], _bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one channel."""
    trial = _Trial(provided, given)
    yield from cases(label(provided), {
        "made": ("it can be made from settings, or says what it needs", trial.made),
        "address": ("it says how a recipient is addressed: code or email", trial.addresses),
        "delivers": ("it delivers a message, or says why not with a DeliveryError", lambda: trial.delivers("notice")),
        "safety": ("it delivers a safety message the same way", lambda: trial.delivers("safety")),
        "hostile": ("a strange subject, text or recipient is delivered or refused, nothing else", trial.survives),
        "again": ("the same message may come a second time", trial.repeats),
    })  # fmt: skip


class _Trial:
    """One channel; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any]) -> None:
        self.provided = provided
        self.given = dict(given)

    def made(self) -> str:
        try:
            self._channel()
        except ConfigError:
            return ""  # it says what it needs, which is as good
        return ""

    def addresses(self) -> str:
        given = getattr(self.provided.cls, "address", "")
        return "" if given in {"code", "email"} else f"address is {given!r}"

    def delivers(self, severity: str) -> str:
        return self._deliver(self._message(severity=severity))

    def survives(self) -> str:
        strange = (
            {"subject": "a\nBcc: b@example.org"},
            {"body": "\x00\r\n.\r\n" + "x" * 10_000},
            {"recipient": "../../a"},
        )
        for changes in strange:
            if problem := self._deliver(self._message(**changes)):
                return f"{problem} ({', '.join(changes)})"
        return ""

    def repeats(self) -> str:
        message = self._message()
        return self._deliver(message, message)

    def _channel(self) -> Any:
        return build_part(self.provided, samples.parameters(self.provided.thing, required_only=True) | self.given)

    def _message(self, **changes: Any) -> Message:
        email = getattr(self.provided.cls, "address", "code") == "email"
        recipient = "anna@example.org" if email else "anna"
        plain = {"key": "fit.1.example", "recipient": recipient, "subject": "2 new alerts", "body": BODY}
        return Message(**(plain | changes))

    def _deliver(self, *messages: Message) -> str:
        try:
            channel = self._channel()
        except ConfigError:
            return ""
        with _aside():
            for message in messages:
                try:
                    channel.deliver(message)
                except DeliveryError as error:
                    if not str(error):
                        return "its DeliveryError says nothing"
                except (Exception, SystemExit) as error:  # noqa: BLE001 - this is what the check is about
                    return f"raised {type(error).__name__} where a DeliveryError is due"
        return ""


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """Work in an empty folder, with nothing to print to and only this machine to reach."""
    before = os.getcwd()  # noqa: PTH109 - to go back to
    with tempfile.TemporaryDirectory(prefix="fit-check-") as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        try:
            with guards.this_machine_only():
                yield
        finally:
            os.chdir(before)
