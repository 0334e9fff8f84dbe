"""The CSV of Qualtrics: three rows of names, columns of its own, and rows of previews among the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from .shared import Form, FormReader

PERSONAL: Final = (
    "IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "LocationLatitude", "LocationLongitude",
)  # fmt: skip
TECHNICAL: Final = (
    "StartDate", "EndDate", "RecordedDate", "Status", "Progress", "Duration (in seconds)", "Finished", "ResponseId",
    "DistributionChannel", "UserLanguage",
)  # fmt: skip
DAYS: Final = ("EndDate", "RecordedDate", "StartDate")  # the first that is there is the day of the answers
PREVIEW, TEST, SPAM, MADE_UP = 1, 2, 8, 256  # of `Status`, where it is a number: a sum of these and others
SPAM_TAKEN: Final = "responses that Qualtrics takes for spam are among those taken; a shared tablet can be the reason"
SPELT: Final = (("EndDate", "End Date"), ("StartDate", "Start Date"), ("ResponseId", "Response ID"))
UNFINISHED: Final = "unfinished"
_NOT_ASKED: Final = re.compile(r"Q_[A-Z]\w*|.+_DO(_.+)?|.+_(First Click|Last Click|Page Submit|Click Count)")


class QualtricsForm(Form):
    """What the columns of a Qualtrics export settle."""

    def __init__(self, columns: Sequence[str], first: Sequence[Sequence[str]], *, keep_unfinished: bool) -> None:
        super().__init__(columns)
        self._keep, self._names = keep_unfinished, self._rows_of_names(first)
        technical = {column for column in columns if column in TECHNICAL or _NOT_ASKED.fullmatch(column)}
        self.meant = dict.fromkeys((column for column in columns if column in technical), "")
        day = next((column for column in DAYS if column in columns), "")
        if day:
            self.meant[day] = "date"
        if (
            "ExternalReference" in columns
        ):  # of the list of contacts; where the form asks for the code, that is the code
            self.meant["ExternalReference"] = "" if "client" in columns else "client"
        self.personal = tuple(column for column in PERSONAL if column in columns)

    def reason(self, row: Sequence[str]) -> str | None:
        """Leave out previews, tests, answers a machine made up, and what was not finished."""
        if self._names:
            self._names -= 1
            return None
        status = self.cell(row, "Status").casefold()
        bits = int(status) if status.isdecimal() and status.isascii() else 0
        if bits & PREVIEW or "preview" in status:
            return "previews"
        if bits & TEST or "test" in status:
            return "test responses"
        if bits & MADE_UP or "synthetic" in status:
            return "responses made up by a machine"
        if (bits & SPAM or "spam" in status) and SPAM_TAKEN not in self.notes:
            self.notes.append(SPAM_TAKEN)
        return UNFINISHED if not self._keep and not self._finished(row) else ""

    def _rows_of_names(self, first: Sequence[Sequence[str]]) -> int:
        """Count the rows that are names still: the texts of the questions, and what each column is imported as."""
        for at, row in enumerate(first):
            told = [_import_id(cell) for cell in row if cell]
            if told and all(told):
                zones = (str(each["timeZone"]) for each in told if each.get("timeZone"))
                self.notes += [f"timezone: {'UTC' if zone == 'Z' else zone}" for zone in zones][:1]
                return at + 1
        return int(bool(first) and any(self.cell(first[0], column) == text for column, text in SPELT))

    def _finished(self, row: Sequence[str]) -> bool:
        said, progress = self.cell(row, "Finished").casefold(), self.cell(row, "Progress")
        if said in {"0", "1", "false", "true"}:
            return said in {"1", "true"}
        return progress in {"", "100"}


class QualtricsReader(FormReader, frozen=True):
    """CSV or TSV from Qualtrics; its extra rows of names go, and previews, tests and unfinished responses are left out."""

    kind: ClassVar[str] = "qualtrics"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    sample: ClassVar[bytes] = (
        b"StartDate,EndDate,Status,Progress,Finished,ResponseId,client,Q1\r\n"
        b'Start Date,End Date,Response Type,Progress,Finished,Response ID,client,"How are you?\n(one answer)"\r\n'
        b'"{""ImportId"":""startDate"",""timeZone"":""Europe/Berlin""}","{""ImportId"":""endDate"",""timeZone"":'
        b'""Europe/Berlin""}","{""ImportId"":""status""}","{""ImportId"":""progress""}","{""ImportId"":""finished""}",'
        b'"{""ImportId"":""_recordId""}","{""ImportId"":""client""}","{""ImportId"":""QID1""}"\r\n'
        b"2026-01-05 10:00:00,2026-01-05 10:04:09,0,100,1,R_1,k01,7\r\n"
        b"2026-01-06 10:00:00,2026-01-06 10:03:11,1,100,1,R_2,k02,8\r\n"
    )

    keep_unfinished: Annotated[bool, Meta(description="take responses that were not finished, too")] = False

    def is_ours(self, columns: Sequence[str], first: Sequence[str]) -> bool:
        """Qualtrics names its own columns the same in every language."""
        return {"StartDate", "EndDate", "ResponseId"} <= set(columns) and bool({"Status", "Finished"} & set(columns))

    def form(self, columns: Sequence[str], first: Sequence[Sequence[str]]) -> Form:
        """Give what the columns settle."""
        return QualtricsForm(columns, first, keep_unfinished=self.keep_unfinished)


def _import_id(cell: str) -> dict[str, object]:
    """Read what a column is imported as, such as {"ImportId": "QID1"}; nothing where the cell says something else."""
    if not cell.startswith("{"):
        return {}
    try:
        said = json.loads(cell)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and "ImportId" in said else {}
