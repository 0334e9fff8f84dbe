"""Where the words and numbers of a chart are written, so that none covers another and no line strikes one through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.sheets.data import Mark

LETTER = 1.25  # about the width of a small letter
TICK_ROOM = 19.0  # least distance between two printed dates
HALF_LETTER = 0.85  # from the middle of a small word down to the line it stands on
WORD_ROOM = 2.5  # least distance between two small words
OFF_LINE = 1.3  # from a line to the middle of a small word that it does not strike through
NAME_OFF = 1.55  # from a line to the middle of its name
HEADROOM = 1.6  # a line that is closer to the top of its box has its name below it: above stands the heading
LABEL_ROOM = 3.5  # least distance between two printed values
FOOT = 1.2  # from the foot of a box up to the words of a gap
CAPITAL = 1.8  # how high a small word stands
LED = 0.8  # a last value printed further off than this is joined to its line

Place = Callable[[date], float]


class SayDate(Protocol):
    """Writes a date in few letters, with its year where it changes."""

    def __call__(self, day: date, /, *, year: bool) -> str:
        """Give the words for a day."""
        ...


class Label(Struct, frozen=True, kw_only=True):
    """A word or number at a place."""

    x: float
    y: float
    text: str
    strong: bool = False
    hot: bool = False
    range: bool = False  # names a range, whose numbers stand in the table


def mm(value: float) -> float:
    """Millimetres as they are written: to a hundredth."""
    return round(value, 2)


def apart(labels: Sequence[Label], top: float, bottom: float) -> tuple[Label, ...]:
    """Move printed values so that none covers another, within the box as far as it goes."""
    placed: list[Label] = []
    for label in sorted(labels, key=lambda n: n.y):
        y = max(label.y, placed[-1].y + LABEL_ROOM if placed else top)
        placed.append(replace(label, y=mm(y)))
    room = min(LABEL_ROOM, (bottom - top) / max(len(placed) - 1, 1))
    for at in reversed(range(len(placed))):  # those that went too far push the ones above them back up
        lowest = bottom if at == len(placed) - 1 else placed[at + 1].y - room
        placed[at] = replace(placed[at], y=mm(min(placed[at].y, lowest)))
    return tuple(placed)


def leaders(ends: Sequence[Label], placed: Sequence[Label], right: float) -> str:
    """Thin lines from where the lines end to those last values that are printed at another height."""
    where = {label.text: label.y for label in placed}
    moved = [(end, where[end.text]) for end in ends if abs(where[end.text] - end.y) > LED]
    return "".join(f"M{mm(right - 0.5)} {end.y}L{mm(end.x - 0.5)} {y}" for end, y in moved)


def named_line(line: float, first: tuple[Label, ...], top: float, bottom: float) -> tuple[float, tuple[Label, ...]]:
    """Where a line's name is written, and the first value, so that neither covers the other and no line the value."""
    above, below = line - NAME_OFF, line + NAME_OFF
    if line - top < HEADROOM:
        lowest = below + WORD_ROOM
        return mm(below + HALF_LETTER), tuple(replace(n, y=mm(lowest)) if n.y < lowest else n for n in first)
    near = next((n.y for n in first if abs(n.y - above) < WORD_ROOM), None)
    if near is None:
        return mm(above + HALF_LETTER), first
    if near > line:  # the value lies below the line
        return mm(above + HALF_LETTER), tuple(replace(n, y=mm(max(n.y, line + OFF_LINE))) for n in first)
    if below + HALF_LETTER < bottom:
        return mm(below + HALF_LETTER), tuple(replace(n, y=mm(min(n.y, line - OFF_LINE))) for n in first)
    return mm(above + HALF_LETTER), tuple(replace(n, y=mm(above - WORD_ROOM)) for n in first)


def gap_words(left: float, bottom: float, line: float | None, name: tuple[float, float | None, str]) -> float:
    """What the words of a gap that begins at `left` stand on: at the foot of the box, clear of its line and the line's name.

    `name` is where the name of the line begins, what it stands on, and its words.
    """
    at = bottom - FOOT
    if line is not None and at - CAPITAL - 0.3 < line < at + 0.6:  # it would strike them through
        at = line - NAME_OFF + HALF_LETTER
    begins, stands, text = name
    if stands is not None and abs(at - stands) < WORD_ROOM and left < begins + LETTER * (len(text) + 1):
        # a name above the line has room above itself; below it the name has none below, but above the line there is
        at = stands - WORD_ROOM if line is None or stands < line else line - NAME_OFF + HALF_LETTER
    return mm(at)


def beside_rule(y: float, top: float, bottom: float) -> float:
    """Move a printed value off a grid line, so that no line strikes it through."""
    for rule in (top, (top + bottom) / 2, bottom):
        if abs(y - rule) < 1.3:
            return mm(rule + 1.5 if rule == top else rule - 1.5)
    return y


def marks_in_rows(marks: Sequence[Mark], x: Place, left: float, right: float) -> tuple[tuple[Label, ...], int]:
    """Names of marks above the first panel, on as many lines as it takes for none to cover another."""
    ends: list[float] = []
    placed: list[tuple[int, float, str]] = []
    for mark in marks:
        half = len(mark.text) * LETTER / 2
        at = min(max(x(mark.on), left + half), right - half)
        level = next((i for i, end in enumerate(ends) if at - half > end + 1.5), len(ends))
        ends[level : level + 1] = [at + half]
        placed.append((level, at, mark.text))
    words = tuple(Label(x=mm(at), y=mm(2.4 + 2.9 * (len(ends) - 1 - lv)), text=text) for lv, at, text in placed)
    return words, len(ends)


def dates_on_axis(days: Sequence[date], x: Place, say: SayDate) -> tuple[Label, ...]:
    """Session dates to print: the first and the last, and those between that have room; the year where it changes."""
    if not days:
        return ()
    keep = [days[0]]
    for day in days[1:-1]:
        if x(day) - x(keep[-1]) >= TICK_ROOM and x(days[-1]) - x(day) >= TICK_ROOM:
            keep.append(day)
    if len(days) > 1:
        keep.append(days[-1])
    years = [None, *[d.year for d in keep]]
    return tuple(Label(x=mm(x(d)), y=0.0, text=say(d, year=d.year != y)) for d, y in zip(keep, years, strict=False))
