"""All sessions at a glance: a cell for each, dark where the rating is poor, struck out where there is none.

The strip lies on the date axis of the charts, one line of cells per rater. It is drawn only where it says what the
lines cannot: that a session was not rated by one of the two, or how a long course went. Cells of one shade are one path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from fit_toolkit.language import say
from fit_toolkit.sheets.chart_words import LETTER
from fit_toolkit.sheets.data import Better, Panel, Point, Series

EDGES = (0.9, 0.75, 0.6, 0.4)  # shares of the way to the best rating; between them a shade (a convention)
SHADES = len(EDGES) + 1  # from the palest to the darkest
CELL = 2.3  # millimetres
WIDEST = 3.2
NARROWEST = 0.45
LINE = 3.1  # from one line of cells to the next
SHARE = 0.86  # of the room between two sessions
KEY = 4.2  # of the legend: a cell with the room around it, without its words
BEFORE_LAST = 1.5  # between the shades and the cell without a rating

Place = Callable[[date], float]


class StripLine(Struct, frozen=True, kw_only=True):
    """What is written beside one line of cells."""

    y: float
    text: str


class Key(Struct, frozen=True, kw_only=True):
    """One cell of the legend; `shade` None is a session without a rating."""

    x: float
    text: str
    shade: int | None


class Strip(Struct, frozen=True, kw_only=True):
    """The cells of all lines by shade, palest first, and those of sessions without a rating."""

    lines: tuple[StripLine, ...]
    shades: tuple[str, ...]
    without: str
    struck: str
    keys: tuple[Key, ...]
    keys_y: float
    height: float


def shade(value: float, low: float, high: float, better: Better) -> int:
    """How dark a rating is drawn: 0 near the best there is, SHADES - 1 far from it."""
    share = (value - low) / ((high - low) or 1.0)
    share = share if better == "higher" else 1 - share
    return next((place for place, edge in enumerate(EDGES) if share >= edge - 1e-9), SHADES - 1)


def strip(
    panel: Panel,
    sessions: Sequence[date],
    x: Place,
    top: float,
    *,
    long: int,
    room: float,
    write: Callable[[float], str],
) -> Strip | None:
    """Draw the strip under a panel, where it says more than the lines do; courses of over `long` sessions have one.

    Its legend may be as wide as the picture is, which has `room` millimetres.
    """
    rated = [{p.on: p for p in series.points} for series in panel.series]
    held = [day for day in sessions if day >= min(min(days, default=date.max) for days in rated)]
    if len(held) < 2 or (len(held) <= long and all(day in days for days in rated for day in held)):
        return None
    width = _width([x(day) for day in held])
    shades, without, struck = [""] * SHADES, "", ""
    lines = []
    for place, (series, days) in enumerate(zip(panel.series, rated, strict=True)):
        y = round(top + place * LINE, 2)
        for day in held:
            left = round(x(day) - width / 2, 2)
            if day in days:
                shades[shade(days[day].value, panel.minimum, panel.maximum, panel.better)] += _cell(left, y, width)
            else:
                without += _cell(left, y, width)
                struck += f"M{left} {round(y + CELL, 2)}l{width} -{CELL}"
        lines.append(_line(series, days, sessions, y + CELL / 2))
    below = round(top + len(rated) * LINE + 0.9, 2)
    return Strip(
        lines=tuple(lines), shades=tuple(shades), without=without, struck=struck,
        keys=_keys(panel, x(held[0]) - width / 2, room, write), keys_y=below, height=round(below + 2.2 - top, 2),
    )  # fmt: skip


def _width(places: Sequence[float]) -> float:
    nearest = min(b - a for a, b in pairwise(places))
    return round(min(max(SHARE * nearest, NARROWEST), WIDEST), 2)


def _cell(left: float, top: float, width: float) -> str:
    return f"M{left} {top}h{width}v{CELL}h-{width}z"


def _line(series: Series, days: dict[date, Point], sessions: Sequence[date], y: float) -> StripLine:
    counted = say(
        "%(who)s: %(n)s of %(m)s sessions", who=series.label, n=sum(d in days for d in sessions), m=len(sessions)
    )
    return StripLine(y=round(y, 2), text=counted)


def _keys(panel: Panel, left: float, room: float, write: Callable[[float], str]) -> tuple[Key, ...]:
    """The legend: from which rating on a cell has a shade, and what a struck-out cell is.

    Where it is too long it begins further left; the shades in the middle explain themselves where that is not enough.
    """
    low, span = panel.minimum, panel.maximum - panel.minimum
    up = panel.better == "higher"
    edges = [write(low + (edge if up else 1 - edge) * span) for edge in EDGES]
    words = [say("from %(n)s", n=edge) if up else say("to %(n)s", n=edge) for edge in edges]
    words.append(say("below") if up else say("above"))
    without = say("session without a rating")
    said = list(enumerate(words))
    while (long := sum(map(_room, (*(text for _, text in said), without))) + BEFORE_LAST) > room and len(said) > 2:
        del said[len(said) // 2]
    keys, at = [], max(min(left, room - long), 0.0)
    for place, text in said:
        keys.append(Key(x=round(at, 2), text=text, shade=place))
        at += _room(text)
    return (*keys, Key(x=round(at + BEFORE_LAST, 2), text=without, shade=None))


def _room(text: str) -> float:
    return KEY + LETTER * len(text)
