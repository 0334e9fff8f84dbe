"""Where the marks of one row of a figure go: every row of a block has the same axis, so that rows compare by eye."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from fit_toolkit.language import decimals
from fit_toolkit.report.labels import percent

WIDTH = 62.0  # millimetres
HEIGHT = 5.2
EDGE = 3.4


class Tick(Struct, frozen=True):
    """A value of the axis, where it is and how it is written."""

    x: float
    text: str


class Axis(Struct, frozen=True):
    """A stretch of values over the width of a row; `zero` is where nothing changed, None where that is no value."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    zero: float | None = None

    def x(self, value: float) -> float:
        """Give the place of a value, held within the row."""
        inside = min(max(value, self.low), self.high)
        return round(EDGE + (inside - self.low) / (self.high - self.low) * (WIDTH - 2 * EDGE), 2)


class Mark(Struct, frozen=True):
    """What is drawn in a row: an interval with its value, a range between two bounds, or a way from a start to an end."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    start: float | None = None
    bounds: bool = False


def shares() -> Axis:
    """The axis of shares."""
    axis = Axis(0.0, 1.0, ())
    return Axis(0.0, 1.0, tuple(Tick(axis.x(value), percent(value)) for value in (0.0, 0.5, 1.0)))


def scale_axis(low: float, high: float) -> Axis:
    """The whole range of a scale, never zoomed."""
    axis = Axis(low, high, ())
    values = (low, (low + high) / 2, high)
    return Axis(low, high, tuple(Tick(axis.x(value), decimals(f"{value:g}")) for value in values))


def round_axis(values: Iterable[float]) -> Axis:
    """An axis on both sides of 0, as wide as the values need, in round steps."""
    most = max((abs(value) for value in values), default=0.0) or 1.0
    size = 10.0 ** math.floor(math.log10(most))
    step = next(step for step in (size / 2, size, 2 * size, 2.5 * size, 5 * size, 10 * size) if most <= 2 * step)
    axis = Axis(-2 * step, 2 * step, ())
    ticks = tuple(
        Tick(axis.x(n * step), "0" if not n else decimals(f"{n * step:+g}").replace("-", "−"))
        for n in (-2, -1, 0, 1, 2)
    )
    return Axis(-2 * step, 2 * step, ticks, zero=axis.x(0.0))


def placed(axis: Axis, mark: Mark) -> Mark:
    """Give a mark in millimetres instead of values."""
    value, low, high, start = (
        None if each is None else axis.x(each) for each in (mark.value, mark.low, mark.high, mark.start)
    )
    return Mark(value, low, high, start, mark.bounds)
