"""The CSV of Typeform: `#` first, the questions, then its own columns with times in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from .shared import Form, FormReader

SUBMITTED: Final = "Submit Date (UTC)"
TECHNICAL: Final = ("#", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Tags", "Ending")


class TypeformForm(Form):
    """What the columns of a Typeform export settle."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(columns)
        self.meant = {**dict.fromkeys((column for column in TECHNICAL if column in columns), ""), SUBMITTED: "date"}
        self.personal = tuple(column for column in ("Network ID",) if column in columns)
        self.notes = ["timezone: UTC"]

    def reason(self, row: Sequence[str]) -> str | None:
        """Leave out what was begun and not handed in."""
        handed_in = self.cell(row, "Response Type").casefold() in {"", "completed"} and self.cell(row, SUBMITTED)
        return "" if handed_in else "unfinished"


class TypeformReader(FormReader, frozen=True):
    """CSV from Typeform; the network id of a person is dropped, and responses that were not handed in are left out."""

    kind: ClassVar[str] = "typeform"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    sample: ClassVar[bytes] = (
        b"#,How are you?,client,Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending\r\n"
        b"hefu,7,k01,completed,2026-01-05 10:00:01,,2026-01-05 10:04:09,98eebf3737,,\r\n"
        b"5dm9,8,k02,completed,2026-01-06 10:00:01,,2026-01-06 10:03:11,938f4331f1,,\r\n"
    )

    def is_ours(self, columns: Sequence[str], first: Sequence[str]) -> bool:
        """The first column is called `#`."""
        return bool(columns) and columns[0] == "#" and SUBMITTED in columns

    def form(self, columns: Sequence[str], first: Sequence[Sequence[str]]) -> Form:
        """Give what the columns settle."""
        return TypeformForm(columns)
