"""Reads what somebody ticked off: action words, and lists of alerts with what was done about each."""

from __future__ import annotations

import re
from typing import NamedTuple

from fit_toolkit.errors import DataError
from fit_toolkit.model.alerts import ACTIONS
from fit_toolkit.model.codes import goes_with

_LINE = re.compile(r"#?(?P<id>\d{1,18})(?:-?(?P<letter>[A-Za-z]))?[\s:;,.)]+(?P<rest>.*)", re.ASCII)
_APART = re.compile(r"(?P<letter>[A-Za-z])[\s:;,.)]+(?P<rest>\S.*)", re.ASCII)  # the letter of a code after a blank
_LOOKALIKE = re.compile(r"#?(?=[\dOoIl|]*\d)(?=\d*[OoIl|])[\dOoIl|]+-?[A-Za-z]?[\s:;,.)]+.*", re.ASCII)
_COMMENT = re.compile(r"\s*#(?!\d)")  # "#12" is an alert
_SEPARATOR = " \t:;,-\N{EN DASH}\N{EM DASH}"
_SPELT = {
    action: re.compile(r"[\s_-]+".join(action.split()) + r"(?!\w)", re.IGNORECASE)
    for action in sorted(ACTIONS, key=len, reverse=True)
}
LIST_OF_ACTIONS = ", ".join(f"{number} {action}" for number, action in enumerate(ACTIONS, start=1))


class Tick(NamedTuple):
    """One alert and what was done about it; `place` says where this was read."""

    alert: int
    action: str
    note: str = ""
    place: str = ""


def action_of(word: str) -> str:
    """Read an action: its words, a beginning that fits only one, or its number from 1 to 7."""
    typed = _plain(word)
    if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= len(ACTIONS):
        return ACTIONS[int(typed) - 1]
    fits = [action for action in ACTIONS if typed and action.startswith(typed)]
    if typed in fits:
        return typed
    if len(fits) != 1:
        problem = f"fits several actions: {', '.join(fits)}" if fits else "is no action"
        raise DataError(f"this {problem}", hint=f"one of {LIST_OF_ACTIONS}")
    return fits[0]


class Ticked(NamedTuple):
    """A list as read: what can be read of it, and a line for everything that cannot."""

    ticks: list[Tick]
    findings: list[str]


def read_ticks(text: str, name: str = "line") -> Ticked:
    """Read a list to tick off: lines of "ID ACTION [NOTE]", ID a number or a code as sheets print it; empty lines and those that begin with # are left out."""
    read = Ticked([], [])
    first: dict[int, int] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or _COMMENT.match(line):
            continue
        place = f"{name}:{number}: "
        try:
            tick = _tick(line.strip(), place)
        except DataError as error:
            read.findings.append(f"{place}{error}")
            continue
        if tick.alert in first:
            read.findings.append(f"{place}alert {tick.alert} is on line {first[tick.alert]} already")
            continue
        first[tick.alert] = number
        read.ticks.append(tick)
    if not read.ticks and not read.findings:
        raise DataError("there is no alert on the list", hint="lines of: ID ACTION [NOTE]")
    return read


def _tick(line: str, place: str) -> Tick:
    found = _LINE.fullmatch(line)
    if found is None and _LOOKALIKE.fullmatch(line):
        raise DataError("the number has a letter in it", hint="0 and 1 are digits; no code has the letters O, I or l")
    if found is None:
        raise DataError("a line is: ID ACTION [NOTE]")
    alert, rest = int(found["id"]), found["rest"].strip()
    if not found["letter"]:
        rest = _with_its_letter(alert, rest)
    if found["letter"] and not goes_with(found["letter"], alert):
        raise DataError(
            f"the letter of code {alert}{found['letter'].upper()} does not go with its number", hint="read it again"
        )
    for action, spelt in _SPELT.items():
        if whole := spelt.match(rest):
            return Tick(alert, action, rest[whole.end() :].strip(_SEPARATOR), place)
    word, *note = re.split(r"[\s:;,]+", rest, maxsplit=1)
    return Tick(alert, action_of(word), "".join(note).strip(_SEPARATOR), place)


def _with_its_letter(alert: int, rest: str) -> str:
    """What follows a code whose letter stands apart; refused where that letter may as well be the beginning of an action."""
    apart = _APART.fullmatch(rest)
    if apart is None or not goes_with(apart["letter"], alert) or not _is_action(apart["rest"].split()[0]):
        return rest
    if any(action.startswith(apart["letter"].lower()) for action in ACTIONS):
        code = f"{alert}{apart['letter'].upper()}"
        raise DataError(
            "this letter may be of the code or an action", hint=f"write {code} without a blank, or the action in full"
        )
    return apart["rest"]


def _is_action(word: str) -> bool:
    typed = _plain(word)
    return typed in {str(number) for number in range(1, len(ACTIONS) + 1)} or any(
        len(typed) > 1 and action.startswith(typed) for action in ACTIONS
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\s_:;,-]+", " ", text.casefold()).split())
