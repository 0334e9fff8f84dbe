"""`fit analyze courses FILE`: the shape of every course, its V-shaped stretches, and ratings beyond control limits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.analyzing import (
    CELLS,
    as_lines,
    file_argument,
    hand_over,
    refuse_problems,
    result_options,
    table_of,
)
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import as_json, count
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis import Shapes
    from fit_toolkit.course import Course

COLUMNS: Final = ("n", "shape", "start", "end", "v_1sd", "v_2sd", "deepest", "longest", "beyond_limits", "eroded")


@click.command("courses", epilog=CELLS)
@file_argument
@click.option("--id", "ids", multiple=True, required=True, metavar="COL", help="Whose rating it is; may be repeated.")
@click.option("--time", required=True, metavar="COL", help="Dates (2026-09-01), or numbers of the session.")
@click.option("--value", required=True, metavar="COL", help="The ratings.")
@click.option("--range", "ends", required=True, metavar="MIN,MAX", help="The ends of the scale.")
@click.option(
    "--better", type=click.Choice(("higher", "lower")), default="higher", show_default=True, help="Which way is better."
)
@click.option("--step", type=float, metavar="POINTS", help="What counts as a change. Default: 15 % of the range.")
@click.option(
    "--line", type=float, metavar="POINTS", help="From here on a course begins high. Default: 3/4 of the range."
)
@click.option(
    "--gap",
    type=click.IntRange(1),
    metavar="N",
    help="Days (or sessions) without a rating that break a course. Default: 42 days; none where sessions are numbered.",
)
@click.option("--between", type=float, metavar="SD", help="SD between clients. Default: of the means in the file.")
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App, file: Path, ids: tuple[str, ...], time: str, value: str, ends: str, better: str, step: float | None,
    line: float | None, gap: int | None, between: float | None, fmt: str, output: Path | None,
) -> int:  # fmt: skip
    """Describe every course of a file, looking back: one row per rating in, one row per client out.

    Out: id, n, shape (too-few, gap, volatile, ceiling-flat, low-improving, high-improving, low-falling, high-falling, V, U,
    steady), start and end (means of the outer thirds), v_1sd and v_2sd (V-shaped stretches that were repaired), deepest and
    longest of those at 1 SD, beyond_limits (ratings worse than the control limit of the whole course), eroded (1: slow erosion
    reached its limit at some time). Nothing is forecast, and nothing of it is a live alert.
    """
    from fit_toolkit.analysis.columns import id_cells, read_numbers
    from fit_toolkit.analysis.rows import read_rows
    from fit_toolkit.analysis.shapes import ShapeRule, course_shapes
    from fit_toolkit.course import ScaleView

    low, high = _ends(ends)
    if (step is not None and not 0 < step < math.inf) or (between is not None and not 0 <= between < math.inf):
        raise UsageError("--step has to be more than 0, --between 0 or more")
    if step is not None and step > high - low:
        raise UsageError(f"--step is longer than the scale, {low:g} to {high:g}: nothing could ever count as a change")
    if line is not None and not low <= line <= high:
        raise UsageError(f"--line lies outside the scale, {low:g} to {high:g}", hint="it is in the points of --range")
    table = table_of(file)
    id_cells(table, ids, COLUMNS)
    rows, numbers = read_rows(table, tuple(dict.fromkeys(ids)), time), read_numbers(table, [value], low=low, high=high)
    refuse_problems(app, table, sorted((*rows.problems, *numbers.problems), key=lambda each: each.row))
    scale = ScaleView(instrument="file", scale=value, higher_is_better=better == "higher", low=low, high=high)
    course = rows.course(numbers.values[:, 0], scale, longest_gap=gap)
    shapes = course_shapes(course, ShapeRule(line=line, step=step))
    found = _columns(course, shapes, between)
    hand_over(_text(found, rows.keys, fmt), output)
    named = {name: int((shapes.name == name).sum()) for name in sorted(set(shapes.name.tolist()))}
    shown = ", ".join(f"{n} {name}" for name, n in named.items())
    app.say(f"{count(len(shapes.n), 'client')}, {count(len(course), 'rating')}{': ' if shown else ''}{shown}")
    app.say(
        "Of simulated steady courses of 12 sessions 79 % have a V-shaped stretch at 1 SD, and 16 % at 2 SD, by chance."
    )
    app.say("Described afterwards, from the whole course: for research, no forecast and never an alert.")
    return 0


def _ends(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low, high = math.nan, math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError("--range has to be two numbers, the lower first", hint="--range 0,40")
    return low, high


def _columns(course: Course, shapes: Shapes, between: float | None) -> dict[str, list[Any]]:
    """Give the columns of the result, one entry per client."""
    import numpy as np

    from fit_toolkit.analysis.control_chart import control_limits_afterwards
    from fit_toolkit.analysis.erosion import LIMIT, slow_erosion
    from fit_toolkit.analysis.per_course import reduced
    from fit_toolkit.analysis.v_shape import NOT_REPAIRED, v_shapes

    once, twice = (v_shapes(course, sds=sds, between=between) for sds in (1.0, 2.0))
    whole = once.pattern != NOT_REPAIRED
    deepest, longest = np.full(len(shapes.n), np.nan), np.zeros(len(shapes.n), np.int64)
    np.fmax.at(deepest, once.course[whole], once.depth[whole])
    np.maximum.at(longest, once.course[whole], once.length[whole])
    limits = control_limits_afterwards(course)
    edge = limits.low if course.scale.higher_is_better else limits.high
    beyond = reduced(np.add, (course.worsening(since=edge) > 0).astype(np.int64), course)
    erosion = slow_erosion(course, norms=None)
    eroded = reduced(np.maximum, (erosion.sum >= LIMIT).astype(np.int64), course)
    judged = reduced(np.maximum, (~np.isnan(erosion.away)).astype(np.int64), course)
    charted = reduced(np.maximum, (~np.isnan(edge)).astype(np.int64), course)
    return {
        "n": shapes.n.tolist(),
        "shape": shapes.name.tolist(),
        "start": shapes.start.tolist(),
        "end": shapes.end.tolist(),
        "v_1sd": _known(once.per_course, once.theta > 0),
        "v_2sd": _known(twice.per_course, twice.theta > 0),
        "deepest": deepest.tolist(),
        "longest": _known(longest, longest > 0),
        "beyond_limits": _known(beyond, charted > 0),
        "eroded": _known(eroded, judged > 0),
    }


def _known(values: Any, known: Any) -> list[int | None]:
    """Give what can be said, None where nothing can."""
    return [each if fine else None for each, fine in zip(values.tolist(), known.tolist(), strict=True)]


def _text(found: dict[str, list[Any]], keys: Any, fmt: str) -> str:
    from fit_toolkit.analysis.columns import plain

    names = [*keys, *COLUMNS]
    rows = list(zip(*keys.values(), *(found[name] for name in COLUMNS), strict=True))
    if fmt == "json":
        told = [[None if isinstance(each, float) and math.isnan(each) else each for each in row] for row in rows]
        return as_json("courses", [dict(zip(names, row, strict=True)) for row in told], names)
    shown = [
        ["" if each is None else plain(each) if isinstance(each, float) else str(each) for each in row] for row in rows
    ]
    return as_lines(shown, names)
