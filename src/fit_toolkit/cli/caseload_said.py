"""How `fit caseload` reads on a screen: reasons are wrapped to its width, never cut; a script gets one line for a client."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from fit_toolkit.cli.output import as_table, visible

if TYPE_CHECKING:
    from fit_toolkit.caseload.build import Caseload
    from fit_toolkit.caseload.supervision import Case, Supervision

SHOWN = ("need", "client", "therapist", "days", "unseen", "next", "why")
LEAST = 30  # letters to a line of reasons; on a narrower screen they stand under the client
WIDE = 100  # of the list for supervision, where there is no screen
UNDER = 4
INDENT = 11


def screen() -> int | None:
    """Give the width of the screen; None where the list goes into a file or another program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def list_text(caseload: Caseload, width: int | None) -> str:
    """Write the list as a table, why last; "" where nobody is in it."""
    rows = [
        {
            "need": line.words, "client": line.client, "therapist": line.therapist, "days": line.days_since_rating,
            "unseen": line.unseen or "", "next": line.next_appointment, "why": "; ".join((line.why, *line.also)),
        }
        for line in caseload.lines
    ]  # fmt: skip
    if not rows:
        return ""
    if width is None:
        return as_table(rows, SHOWN)
    beside = as_table(rows, SHOWN[:-1]).splitlines()
    room = width - len(beside[1]) - 2
    if room >= LEAST:
        return as_table([part for row in rows for part in _wrapped(row, room)], SHOWN)
    return "".join(f"{line}\n" for line in _under(beside, [str(row["why"]) for row in rows], width))


def _under(lines: Sequence[str], why: Sequence[str], width: int) -> Iterator[str]:
    yield from lines[:2]
    for line, reasons in zip(lines[2:], why, strict=True):
        yield line
        yield from (
            " " * UNDER + part for part in wrap(visible(reasons), max(width - UNDER, LEAST), break_on_hyphens=False)
        )


def _wrapped(row: dict[str, Any], room: int) -> Iterator[dict[str, Any]]:
    first, *more = wrap(visible(row["why"]), room, break_on_hyphens=False) or [""]
    yield {**row, "why": first}
    for line in more:
        yield {"why": line}


def cases_text(supervision: Supervision, width: int | None) -> str:
    """Write the list for supervision as a paragraph for each client; "" where nobody is in it."""
    return "\n".join("".join(f"{line}\n" for line in _case(case, width or WIDE)) for case in supervision.cases)


def _case(case: Case, width: int) -> Iterator[str]:
    days = "nothing rated yet" if case.days_since_rating is None else f"days since rating: {case.days_since_rating}"
    yield "  ".join(visible(each) for each in (case.client, case.therapist, days) if each)
    tried = [f"{each.on} {each.by}: {each.what}" + (f" ({each.note})" if each.note else "") for each in case.tried]
    if case.tried_in_all > len(tried):
        tried.append(f"and {case.tried_in_all - len(tried)} before that")
    stands = [f"{each.state}, since {each.since}: {each.text}" for each in case.alerts]
    for head, texts in (("why", case.why), ("stands", stands), ("tried", tried or ["nothing is noted yet"])):
        for at, text in enumerate(texts):
            lines = wrap(visible(text), max(width - INDENT, LEAST), break_on_hyphens=False)
            yield f"  {'' if at else head:<{INDENT - UNDER}}- {lines[0]}"
            yield from (" " * INDENT + line for line in lines[1:])
