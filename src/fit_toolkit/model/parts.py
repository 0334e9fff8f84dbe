"""What readers, channels and sections are: the bases plugins derive from, and the small records they give and get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class RawTable:
    """A file as rows of raw text: nothing is interpreted, and every row knows the line of the file it begins on.

    `rows` are as long as `columns`; a cell that is not there is the empty text. `notes` say what was assumed while
    reading, such as an encoding. What the format itself settles may be given with it: `meant` gives columns their role
    (`client`, `date` ...), or the empty text where a column is the format's own business and may be passed over;
    `personal` names columns that tell who somebody is (a name, an e-mail, an address of a machine), which are dropped
    unless a map takes them; `left_out` counts the records that are no ratings and were left out, by the reason.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    notes: tuple[str, ...] = ()
    meant: Mapping[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)


class Reader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every reader: one file format turned into rows of raw text; settings of the format are typed fields.

    Class attributes: `kind`, the name used with `fit import --reader`; `suffixes`, the usual endings of file names;
    `sample`, a small made-up file of the format, which `fit plugins check` reads.
    """

    kind: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()
    sample: ClassVar[bytes] = b""

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

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read the file piece by piece, so that a large one is never in memory as a whole; the default is one piece.

        Args:
            path: the file; it is not changed, and may be read several times.
            rows: how many rows a piece holds at most.

        Yields: the rows of `rows(path)` in the same order, at least one piece even without any. The columns are the
            same in every piece, but for columns without a name at the end; notes and records left out are put
            together.

        Raises:
            fit_toolkit.errors.DataError: the file is not readable as this format; names the line.
        """
        yield self.rows(path)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One notification to one recipient.

    `key` is the same every time the same notification is tried, so that a receiver can drop a repeat. `recipient` is
    an address as the channel understands it. Neither subject nor body names a client, a score or an instrument.
    `counts` says how many alerts of each severity it tells of, `reason` why it is sent, `link` where to look.
    """

    key: str
    recipient: str
    subject: str
    body: str
    severity: Literal["safety", "attention", "notice"] = "notice"
    reason: str = "new"
    counts: Mapping[str, int] = {}
    link: str = ""


# A setting that names a file or folder of this machine: in fit.toml it may be written relative to the practice folder.
LocalPath = Annotated[str, Meta(extra={"path": "local"})]


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


@dataclass(frozen=True, eq=False)
class SheetView:
    """What a section gets to see: the ratings of one member up to one day, in a frame of its own.

    `ratings` has a row per score, oldest first, with the columns `date` (of the session), `session` (its number),
    `instrument`, `scale`, `rater`, `occasion`, `value` (NaN where it could not be scored), `status` and `therapist` (1
    for the first one the client was with, 2 for the next, 0 where none was kept). A section of
    the client's page sees what the client rated and nothing else. `titles` gives the short title of each instrument
    by its id, `main_scales` the scale that stands for the whole of it.
    """

    as_of: date
    language: str
    ratings: DataFrame
    titles: Mapping[str, str] = field(default_factory=dict)
    main_scales: Mapping[str, str] = field(default_factory=dict)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every section: the data of one block on the sheet; its parameters are typed fields.

    Class attributes: `kind`, the name used in a `[[sections]]` table of fit.toml; `page`, whose page it stands on;
    `template`, which of the templates shows the data: `sections/<kind>.html` unless it says otherwise.
    """

    kind: ClassVar[str] = ""
    page: ClassVar[Literal["therapist", "client"]] = "therapist"
    template: ClassVar[str] = ""

    def data(self, view: SheetView) -> Mapping[str, Any] | None:
        """Give what the template is to show about one member.

        Args:
            view: the ratings of this member alone, up to the day of the sheet; a copy.

        Returns: names with plain data (text, number, true or false, None, date, lists and mappings of these), which
            the template knows by these names; None where there is nothing to show for this member.
        """
        raise TypeError(f"{type(self).__name__} does not define data(view)")
