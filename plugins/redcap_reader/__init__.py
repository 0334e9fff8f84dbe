"""Reader `redcap`: the raw CSV export of a REDCap project: classic, with events, with repeated forms and events."""

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

from .forms import Plan, labelled_cell, labelled_header, surely

AGAIN = "export it again as 'CSV / Microsoft Excel (raw data)', through the API with rawOrLabel=raw"


class RedcapReader(Reader, frozen=True):
    """The raw export, one row for each record, event and repeat: variable names as headings, codes as answers.

    The export of labels is refused. Event, repeat, status, timestamp and checkbox columns are passed over unless a map
    takes them; where records have events or repeats, the first column is the client. Surveys that were begun and not
    finished are left out.
    """

    kind: ClassVar[str] = "redcap"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    sample: ClassVar[bytes] = (
        b"record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,evening_date,eve_1,eve_2,evening_complete\n"
        b"k01,weekly_arm_1,evening,1,2026-01-05,2,1,2\n"
        b"k01,weekly_arm_1,evening,2,2026-01-12,1,1,2\n"
    )

    encoding: Annotated[Encoding, Meta(description="how the text is encoded; empty: its mark, else utf-8")] = ""
    delimiter: Annotated[Delimiter, Meta(description="what separates cells; empty: as the header line has it")] = ""
    unfinished: Annotated[bool, Meta(description="take surveys, too, that were begun and not finished")] = False
    only_complete: Annotated[bool, Meta(description="take only forms whose status is Complete (2)")] = False

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Know a file by its `redcap_...` columns, or by variable names and forms that have a status."""
        return surely(opening(head))

    def rows(self, path: Path) -> RawTable:
        """Read all rows; an export of labels is refused."""
        (whole,) = self.parts(path, sys.maxsize)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many rows at a time."""
        plan: Plan | None = None
        for table in CsvReader(encoding=self.encoding, delimiter=self.delimiter).parts(path, rows):
            plan = plan or self._plan(table, path.name)
            yield self._taken(table, plan, path.name)

    def _plan(self, table: RawTable, name: str) -> Plan:
        """Look at the header line once."""
        if why := labelled_header(table.columns):
            raise DataError(f"this is an export of labels: {why}", where=f"{name}:1", hint=AGAIN)
        plan = Plan.of(table.columns)
        if self.only_complete and not plan.settled:
            raise DataError(
                "which answers belong to which form cannot be told, so that `only_complete` has no effect",
                where=f"{name}:1",
                hint="export one instrument at a time, or all fields in their own order",
            )
        return plan

    def _taken(self, table: RawTable, plan: Plan, name: str) -> RawTable:
        rows: list[list[str]] = []
        lines: list[int] = []
        left_out: dict[str, int] = {}
        for row, line in zip(table.rows, table.lines, strict=True):
            if why := labelled_cell(row, plan):
                raise DataError(f"this is an export of labels: {why}", where=f"{name}:{line}", hint=AGAIN)
            cells = list(row)
            reasons = plan.clear(cells, unfinished=self.unfinished, only_complete=self.only_complete)
            for reason in reasons:
                left_out[reason] = left_out.get(reason, 0) + 1
            if not reasons or plan.answered(cells):
                rows.append(cells)
                lines.append(line)
        return replace(
            table, rows=rows, lines=lines, meant=plan.meant, personal=plan.personal, left_out=left_out
        )  # fmt: skip


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [RedcapReader]
