"""Channel `stdout`: writes each message to standard output, for cron to mail or a person to read."""

from __future__ import annotations

import sys
from typing import ClassVar

from fit_toolkit import Channel, Message, hookimpl


class StdoutChannel(Channel, frozen=True):
    """Writes the subject and the text of each message, which hold counts only, to standard output."""

    kind: ClassVar[str] = "stdout"

    def deliver(self, message: Message) -> None:
        """Write one message, with a blank line after it."""
        sys.stdout.write(f"To: {message.recipient}\nSubject: {message.subject}\n\n{message.body.rstrip()}\n\n")
        sys.stdout.flush()


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Give the channel."""
    return [StdoutChannel]
