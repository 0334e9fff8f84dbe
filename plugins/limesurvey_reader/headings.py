"""The columns that LimeSurvey puts before and beside the answers, and the headings that are no codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

SUBMITTED = "submitdate"
FIRST = frozenset({"id", SUBMITTED, "lastpage", "startlanguage", "seed", "startdate", "datestamp"})
TELLING = frozenset({SUBMITTED, "lastpage", "startlanguage"})
WORDS = (
    frozenset({"Response ID", "Date submitted", "Last page", "Start language"}),
    frozenset({"Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache"}),
)
# A token opens the survey and leads to a name and an e-mail in the list of participants.
PEOPLE = frozenset({"token", "ipaddr", "refurl", "firstname", "lastname", "email"})
_TIMING = re.compile(r"interviewtime|(?:group|question)Time[0-9]+")
_ATTRIBUTE = re.compile(r"attribute_[0-9]+")
_BOTH = re.compile(r"(?:id|submitdate|lastpage|startlanguage)\. .+")


def surely(records: Sequence[Sequence[str]]) -> float:
    """Say how sure it is that a file with this header line comes from LimeSurvey."""
    header = {*records[0]} if records else set()
    if len(TELLING & header) > 1 or worded([*header]):
        return 0.99
    return 0.95 if {"id", SUBMITTED} <= header else 0.0


def worded(header: Sequence[str]) -> str:
    """Say by what a header line is known to hold question texts, or nothing."""
    for words in WORDS:
        if len(found := words & {*header}) > 1:
            return "columns are called " + " and ".join(f"'{name}'" for name in sorted(found))
    both = sorted(name for name in header if _BOTH.fullmatch(name))
    return f"a column is called '{both[0]}'" if len(both) > 1 else ""


def meant(columns: Sequence[str], *, dated: bool) -> dict[str, str]:
    """What LimeSurvey itself settles: when a response was submitted; its other columns are passed over."""
    passed = {name: "" for name in columns if name in FIRST or _TIMING.fullmatch(name)}
    taken = dated and "date" not in columns
    return passed | ({SUBMITTED: "date"} if taken else {})


def personal(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that tell who somebody is, or lead there."""
    return tuple(name for name in columns if name in PEOPLE or _ATTRIBUTE.fullmatch(name))
