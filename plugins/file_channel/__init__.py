"""Channel `file`: appends each message as one line of JSON to a private file, for another program to pick up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, LocalPath, Message, hookimpl

NAME = "messages.jsonl"


class FileChannel(Channel, frozen=True):
    """Appends one line of JSON a message: key, recipient, severity, subject, body.

    The line is on the disk before the message counts as delivered. The same key may come twice: keep the first.
    """

    kind: ClassVar[str] = "file"

    folder: Annotated[LocalPath, Meta(min_length=1, description="where messages.jsonl is; a folder of the practice")]

    def deliver(self, message: Message) -> None:
        """Append one message; the file can be read by its owner only."""
        line = {
            "key": message.key,
            "recipient": message.recipient,
            "severity": message.severity,
            "subject": message.subject,
            "body": message.body,
        }
        try:
            folder = Path(self.folder)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _append(folder / NAME, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        except OSError as error:
            raise DeliveryError(f"the file cannot be written: {error.strerror}", permanent=False) from None


def _append(path: Path, line: bytes) -> None:
    """Add a whole line; one that a crash or a full disk cut short is ended first, or taken away again."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags, 0o600), "r+b", buffering=0) as file:  # noqa: PTH123 - opened with its mode
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            line = line if file.read(1) == b"\n" else b"\n" + line
        if file.write(line) != len(line):
            file.truncate(size)
            raise OSError(0, "the disk is full")
        os.fsync(file.fileno())


@hookimpl
def register_channels() -> list[type[Channel]]:
    """Give the channel."""
    return [FileChannel]
