"""What readers and channels are: the bases plugins derive from, and the small records they give and get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import msgspec


@dataclass(frozen=True)
class RawTable:
    """A file as rows of raw text: nothing is interpreted, and every row knows the line of the file it begins on.

    `rows` are as long as `columns`; a cell that is not there is the empty text. `notes` say what was assumed while
    reading, such as an encoding.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)


class Reader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every reader: one file format turned into rows of raw text; settings of the format are typed fields.

    Class attributes: `kind`, the name used with `fit import --reader`; `suffixes`, the usual endings of file names.
    """

    kind: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Say how sure you are, from 0 (not mine) to 1 (certainly), that a file beginning with `head` is this format.

        Args:
            head: the first bytes of the file, at most some 64 KB.
            filename_suffix: the ending of its name in lower case, with the dot; empty where there is none.

        Returns: a number from 0 to 1; the surest reader is asked for the rows, a tie is put to the person.
        """
        return 1.0 if filename_suffix in self.suffixes else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read the whole file as text.

        Args:
            path: the file; it is not changed.

        Returns: the table of raw text.

        Raises:
            fit_toolkit.errors.DataError: the file is not readable as this format; names the line.
        """
        raise TypeError(f"{type(self).__name__} does not define rows(path)")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One notification to one recipient.

    `key` is the same every time the same notification is tried, so that a receiver can drop a repeat. `recipient` is
    an address as the channel understands it. Neither subject nor body names a client, a score or an instrument.
    """

    key: str
    recipient: str
    subject: str
    body: str
    severity: Literal["safety", "attention", "notice"] = "notice"


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every channel: delivers one notification; its settings are typed fields, checked with their line.

    Class attributes: `kind`, the name used under `[alerts] channels` in fit.toml; `address`, what a message's recipient
    is given as: a member of staff's `code`, or their `email` (without one the message cannot be sent).
    """

    kind: ClassVar[str] = ""
    address: ClassVar[Literal["code", "email"]] = "code"

    def deliver(self, message: Message) -> None:
        """Deliver one message; returning means that it was handed over.

        Args:
            message: what to deliver, and to whom.

        Raises:
            fit_toolkit.errors.DeliveryError: it was not delivered; `permanent` says that trying again is of no use.
        """
        raise TypeError(f"{type(self).__name__} does not define deliver(message)")
