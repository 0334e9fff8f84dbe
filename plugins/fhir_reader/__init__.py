"""Reader `fhir`: answers from FHIR R4, as QuestionnaireResponse, Bundle or .ndjson."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader, hookimpl

from .document import Found, documents
from .responses import FOREIGN, OWN, Context, is_own, rows_of, why_not

KIND = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')
OTHERS = "resources that are no answers"
MEANT = {
    "subject": "client",
    "questionnaire": "instrument",
    "authored": "date",
    "linkId": "item",
    "answer": "value",
    "response": "response_id",
}


class FhirReader(Reader, frozen=True):
    """FHIR R4 in JSON: QuestionnaireResponse, alone, in a Bundle or one a line; one answer a row.

    Responses in progress, stopped or entered in error are left out. Names and addresses of clients are never read.
    """

    kind: ClassVar[str] = "fhir"
    suffixes: ClassVar[tuple[str, ...]] = (".json", ".ndjson")
    sample: ClassVar[bytes] = (
        b'{"resourceType": "Bundle", "type": "collection", "entry": [\n'
        b' {"resource": {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire":\n'
        b'  "http://example.org/Questionnaire/week|1", "subject": {"reference": "Patient/k01"},\n'
        b'  "authored": "2026-01-05", "item": [{"linkId": "q1", "answer": [{"valueInteger": 7}]}]}},\n'
        b' {"resource": {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire":\n'
        b'  "http://example.org/Questionnaire/week|1", "subject": {"reference": "Patient/k02"},\n'
        b'  "authored": "2026-01-06", "item": [{"linkId": "q1", "answer": [{"valueDecimal": 6.5}]}]}}]}\n'
    )

    questionnaire: Annotated[str, Meta(description="take responses to this one only, with or without its version")] = ""
    client_system: Annotated[str, Meta(description="the system of the identifiers that are codes of clients")] = ""

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Every resource says what it is."""
        kinds = {hit[1] for hit in KIND.finditer(head)}
        if kinds & {b"QuestionnaireResponse", b"Bundle"}:
            return 0.97
        return 0.6 if kinds and filename_suffix in self.suffixes else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read all answers."""
        (whole,) = self.parts(path, sys.maxsize)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many answers at a time; a document is decoded as a whole, .ndjson line by line."""
        context = Context(path.name, self.client_system)
        part = _Part()
        known = None
        for found in documents(path):
            for each in found:
                if each.resource.get("resourceType") == "Patient":
                    context.learn(each)
            for each in found:
                why = self._why_not(each, context, alone=len(found) == 1 and not each.place)
                if why:
                    part.left_out[why] += 1
                    continue
                known = is_own(each.resource) if known is None else known
                answers = rows_of(each, context, OWN if known else FOREIGN)
                if not answers:
                    part.left_out["responses without an answer"] += 1
                while answers:
                    room = rows - len(part.rows)
                    part.rows += answers[:room]
                    part.lines += [each.line] * len(answers[:room])
                    answers = answers[room:]
                    if len(part.rows) >= rows:
                        yield part.table(own=bool(known))
                        part = _Part()
        yield part.table(own=bool(known), notes=_notes(context))

    def _why_not(self, found: Found, context: Context, *, alone: bool) -> str:
        where = f"{context.file}:{found.line}"
        kind = found.resource.get("resourceType")
        if kind == "Questionnaire" and alone:
            raise DataError("this is a Questionnaire, no answers", where=where, hint="fit instruments import FILE")
        if not isinstance(kind, str):
            raise DataError("this is no FHIR resource", where=where, hint="QuestionnaireResponse, Bundle or .ndjson")
        if kind != "QuestionnaireResponse":
            return OTHERS
        asked = found.resource.get("questionnaire")
        wanted = self.questionnaire
        if wanted and (not isinstance(asked, (str, dict)) or not asked):
            return "responses that name no questionnaire"
        if wanted and isinstance(asked, str) and wanted not in {asked, asked.partition("|")[0]}:
            return "responses to other questionnaires"
        return why_not(found.resource, f"{where} {found.place}".strip())


class _Part:
    """Rows gathered for one piece of the table."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.left_out: Counter[str] = Counter()

    def table(self, *, own: bool, notes: tuple[str, ...] = ()) -> RawTable:
        columns = OWN if own else FOREIGN
        meant = {name: MEANT.get(name, "") if name in FOREIGN else name for name in columns}
        return RawTable(
            columns=columns, rows=self.rows, lines=self.lines, notes=notes, meant=meant, left_out=dict(self.left_out)
        )


def _notes(context: Context) -> tuple[str, ...]:
    said = []
    if context.absent:
        said.append(f"{context.absent} answers are absent for a reason that FHIR has a word for; taken as left out")
    if context.unread:
        said.append(f"{context.unread} answers are attachments or references and were not read")
    return tuple(said)


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [FhirReader]
