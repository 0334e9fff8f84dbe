"""What writers are: the base that plugins derive from, and what is handed over to be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from pandas import DataFrame

# A cell that a spreadsheet would take for a formula: how it begins, full-width signs included, after quote marks; some
# pass over spaces, and over what is not seen.
FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def guarded(text: str) -> str:
    """Put a quote mark before a text that a spreadsheet would take for a formula; a number stays a number."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text.strip(" ")) else text


def unguarded(text: str) -> str:
    """Take away the quote mark that `guarded` has put there, and nothing else."""
    bare = text[1:]
    return bare if text[:1] == "'" and FORMULA.match(bare) and not NUMBER.fullmatch(bare.strip(" ")) else text


@dataclass(frozen=True, eq=False)
class ExportPart:
    """The ratings of some clients, whole and in order, as frames; a client is never in two parts.

    `members` has a row per client and episode, `assignments` a row per episode and who treated in it when; `pauses` and
    `appointments` have rows where codes are the practice's own, `staff` where nothing was left out, besides. An episode of
    several clients has these in one part only.
    `administrations` has a row per filled-in form, numbered through the
    whole export in the column `administration`; `answers` (a row per item of the form, in the order of the instrument)
    and `scores` (a row per scale) refer to these numbers. Text that is not there is empty, a number that is not there
    is missing; days are ISO text. What a column holds is in the manual, docs/plugins/writer.md.
    """

    members: DataFrame
    staff: DataFrame
    assignments: DataFrame
    pauses: DataFrame
    appointments: DataFrame
    administrations: DataFrame
    answers: DataFrame
    scores: DataFrame


@dataclass(frozen=True, eq=False)
class Export:
    """What a writer gets to see: ratings part by part, and what was asked for.

    `instruments` are the definitions of the instruments that occur, as plain data by id (the fields of the definition
    file, with `definition_hash`); they hold no wording that is not free. `identified` says that codes are the
    practice's own and not pseudonyms, `texts` that free text is among the answers, `all_states` that ratings which were
    corrected or taken back are there too, `raw` that cells are for machines and `cell` leaves them alone. `made_at` is
    the moment to write where a format asks for one.
    """

    source: Callable[[], Iterator[ExportPart]]
    instruments: Mapping[str, Mapping[str, Any]]
    made_at: datetime
    identified: bool = False
    texts: bool = False
    all_states: bool = False
    raw: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> Iterator[ExportPart]:
        """Give the ratings part by part, so that they are never in memory as a whole; may be called again.

        Yields: whole clients, in the order of their codes; at least one part, which has no rows where there is nothing.
        """
        return self.source()

    def cell(self, text: str) -> str:
        """Give a text as a table may hold it: one that a spreadsheet would take for a formula gets a quote mark."""
        return text if self.raw else guarded(text)


class Writer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every writer: ratings turned into files of one format; settings of the format are typed fields.

    Class attribute: `kind`, the name used with `fit export --format`.
    """

    kind: ClassVar[str] = ""

    def write(self, export: Export, folder: Path) -> Mapping[str, int]:
        """Write the files of the format.

        Args:
            export: what to write.
            folder: an empty folder; nothing outside of it is touched. It is moved to its place when all is well.

        Returns: the files that were written, by their path below the folder (with `/`), and how many rows each holds.

        Raises:
            fit_toolkit.errors.DataError: these ratings cannot be written in this format; says what to leave out.
        """
        raise TypeError(f"{type(self).__name__} does not define write(export, folder)")
