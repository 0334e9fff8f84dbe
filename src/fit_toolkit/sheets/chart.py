"""Where things go on the page: dates and values to millimetres, as plain numbers and paths for the SVG macros.

All panels share one date axis. Marks of one kind are one path, because WeasyPrint pays for every element (a path
0.2 ms, a word 0.5 ms); nothing here knows colours or words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.language import decimals
from fit_toolkit.sheets.apart import far_from, ties
from fit_toolkit.sheets.chart_words import (
    Label,
    SayDate,
    apart,
    beside_rule,
    dates_on_axis,
    gap_words,
    leaders,
    marks_in_rows,
    mm,
    named_line,
)
from fit_toolkit.sheets.data import Band, Mark, Panel, Point
from fit_toolkit.sheets.strip import Strip, strip

LEFT = 6.0  # room for the numbers of the value axis; more where they are long
RIGHT = 36.0  # room for the last value and its name
SCALE_OFF = 1.2  # from a number of the axis to the box
FIRST_OFF = 1.7  # from the first value to its point
DIGIT = 1.34  # how wide a digit is
DENSE = 26  # more points than this are drawn as small dots
FIRST = 7.0  # room for the first value, left of its point; more where it is long

KITE = "l1.05 1.05l-1.05 1.05l-1.05 -1.05z"

Place = Callable[[date], float]
Height = Callable[[float], float]


class Gap(Struct, frozen=True, kw_only=True):
    """A stretch without ratings that is long enough to be named."""

    x: float
    y: float  # what its words stand on
    room: float
    days: int


class Frame(Struct, frozen=True, kw_only=True):
    """One box with its axis: the full range of a panel, or its enlarged part."""

    top: float
    bottom: float
    rules: str  # grid lines
    band: str = ""
    expected: str = ""
    cutoff: str = ""
    line: str = ""  # the client's
    dashed: str = ""  # everybody else's
    dots: str = ""
    rings: str = ""  # prorated
    kites: str = ""
    hot: str = ""  # a live alert rests on it
    ties: str = ""  # between both ratings of a session that lie far apart
    scale: tuple[Label, ...] = ()
    first: tuple[Label, ...] = ()
    last: tuple[Label, ...] = ()
    leaders: str = ""  # from the end of a line to its last value, where that had to make room for another
    band_y: float | None = None
    cutoff_y: float | None = None
    cutoff_name_x: float = 0.0
    cutoff_name_y: float | None = None  # where the name of the line is written: above it, or below


class Plot(Struct, frozen=True, kw_only=True):
    """A panel as drawn."""

    panel: Panel
    number: int
    height: float
    main: Frame
    inset: Frame | None
    gaps: tuple[Gap, ...]
    marks: tuple[Label, ...]
    mark_lines: str
    dense: bool
    far: float  # from how far on both ratings of a session are tied
    strip: Strip | None = None


class Chart(Struct, frozen=True, kw_only=True):
    """All panels on their shared date axis."""

    width: float
    left: float
    right: float
    plots: tuple[Plot, ...]
    dates: tuple[Label, ...]
    sessions: str  # a tick for every session
    empty: bool


def number(value: float, places: int = 2) -> str:
    """A rating as people write it: at most so many decimals, no trailing zeros."""
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else decimals(text)


def places(panel: Panel) -> int:
    """How many decimals the values of a panel are worth printing."""
    return 1 if panel.maximum - panel.minimum >= 10 else 2


def runs(points: Sequence[Point], max_gap_days: int) -> list[list[Point]]:
    """The points cut where more than `max_gap_days` passed without one, and where another course begins."""
    out: list[list[Point]] = []
    for point in points:
        if out and not point.starts and (point.on - out[-1][-1].on).days <= max_gap_days:
            out[-1].append(point)
        else:
            out.append([point])
    return out


def _path(spots: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if i else 'M'}{x:.2f} {y:.2f}" for i, (x, y) in enumerate(spots))


def _linear(low: float, high: float, at_low: float, at_high: float) -> Height:
    span = (high - low) or 1.0
    return lambda value: at_low + (min(max(value, low), high) - low) / span * (at_high - at_low)


def _band(band: Band | None, max_gap_days: int, x: Place, y: Height) -> tuple[str, float | None]:
    """The outline of a range, one closed shape per unbroken stretch, and the height of its name."""
    if band is None or not band.points:
        return "", None
    lows = {p.on: p.low for p in band.points}
    shapes = []
    for run in runs([Point(on=p.on, value=p.high, starts=p.starts) for p in band.points], max_gap_days):
        ends = [(x(p.on), p) for p in run]
        if len(run) == 1:  # a stretch of one rating still has a width
            ends = [(ends[0][0] - 1.2, run[0]), (ends[0][0] + 1.2, run[0])]
        upper = [(a, y(p.value)) for a, p in ends]
        lower = [(a, y(lows[p.on])) for a, p in reversed(ends)]
        shapes.append(_path([*upper, *lower]) + "Z")
    newest = band.points[-1]
    return "".join(shapes), mm((y(newest.low) + y(newest.high)) / 2)


def _frame(panel: Panel, x: Place, at: tuple[float, float, float], box: tuple[float, float], *, full: bool) -> Frame:
    """Draw one box; `at` is left, right and the place of the last values, `box` top and bottom."""
    (left, right, aside), (top, bottom) = at, box
    low, high = panel.minimum, panel.maximum
    if not full and panel.inset is not None:
        low, high = panel.inset.low, panel.inset.high
    y = _linear(low, high, bottom, top)
    band, band_y = _band(panel.band, panel.max_gap_days, x, y)
    expected, expected_y = _band(panel.expected, panel.max_gap_days, x, y)
    cut = panel.cutoff
    cut_y = mm(y(cut.value)) if cut is not None and low <= cut.value <= high else None
    middle = ((low + high) / 2,) if full else ()
    first, last = _printed(panel, x, y, aside)
    ends = last
    first = tuple(replace(n, y=beside_rule(n.y, top, bottom)) for n in first)
    name_y = None
    if full and cut_y is not None:
        name_y, first = named_line(cut_y, first, top, bottom)
    if panel.band is not None and band_y is not None and panel.inset is None:
        last = (*last, Label(x=aside, y=band_y, text=panel.band.label, range=True))
    if panel.expected is not None and expected_y is not None:
        last = (*last, Label(x=aside, y=expected_y, text=panel.expected.label, range=True))
    last = apart(last, top + 0.8, bottom - 0.4)
    return Frame(
        top=mm(top), bottom=mm(bottom),
        rules="".join(f"M{left} {mm(y(v))}H{right}" for v in (low, *middle, high)),
        band=band, band_y=None if full else band_y, expected=expected,
        cutoff=f"M{left} {cut_y}H{right}" if cut_y is not None else "", cutoff_y=cut_y,
        cutoff_name_x=mm(left + 0.6), cutoff_name_y=name_y,
        scale=tuple(Label(x=mm(left - SCALE_OFF), y=mm(y(v)), text=number(v)) for v in (low, *middle, high)),
        first=first if full else (),
        last=last if full else (),
        leaders=leaders(ends, last, right) if full else "",
        ties=ties(panel, x, y) if full else "",
        **_paths(panel, x, y, (low, high)),
    )  # fmt: skip


def _paths(panel: Panel, x: Place, y: Height, within: tuple[float, float]) -> dict[str, str]:
    """All lines and marks of one kind as one path each, as far as they lie within the box."""
    paths = dict.fromkeys(("line", "dashed", "dots", "rings", "kites", "hot"), "")
    for series in panel.series:
        own = series.rater == "client"
        for run in runs(series.points, panel.max_gap_days):
            for piece in _pieces(run, x, *within):
                paths["line" if own else "dashed"] += _path([(at_x, y(value)) for at_x, value in piece])
        for p in series.points:
            if within[0] <= p.value <= within[1]:
                a, b = mm(x(p.on)), mm(y(p.value))
                kind = "hot" if p.stands_out else "kites" if not own else "rings" if p.status == "prorated" else "dots"
                paths[kind] += f"M{a} {mm(b - 1.05)}{KITE}" if kind == "kites" else f"M{a} {b}h0"
    return paths


def _printed(panel: Panel, x: Place, y: Height, aside: float) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """The values that are printed: the client's first, and everybody's last at the side."""
    first, last = [], []
    decimals = places(panel)
    for series in panel.series:
        if not series.points:
            continue
        own, start, end = series.rater == "client", series.points[0], series.points[-1]
        text = number(end.value, decimals)
        text = f"{text} {series.label}" if len(panel.series) > 1 or not own else text
        last.append(Label(x=aside, y=mm(y(end.value)), text=text, strong=own, hot=end.stands_out))
        if own and len(series.points) > 1:
            first.append(Label(x=mm(x(start.on) - FIRST_OFF), y=mm(y(start.value)), text=number(start.value, decimals)))
    return tuple(first), tuple(last)


def _pieces(run: Sequence[Point], x: Place, low: float, high: float) -> list[list[tuple[float, float]]]:
    """The line through a run as far as it lies within the box: it ends at the edge where it leaves."""
    out: list[list[tuple[float, float]]] = []
    for a, b in pairwise(run):
        bounds = [(v - a.value) / (b.value - a.value) for v in (low, high)] if a.value != b.value else []
        start, end = 0.0, 1.0
        if bounds:
            start, end = max(0.0, min(bounds)), min(1.0, max(bounds))
        elif not low <= a.value <= high:
            continue
        if start >= end:
            continue
        ends = [_between(a, b, t, x) for t in (start, end)]
        if out and start == 0.0 and out[-1][-1] == ends[0]:
            out[-1].append(ends[1])
        else:
            out.append(ends)
    return out


def _between(a: Point, b: Point, share: float, x: Place) -> tuple[float, float]:
    if share in (0.0, 1.0):
        return (x(b.on), b.value) if share else (x(a.on), a.value)
    return x(a.on) + share * (x(b.on) - x(a.on)), a.value + share * (b.value - a.value)


def _gaps(panel: Panel, main: Frame, x: Place) -> tuple[Gap, ...]:
    own = next((s for s in panel.series if s.rater == "client"), None)
    if own is None:
        return ()
    cut = runs(own.points, panel.max_gap_days)
    name = (main.cutoff_name_x, main.cutoff_name_y, panel.cutoff.label if panel.cutoff is not None else "")
    found = []
    for before, after in pairwise(cut):
        left, right = x(before[-1].on), x(after[0].on)
        days = (after[0].on - before[-1].on).days
        if right - left > 10 and days > panel.max_gap_days:
            at = gap_words(left, main.bottom, main.cutoff_y, name)
            found.append(Gap(x=mm((left + right) / 2), y=at, room=mm(right - left), days=days))
    return tuple(found)


def _axis(days: Sequence[date], first: float, right: float) -> Place:
    if len(days) < 2:
        return lambda _: right - 2  # beside its value
    to_x = _linear(days[0].toordinal(), days[-1].toordinal(), first, right - 2)
    return cache(lambda day: to_x(day.toordinal()))  # a day has a place in every panel, for every rater


def _left(panels: Sequence[Panel]) -> tuple[float, float]:
    """Where the boxes begin, and where in them the first day is: numbers in the millions need their room."""
    scale = [number(v) for p in panels for v in (p.minimum, (p.minimum + p.maximum) / 2, p.maximum)]
    scale += [number(v) for p in panels if p.inset is not None for v in (p.inset.low, p.inset.high)]
    first = [number(s.points[0].value, places(p)) for p in panels for s in p.series if s.points]
    left, inside = (max((len(text) for text in texts), default=0) * DIGIT for texts in (scale, first))
    left = max(LEFT, left + SCALE_OFF)
    return mm(left), mm(left + max(FIRST, inside + FIRST_OFF))


def chart(  # noqa: PLR0913 - keyword-only measures of the page
    panels: Sequence[Panel],
    marks: Sequence[Mark] = (),
    *,
    say_date: SayDate,
    width: float = 182.0,
    height: float = 24.0,
    inset_height: float = 14.0,
    right_room: float = RIGHT,
    sessions: Sequence[date] | None = None,
) -> Chart:
    """Lay out all panels, one SVG each, so that one day is at the same place in all of them.

    With `sessions`, those that were held, the axis reaches to the newest of them, and the alliance may have a strip.
    """
    days = sorted({p.on for panel in panels for s in panel.series for p in s.points})
    held = sorted({*days, *(sessions or ())})
    days = [day for day in held if day >= days[0]] if days else []
    (left, first), right = _left(panels), width - right_room
    x = _axis(days, first, right)
    shown = [m for m in marks if days and days[0] <= m.on <= days[-1]]
    words, levels = marks_in_rows(shown, x, left, right)
    plots: list[Plot] = []
    for panel in panels:
        top = 1.4 if plots else 1.4 + 2.9 * levels
        bottom = top + height
        main = _frame(panel, x, (left, right, right + 2.5), (top, bottom), full=True)
        inset = None
        if panel.inset is not None:
            low = bottom + 4.2
            inset = _frame(panel, x, (left, right, right + 2.5), (low, low + inset_height), full=False)
            bottom = inset.bottom
        cells = None
        if sessions is not None and panel.key == "alliance" and days:
            cells = strip(panel, held, x, bottom + 2.2, long=DENSE, room=width, write=number)
        plots.append(
            Plot(
                panel=panel,
                number=len(plots) + 1,
                height=mm(bottom + 1.4 + (0.8 + cells.height if cells is not None else 0)),
                main=main,
                inset=inset,
                gaps=() if plots else _gaps(panel, main, x),
                marks=() if plots else words,
                mark_lines="".join(f"M{mm(x(m.on))} {mm(top)}V{mm(bottom)}" for m in shown),
                dense=len(days) > DENSE,
                far=far_from(panel.minimum, panel.maximum),
                strip=cells,
            )
        )
    return Chart(
        width=width,
        left=left,
        right=right,
        plots=tuple(plots),
        dates=dates_on_axis(days, x, say_date),
        sessions="".join(f"M{mm(x(d))} 0v1" for d in days),
        empty=not days,
    )
