"""Hands one message to the service that a member of staff is reached by; the addresses, which are secrets, stay in their file."""

from __future__ import annotations

import importlib.util
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, LocalPath, Message

INSTALL = "pip install 'fit-toolkit[apprise]'"
EVERYBODY = "*"
TYPES = {"safety": "failure", "attention": "warning", "notice": "info"}
TALKATIVE = ("apprise", "requests", "urllib3")  # what they log may hold an address with its token


class AppriseChannel(Channel, frozen=True):
    """Sends subject and text to the service of each member of staff, by a file of lines `CODE ADDRESS`.

    The library says only whether a service took a message over: what it did not take over is tried again.
    """

    kind: ClassVar[str] = "apprise"

    urls_file: Annotated[
        LocalPath,
        Meta(min_length=1, description="a file of lines CODE ADDRESS, * for everybody else; readable by you alone"),
    ]

    def __post_init__(self) -> None:
        """Say at once that the library is missing, and how to get it."""
        if importlib.util.find_spec("apprise") is None:
            raise ValueError(f"needs a library that is not installed: {INSTALL}")

    def deliver(self, message: Message) -> None:
        """Send one message; returning means that the service took it over."""
        number, url = self._address(message.recipient)
        with _silent():
            from apprise import Apprise, AppriseAsset

            service = Apprise.instantiate(url, asset=AppriseAsset(secure_logging=True))
            if service is None:
                raise _unusable(f"line {number} of the file of addresses is none that the library knows")
            done = service.notify(title=message.subject, body=message.body, notify_type=TYPES[message.severity])
        if not done:
            raise DeliveryError("the service did not take the message over", permanent=False)

    def _address(self, code: str) -> tuple[int, str]:
        """Find the line of a member of staff; its number may be told, its address never."""
        found: dict[str, tuple[int, str]] = {}
        for number, line in enumerate(self._lines(), start=1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if len(words) != 2 or words[0] in found:
                what = "names somebody twice" if len(words) == 2 else "is not of the form CODE ADDRESS"
                raise _unusable(f"line {number} of the file of addresses {what}")
            found[words[0]] = (number, words[1])
        address = found.get(code) or found.get(EVERYBODY)
        if address is None:
            raise DeliveryError("the recipient has no line in the file of addresses", permanent=True)
        return address

    def _lines(self) -> list[str]:
        try:
            with Path(self.urls_file).open(encoding="utf-8") as file:
                if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise _unusable("others can read the file of addresses: chmod 600")
                return file.readlines()
        except (OSError, UnicodeDecodeError):
            raise _unusable("the file of addresses cannot be read") from None


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what these libraries log to themselves."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    before = [(logger.propagate, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.propagate, logger.disabled = False, True
    try:
        yield
    finally:
        for logger, (propagate, disabled) in zip(loggers, before, strict=True):
            logger.propagate, logger.disabled = propagate, disabled


def _unusable(what: str) -> DeliveryError:
    """Nothing can go out before a person mends something; no message is to blame."""
    return DeliveryError(what, permanent=False, channel=True)
