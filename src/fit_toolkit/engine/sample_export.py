"""A made-up export to try writers with: clients of every sort, forms with gaps, ready-made totals, strange text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fit_toolkit.engine.writing import part_of
from fit_toolkit.model.writing import Export, ExportPart

STRANGE = (
    "=1+1",
    "-2+3",
    "@SUM(A1)",
    "\ttab",
    "a\r\nb",
    'say "no"',
    "a,b;c|d",
    "\u202eabc",
    "<b>&amp;</b>",
    "'=x",
    "'",
)
PLAIN = ("went well",)
MADE_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ITEMS = ("q1", "q2", "q3")
INSTRUMENT: dict[str, Any] = {
    "format": "fit-instrument/1",
    "id": "example",
    "version": "1.0",
    "title": "Example",
    "construct": "outcome",
    "raters": ["client", "therapist"],
    "direction": "higher_is_better",
    "items": [
        *({"id": id, "label": id, "type": "number", "range": [0, 10], "step": 1.0} for id in ITEMS),
        {"id": "note", "label": "note", "type": "text", "scored": False},
    ],
    "scales": [{"id": "total", "title": "total", "items": list(ITEMS), "method": "sum", "range": [0, 30]}],
    "main_scale": "total",
    "definition_hash": "0" * 64,
}


def example_export(
    clients: int = 3, *, forms: int = 8, missing: bool = False, texts: Sequence[str] = PLAIN, raw: bool = False
) -> Export:
    """Make an export of so many clients with so many forms each, three clients to a part."""

    def parts() -> Iterator[ExportPart]:
        for first in range(0, max(clients, 1), 3):
            several = range(first, min(first + 3, clients))
            yield _part(several, forms, missing=missing, texts=texts)

    instruments = {"example": INSTRUMENT} if clients else {}
    return Export(parts, instruments, MADE_AT, texts=True, raw=raw)


def _part(clients: range, forms: int, *, missing: bool, texts: Sequence[str]) -> ExportPart:
    members, assignments, administrations, answers, scores = [list[dict[str, Any]]() for _ in range(5)]
    for client in clients:
        members.append(_member(client))
        assignments.append(
            {"episode": f"e{client:04}", "therapist": "t01", "role": "therapist", "since": "2025-01-01", "until": ""}
        )
        for form in range(forms):
            number = client * forms + form + 1
            totals = form % 4 == 3
            administrations.append(_administration(number, client, form, totals=totals))
            values = [
                None if missing or (form + place) % 5 == 4 else float((client + form + place) % 11)
                for place in range(3)
            ]
            known = [value for value in values if value is not None]
            if not totals:
                answers += [_answer(number, item, value) for item, value in zip(ITEMS, values, strict=True)]
                said = "" if missing else texts[number % len(texts)]
                answers.append({"administration": number, "item": "note", "value": float("nan"), "raw": said,
                                "missing": "" if said else "left-out"})  # fmt: skip
            scores.append(_score(number, known, entered=totals))
    return part_of(members, administrations, answers, scores, assignments=assignments)


def _member(client: int) -> dict[str, Any]:
    return {
        "client": f"p{client:04}", "episode": f"e{client:04}", "kind": "individual", "therapist": "t01",
        "joined": "2025-01-01", "left": "", "opened": "2025-01-01", "closed": "2026-01-31" if client % 2 else "", "close_reason": "",
        "sex": ("", "female", "male")[client % 3], "born": "1980-1984" if client % 3 else "", "labels": "",
    }  # fmt: skip


def _administration(number: int, client: int, form: int, *, totals: bool) -> dict[str, Any]:
    day = date(2025, 1, 7) + timedelta(days=7 * (form // 2))
    return {
        "administration": number, "client": f"p{client:04}", "episode": f"e{client:04}", "therapist": "t01",
        "instrument": "example", "version": "1.0", "definition_hash": "0" * 64,
        "rater": ("client", "therapist")[form % 2], "occasion": "start", "date": day.isoformat(),
        "session": form // 2 + 1, "session_given": None if client % 2 else form // 2 + 1, "mode": "import",
        "language": "", "rated_at": f"{day.isoformat()}T10:30:00+01:00" if form % 2 else "", "dates_assumed": False,
        "totals": totals, "state": "valid", "replaces": None,
    }  # fmt: skip


def _answer(number: int, item: str, value: float | None) -> dict[str, Any]:
    raw = "" if value is None else f"{value:g}"
    return {"administration": number, "item": item, "value": float("nan") if value is None else value, "raw": raw,
            "missing": "left-out" if value is None else ""}  # fmt: skip


def _score(number: int, known: Sequence[float], *, entered: bool) -> dict[str, Any]:
    status = "entered" if entered else "complete" if len(known) == len(ITEMS) else "unscorable"
    return {
        "administration": number, "scale": "total", "status": status, "reason": "",
        "value": float("nan") if status == "unscorable" or not known else sum(known),
        "n_answered": len(known), "n_items": len(ITEMS), "band": "",
    }  # fmt: skip
