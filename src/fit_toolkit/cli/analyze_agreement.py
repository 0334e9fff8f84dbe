"""`fit analyze agreement FILE`: how client and therapist saw the same sessions, per scale; and who goes before what."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.analyzing import (
    CELLS,
    as_lines,
    columns_of,
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
    from collections.abc import Sequence

    from fit_toolkit.course import Course, Rating

DYAD: Final = (
    "both", "either", "share_both", "gap", "low", "high", "last_gap", "correlation", "own_moved", "theirs_moved", "apart",
    "bias", "truth",
)  # fmt: skip
OVERALL: Final = ("scale", "statistic", "value", "low", "high", "dyads", "pairs")


@click.command("agreement", epilog=CELLS)
@file_argument
@click.option("--id", "ids", multiple=True, required=True, metavar="COL", help="Which dyad it is; may be repeated.")
@click.option("--time", required=True, metavar="COL", help="Dates (2026-09-01), or numbers of the session.")
@click.option("--own", required=True, metavar="COL,...", help="The client's ratings, one column per scale or facet.")
@click.option("--theirs", required=True, metavar="COL,...", help="The therapist's, in the same order.")
@click.option(
    "--better", type=click.Choice(("higher", "lower")), default="higher", show_default=True, help="Which way is better."
)
@click.option("--overall", is_flag=True, help="The truth-and-bias model over all dyads instead of a row per dyad.")
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of the intervals."
)
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App, file: Path, ids: tuple[str, ...], time: str, own: str, theirs: str, better: str, overall: bool,
    confidence: float, fmt: str, output: Path | None,
) -> int:  # fmt: skip
    """Compare two sides' ratings of the same sessions: one row per session in, one row per dyad and scale out.

    Out: id, scale, both and either (sessions rated by both, by at least one), share_both, gap (mean of theirs - own) with low
    and high, last_gap (last 3 pairs), correlation (from 6 pairs), own_moved and theirs_moved (since the last session both rated,
    positive for better), apart (1: opposite ways), bias and truth (West and Kenny's model; truth from 6 pairs). Disagreement is
    something to talk about; by itself it says nothing about the course.
    """
    from fit_toolkit.analysis.columns import id_cells, read_numbers
    from fit_toolkit.analysis.rows import read_rows
    from fit_toolkit.course import Rating, ScaleView

    left, right = columns_of(own), columns_of(theirs)
    if len(left) != len(right):
        raise UsageError(f"--own names {len(left)} columns and --theirs {len(right)}; they go in pairs")
    table = table_of(file)
    id_cells(table, ids, ("scale", *DYAD))
    rows = read_rows(table, tuple(dict.fromkeys(ids)), time)
    numbers = read_numbers(table, [*left, *right])
    refuse_problems(app, table, sorted((*rows.problems, *numbers.problems), key=lambda each: each.row))
    other, results = Rating(rater="theirs"), []
    for place, name in enumerate(left):
        scale = ScaleView(instrument="file", scale=name, higher_is_better=better == "higher")
        partner = rows.course(numbers.values[:, len(left) + place], scale)
        course = rows.course(numbers.values[:, place], scale, partners={other: partner})
        results += (_overall if overall else _dyads)(course, other, confidence, rows.keys)
    names = list(OVERALL) if overall else [*rows.keys, "scale", *DYAD]
    hand_over(_text(results, names, fmt), output)
    sessions = len(set(zip(rows.client.tolist(), rows.when.tolist(), strict=True)))
    app.say(f"{count(len(next(iter(rows.keys.values()))), 'dyad')}, {count(sessions, 'session')}")
    app.say("Intervals of one dyad take its sessions as independent. Disagreement is no finding about the therapy.")
    return 0


def _dyads(course: Course, other: Rating, confidence: float, keys: Any) -> list[list[Any]]:
    """Give one row per dyad."""
    from fit_toolkit.analysis.agreement import rater_agreement, truth_and_bias

    found, model = rater_agreement(course, other, confidence=confidence), truth_and_bias(course, other)
    columns = [getattr(model if name in {"bias", "truth"} else found, name).tolist() for name in DYAD]
    apart = DYAD.index("apart")
    columns[apart] = [math.nan if n < 2 else int(each) for n, each in zip(columns[0], columns[apart], strict=True)]
    scale = [course.scale.scale] * len(columns[0])
    return [list(row) for row in zip(*keys.values(), scale, *columns, strict=True)]


def _overall(course: Course, other: Rating, confidence: float, _keys: Any) -> list[list[Any]]:
    """Give bias and truth over all dyads."""
    from fit_toolkit.analysis.agreement import truth_and_bias

    model = truth_and_bias(course, other, confidence=confidence)
    counts = (model.dyads, model.pairs)
    return [
        [course.scale.scale, "bias", model.overall_bias, *model.bias_interval, *counts],
        [course.scale.scale, "truth", model.overall_truth, *model.truth_interval, *counts],
    ]


def _text(rows: Sequence[Sequence[Any]], names: list[str], fmt: str) -> str:
    from fit_toolkit.analysis.columns import plain

    if fmt == "json":
        told = [[None if isinstance(each, float) and math.isnan(each) else each for each in row] for row in rows]
        return as_json("agreement", [dict(zip(names, row, strict=True)) for row in told], names)
    return as_lines([[plain(each) if isinstance(each, float) else str(each) for each in row] for row in rows], names)
