"""What the pages of the caseload are given: plain values, in the words of the language spoken now."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fit_toolkit.caseload.build import Caseload
from fit_toolkit.caseload.needs import AGAIN_DAYS, OPEN_DAYS, REPLY_DAYS, WORDS, Need
from fit_toolkit.caseload.supervision import Supervision
from fit_toolkit.caseload.table import Wanted
from fit_toolkit.language import say

NEEDS = {need.id: need for need in Need}
MARKS = {
    Need.SAFETY_NEW: "hot", Need.ATTENTION_NEW: "hot", Need.SAFETY_SEEN: "hot seen", Need.ATTENTION_SEEN: "hot seen",
    Need.CALM: "soft", Need.PAUSED: "soft", Need.ENDED: "soft",
}  # fmt: skip
MOST_LINES, MOST_CASES = 2000, 500  # of one page; the table, CSV and JSON have them all
HOT = (Need.SAFETY_NEW, Need.ATTENTION_NEW)


def list_page(caseload: Caseload) -> dict[str, Any]:
    """Give the list as rows of the page."""
    lines: list[dict[str, Any]] = []
    before = ""
    for line in caseload.lines[:MOST_LINES]:
        lines.append(
            {
                "words": line.words, "mark": MARKS.get(NEEDS[line.need], ""), "begins": line.need != before, "client": line.client,
                "together": "" if line.kind == "individual" else line.episode, "therapist": line.therapist,
                "why": line.why, "also": line.also, "days": line.days_since_rating, "unseen": line.unseen,
                "next": line.next_appointment,
                "ahead": None if line.next_appointment is None else (line.next_appointment - caseload.on).days,
            }
        )  # fmt: skip
        before = line.need
    counts = Counter(NEEDS[line.need] for line in caseload.lines)
    said = [(say(WORDS[need]), counts[need], need in HOT) for need in Need if counts[need]]
    return {
        "on": caseload.on,
        "lines": lines,
        "all": len({line.client for line in caseload.lines}),  # who is in two episodes has two lines
        "left_out": len(caseload.lines) - len(lines),
        "counts": said,
        "unseen": sum(line.unseen for line in caseload.lines),
    }


def supervision_page(supervision: Supervision) -> dict[str, Any]:
    """Give the cases of the page for supervision."""
    cases = [
        {
            "client": case.client, "therapist": case.therapist, "why": case.why, "days": case.days_since_rating,
            "alerts": [
                {"state": say(each.state), "since": each.since, "text": each.text,
                 "mark": "hot" if each.state == "new" else "hot seen"} for each in case.alerts
            ],
            "tried": [{"on": each.on, "by": each.by, "what": each.what, "note": each.note} for each in case.tried],
            "more": case.tried_in_all if case.tried_in_all > len(case.tried) else 0,
        }
        for case in supervision.cases[:MOST_CASES]
    ]  # fmt: skip
    return {
        "on": supervision.on,
        "cases": cases,
        "all": len({case.client for case in supervision.cases}),
        "left_out": len(supervision.cases) - len(cases),
        "looked_at": supervision.looked_at,
        "rule": rule(),
    }


def rule() -> str:
    """Say how somebody comes into the list for supervision."""
    return say(
        "In this list: a flagged answer nobody has noted anything about for a day; an alert that has stood for more than "
        "%(open)s days; something that came up on two days of rating within %(again)s days and stands; a message sent "
        "%(reply)s days ago without a reply. These are conventions.",
        open=OPEN_DAYS, again=AGAIN_DAYS, reply=REPLY_DAYS,
    )  # fmt: skip


def scope_of(wanted: Wanted) -> list[str]:
    """Say whose list it is, where it is not everybody's."""
    said = [say("therapist: %(code)s", code=wanted.therapist)] if wanted.therapist else []
    said += [say("supervisor: %(code)s", code=wanted.supervisor)] if wanted.supervisor else []
    return [*said, *wanted.labels]
