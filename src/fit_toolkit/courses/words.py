"""The words an alert is told in: its reason with the figures filled in, and what a flag of its kind is worth.

A reason is a template written by a policy, kept as it is and filled when shown, so that it can be translated. Only
plain names and plain number formats are filled; anything else in it is left unknown.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

from fit_toolkit.language import decimals, mark, plural, say
from fit_toolkit.model.alerts import PLANNED

UNKNOWN = mark("unknown")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DECIMALS = re.compile(r"g|\.[1-9]f")  # formats that round a figure off
MOST_DECIMALS = 7
_NUMBER_FORMAT = re.compile(r"[+]?\d{0,2}(?:\.\d)?[defg%]?")

BASIS = {
    "convention": mark("a convention, not a test: ratings that vary by chance set it off too"),
    "answer": mark("a flagged answer"),
    "absence": mark("an expected rating or answer is missing"),
}
WORTH = {
    "unusual": mark("Worth asking about. It says that the rating is unusual, not why."),
    "convention": mark("Worth asking about. It says that a line was crossed, not why, nor that anything is wrong."),
    "answer": mark("Worth asking about now. It shows what was answered; it does not assess risk."),
    "absence": mark("Worth asking about. No rating is not a good rating, and not a bad one."),
}
CAUSES = {
    "new": "opened",
    "seen late": "seen late: it was over before it was noticed",
    "cleared": "over: the rating is back where it was",
    "not confirmed": "not confirmed by the ratings after it",
    "source corrected": "the rating behind it was corrected or withdrawn",
    "merged": "became one with a newer alert",
    "stands again": "stands again",
    "asks again": "asks for a person again",
    "within the plan": "answered again, not higher: within the plan",
    "answer now below its trigger": "the answer is now below its trigger; it waits for a person",
    "amended": "what it rests on was amended",
    "episode ended": "the episode has ended",
    "snooze over": "the snooze is over",
    "no longer missing": "nothing is missing any more",
    "policy removed": "the practice no longer watches this",
    "by a person": "by a person",
}


def reason_text(template: str, evidence: Mapping[str, Any], gap: float | None = None) -> str:
    """Fill a policy's reason with its evidence; what is not known says "unknown".

    `gap` is the number of days since the rating before: it is named at the end unless the template names it itself,
    it is not known, or there is none (a finding about a member).
    """
    template = say(template)  # a policy writes English; a language pack may know its reasons
    named = dict(evidence)
    if gap is not None:
        named["gap"] = gap
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:  # a stray brace: the text as its author wrote it says more than nothing
        return template
    more = _more_decimals([(name, spec) for _, name, spec, _ in parts if name], named)
    text = "".join(literal + _filled(name, spec, named, more) for literal, name, spec, _ in parts)
    if any(name == "gap" for _, name, _, _ in parts) or not _is_number(gap) or round(gap) < 1:
        return text
    return plural(
        "%(text)s, %(num)s day after the rating before", "%(text)s, %(num)s days after the rating before", round(gap), text=text
    )  # fmt: skip


def basis_text(basis: str, evidence: Mapping[str, Any]) -> str:
    """Say on what an alert rests and, where it is known, how often chance alone brings one about."""
    if basis != "unusual":
        return say(BASIS.get(basis, BASIS["convention"]))
    one_in = evidence.get("one_in")
    if not _is_number(one_in) or one_in < 1:
        return say("unusual for this client")
    return say("unusual for this client: about 1 in %(n)s ratings by chance", n=round(one_in))


def worth_text(basis: str) -> str:
    """Say what to make of an alert that rests on `basis`."""
    return say(WORTH.get(basis, WORTH["convention"]))


def cause_text(cause: str) -> str:
    """Say in plain words why an alert changed."""
    return CAUSES.get(cause, cause)


def handled_text(row: Mapping[str, Any], day: Callable[[Any], str] = str) -> str:
    """Say what a person did about an alert, from its row or an event's; "" where nobody did; `day` writes a date."""
    until, ratings = row.get("snooze_until"), row.get("snooze_ratings")
    if until:
        known = row.get("action") == PLANNED
        if known:
            return say("known, plan in place until %(day)s", day=day(until))
        return say("put off until %(day)s", day=day(until))
    if ratings:
        return plural("put off for %(num)s rating", "put off for %(num)s ratings", ratings)
    return str(row.get("action") or "")


def _more_decimals(figures: Sequence[tuple[str, str | None]], named: Mapping[str, Any]) -> int:
    """Say how many decimals more it takes until no figure reads as if it lay on another side of the rating than it does."""
    value = named.get("value")
    beside = [(named[name], spec or "g") for name, spec in figures if name != "value" and _is_number(named.get(name))]
    if not _is_number(value):
        return 0
    for more in range(MOST_DECIMALS):
        shown = float(_number(value, "g", more))
        if all(
            _side(float(_number(each, spec, more)), shown) == _side(each, value)
            for each, spec in beside
            if _DECIMALS.fullmatch(spec)
        ):
            return more
    return 0


def _side(one: float, other: float) -> int:
    return (one > other) - (one < other)


def _filled(name: str | None, spec: str | None, named: Mapping[str, Any], more: int = 0) -> str:
    if name is None:
        return ""
    value = named.get(name) if _NAME.fullmatch(name) else None
    if isinstance(value, str):
        return say(value)
    if not _is_number(value):
        return say(UNKNOWN)
    wanted = spec if spec and _NUMBER_FORMAT.fullmatch(spec) else "g"
    return decimals(_number(value, wanted, more))


def _number(value: float, wanted: str, more: int) -> str:
    """Write a number in the format wanted, with `more` decimals than that where it has any."""
    if wanted == "g":
        text = _short(float(value), 2 + more)
    elif _DECIMALS.fullmatch(wanted):
        text = f"{float(value):.{int(wanted[-2]) + more}f}"
    else:
        text = format(round(value) if wanted.endswith("d") else float(value), wanted)
    return text.replace("-", "", 1) if text.startswith("-") and not text.strip("-0.%") else text  # no "-0"


def _short(number: float, decimals: int = 2) -> str:
    """Two decimals at the most, so that a mean of nine answers reads as a number; more only where it would read as 0."""
    text = f"{number:.{decimals}f}".rstrip("0").rstrip(".")
    return text if number == 0 or float(text) else f"{number:.2g}"


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
