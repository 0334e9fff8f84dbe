"""`fit analyze lead-lag FILE`: whether a better session than usual goes before a better outcome, within clients."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

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

COLUMNS = ("statistic", "value", "low", "high", "clients", "steps")


@click.command("lead-lag", epilog=CELLS)
@file_argument
@click.option("--id", "ids", multiple=True, required=True, metavar="COL", help="Whose row it is; may be repeated.")
@click.option("--time", required=True, metavar="COL", help="Dates (2026-09-01), or numbers of the session.")
@click.option("--outcome", required=True, metavar="COL", help="The outcome of each session.")
@click.option("--alliance", required=True, metavar="COL", help="The rating that may go before it.")
@click.option(
    "--centre",
    type=click.Choice(("person", "running")),
    default="person",
    show_default=True,
    help="person: on the client's own mean of all sessions. running: on what was known before each session.",
)
@click.option(
    "--gap", type=click.IntRange(1), metavar="N", help="Longest step in days (default 42) or sessions (default 1)."
)
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of the intervals."
)
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App, file: Path, ids: tuple[str, ...], time: str, outcome: str, alliance: str,
    centre: Literal["person", "running"], gap: int | None, confidence: float, fmt: str, output: Path | None,
) -> int:  # fmt: skip
    """Relate the next session's outcome to this session's rating, within clients: one row per session in.

    Out: lead (change of the next outcome per point above the client's own usual) and carry (how far the outcome itself carries
    on), with intervals by client; empty under 10 clients. An association in time is no proof of a cause.
    """
    from fit_toolkit.analysis.columns import plain, read_numbers
    from fit_toolkit.analysis.lead_lag import CLIENTS, lead_lag_effect
    from fit_toolkit.analysis.rows import read_rows
    from fit_toolkit.course import Rating, ScaleView

    table = table_of(file)
    rows, numbers = read_rows(table, tuple(dict.fromkeys(ids)), time), read_numbers(table, [outcome, alliance])
    refuse_problems(app, table, sorted((*rows.problems, *numbers.problems), key=lambda each: each.row))
    longest = gap if gap is not None else None if rows.dated else 1
    other, scale = Rating(rater="alliance"), ScaleView(instrument="file", scale=outcome)
    partner = rows.course(numbers.values[:, 1], scale, longest_gap=longest)
    course = rows.course(numbers.values[:, 0], scale, longest_gap=longest, partners={other: partner})
    found = lead_lag_effect(course, other, centre=centre, confidence=confidence)
    lines = [("lead", found.lead, *found.lead_interval), ("carry", found.carry, *found.carry_interval)]
    if fmt == "csv":
        shown = [[name, *map(plain, figures), str(found.clients), str(found.steps)] for name, *figures in lines]
        hand_over(as_lines(shown, COLUMNS), output)
    else:
        told = [[name, *(None if math.isnan(each) else each for each in figures)] for name, *figures in lines]
        rows_out = [dict(zip(COLUMNS, [*line, found.clients, found.steps], strict=True)) for line in told]
        hand_over(as_json("lead_lag", rows_out, COLUMNS), output)
    app.say(f"{count(found.clients, 'client')} with {count(found.steps, 'step')} from one session to the next")
    if found.clients < CLIENTS:
        app.say(f"under {CLIENTS} clients nothing is estimated: a convention")
    app.say("An association in time is no proof of a cause" + (
        "; person means know the future, and carry comes out too low in short courses." if centre == "person" else "."
    ))  # fmt: skip
    return 0
