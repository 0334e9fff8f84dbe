"""The workbook of Microsoft Forms, or a CSV made of it: five columns of its own, then the texts of the questions."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from fit_toolkit import RawTable

from ..excel_reader.reader import ExcelReader  # noqa: TID252 - a plugin that ships beside this one
from ..excel_reader.sample import workbook  # noqa: TID252
from .shared import SURE, Form, FormReader

HEADS: Final = (  # in the language of the form's owner, as far as they are known
    ("id", "start time", "completion time", "email", "name"),
    ("id", "hora de inicio", "hora de finalización", "correo electrónico", "nombre"),
)
TECHNICAL: Final = {"last modified time", "language", "total points", "quiz feedback", "grade posted time"}
ZIP: Final = b"PK\x03\x04"
PEEK: Final = 1 << 18
_OF_A_QUIZ: Final = re.compile(r"(Points|Feedback) - .*", re.DOTALL)


class MicrosoftForm(Form):
    """What the columns of a Microsoft Forms export settle."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(columns)
        own = (each for each in columns[5:] if each.strip().casefold() in TECHNICAL or _OF_A_QUIZ.fullmatch(each))
        number, started, completed, *who = columns[:5]
        self.meant = {**dict.fromkeys((number, started, *own), ""), completed: "date"}
        self.personal = tuple(who)


class MicrosoftFormsReader(FormReader, frozen=True):
    """The workbook of Microsoft Forms, or a CSV made of it; e-mail and name of whoever answered are dropped."""

    kind: ClassVar[str] = "microsoft-forms"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx", ".csv")
    sample: ClassVar[bytes] = workbook(
        [
            ["ID", "Start time", "Completion time", "Email", "Name", "Your code", "How are you?"],
            [1, "2026-01-05 10:00:01", "2026-01-05 10:04:09", "anonymous", "", "k01", 7],
            [2, "2026-01-06 10:00:01", "2026-01-06 10:03:11", "anonymous", "", "k02", 8],
        ]
    )

    def is_ours(self, columns: Sequence[str], first: Sequence[str]) -> bool:
        """The five columns of the service come first."""
        return tuple(column.strip().casefold() for column in columns[:5]) in HEADS

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """A workbook is looked into as far as its first bytes go."""
        if not head.startswith(ZIP):
            return super().sniff(head, filename_suffix)
        texts = {text.strip().casefold() for text in re.findall(r">([^<>]*)</", "".join(_peek(head)))}
        return SURE + 0.01 if any(texts >= set(each) for each in HEADS) else 0.0

    def form(self, columns: Sequence[str], first: Sequence[Sequence[str]]) -> Form:
        """Give what the columns settle."""
        return MicrosoftForm(columns)

    def tables(self, path: Path, rows: int) -> Generator[RawTable]:
        """Give the rows of the workbook, or of the CSV."""
        with path.open("rb") as file:
            packed = file.read(4) == ZIP
        if not packed:
            yield from super().tables(path, rows)
            return
        for table in ExcelReader().parts(path, rows):
            notes = (note for note in table.notes if not note.startswith(f"column '{table.columns[0]}'"))
            yield replace(table, notes=tuple(notes))  # its first column numbers the answers: no code has lost a zero


def _peek(head: bytes) -> Iterator[str]:
    """Give the beginnings of the parts of a workbook that hold texts, as far as its first bytes have them."""
    at = 0
    while (at := head.find(ZIP, at)) >= 0 and at + 30 <= len(head):
        method, name, extra = (struct.unpack_from("<H", head, at + place)[0] for place in (8, 26, 28))
        part = head[at + 30 : at + 30 + name]
        at += 30 + name + extra
        if not re.fullmatch(rb"xl/(sharedStrings|worksheets/[^/]+)\.xml", part):
            continue
        if method == 0:
            yield head[at : at + PEEK].decode("utf-8", errors="ignore")
            continue
        try:
            yield zlib.decompressobj(-zlib.MAX_WBITS).decompress(head[at:], PEEK).decode("utf-8", errors="ignore")
        except zlib.error:
            continue
