"""Reader `limesurvey`: responses of a LimeSurvey survey as CSV, with question codes as headings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

from fit_toolkit.plugins.csv_reader import CsvReader, Delimiter, Encoding
from fit_toolkit.plugins.csv_reader.opening import opening
from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader, hookimpl

from .headings import SUBMITTED, meant, personal, surely, worded

NO_DAY = "1980-01-01 00:00:00"  # written as the time of submission where a survey keeps none
NOT_SUBMITTED = "responses that were not submitted"


class LimesurveyReader(Reader, frozen=True):
    """Responses exported with question codes as headings; what is no answer is known by its name.

    Headings of full or abbreviated question text are refused. Responses that were not submitted are left out. The time of
    submission is the date, unless the survey keeps none.
    """

    kind: ClassVar[str] = "limesurvey"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    sample: ClassVar[bytes] = (
        b'"id";"submitdate";"lastpage";"startlanguage";"seed";"token";"eve[1]";"eve[2]"\n'
        b'"7";"2026-01-05 17:40:12";"1";"en";"1200";"k01";"AO02";"AO01"\n'
        b'"8";"";"1";"en";"1201";"k02";"AO01";""\n'
    )

    encoding: Annotated[Encoding, Meta(description="how the text is encoded; empty: its mark, else utf-8")] = ""
    delimiter: Annotated[Delimiter, Meta(description="what separates cells; empty: as the header line has it")] = ""
    unfinished: Annotated[bool, Meta(description="take responses, too, that were not submitted")] = False

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Know a file by the columns that LimeSurvey puts before the answers."""
        return surely(opening(head, 1))

    def rows(self, path: Path) -> RawTable:
        """Read all rows; headings of question text are refused."""
        (whole,) = self.parts(path, sys.maxsize)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many rows at a time."""
        dated: bool | None = None
        for table in CsvReader(encoding=self.encoding, delimiter=self.delimiter).parts(path, rows):
            if why := worded(table.columns):
                raise DataError(
                    f"the headings are words, not codes: {why}", where=f"{path.name}:1",
                    hint="export again with Headings: Question code and Responses: Answer codes",
                )  # fmt: skip
            if dated is None:
                dated = _keeps_days(table)
            yield self._taken(table, dated=dated)

    def _taken(self, table: RawTable, *, dated: bool) -> RawTable:
        at = table.columns.index(SUBMITTED) if SUBMITTED in table.columns else -1
        kept = [place for place, row in enumerate(table.rows) if self.unfinished or at < 0 or row[at].strip()]
        rows = [list(table.rows[place]) for place in kept]
        for row in rows:
            if at >= 0 and row[at].strip() == NO_DAY:
                row[at] = ""
        out = len(table.rows) - len(kept)
        notes = table.notes
        if at < 0:
            notes += (f"without the column {SUBMITTED} responses that were not submitted cannot be told apart",)
        elif not dated:
            notes += (f"the survey keeps no time of submission ({SUBMITTED} is {NO_DAY[:10]})",)
        return replace(
            table, rows=rows, lines=[table.lines[place] for place in kept], notes=notes,
            meant=meant(table.columns, dated=dated), personal=personal(table.columns),
            left_out={NOT_SUBMITTED: out} if out else {},
        )  # fmt: skip


def _keeps_days(table: RawTable) -> bool:
    """Say whether the time of submission is one: an anonymous survey, or one without date stamps, has a day of its own."""
    if SUBMITTED not in table.columns:
        return False
    at = table.columns.index(SUBMITTED)
    return all(row[at].strip() != NO_DAY for row in table.rows)


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [LimesurveyReader]
