"""`fit analyze reliability FILE`: what a scale's own data say about how far it can be relied on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

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
from fit_toolkit.cli.output import as_json, visible
from fit_toolkit.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fit_toolkit.analysis.files import Table
    from fit_toolkit.analysis.reliability.table import Asked, Found

FEW = 30  # under this, a bootstrap of whole clients gives intervals that hold the truth too seldom


@click.command("reliability", epilog=CELLS)
@file_argument
@click.option(
    "--items", required=True, metavar="COL,COL,...", help="The columns of the items, or one column of ratings."
)
@click.option("--reverse", metavar="COL,...", help="Items to turn around: lowest + highest - answer.")
@click.option("--range", "ends", metavar="MIN,MAX", help="The ends of one item. Anything outside is refused.")
@click.option(
    "--missing",
    type=click.Choice(("complete", "pairwise")),
    default="complete",
    show_default=True,
    help="complete: rows without a gap. pairwise: each covariance from the rows with both answers.",
)
@click.option(
    "--by",
    "--id",
    "by",
    multiple=True,
    metavar="COL",
    help="Whose row it is; where clients recur, their ratings are compared.",
)
@click.option("--bootstrap", type=click.IntRange(0), default=0, metavar="N", help="Add intervals from N resamples.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same intervals.")
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of the intervals."
)
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    items: str,
    reverse: str | None,
    ends: str | None,
    missing: str,
    by: tuple[str, ...],
    bootstrap: int,
    seed: int,
    confidence: float,
    fmt: str,
    output: Path | None,
) -> int:
    """Say how reliable a scale is in a file: one row per person or, with --by, per rating.

    Out: statistic, item (empty for the scale), value. Alpha, standardised alpha, omega total, SEM, mean and SD of the sum,
    mean correlation of the items, item-rest correlations; with --range the share at the floor and the ceiling; with --by, where
    clients recur, the SD between and within clients and the reliability of one rating. For change use those: alpha speaks of
    one moment only. A cell that is no number is named by line and column, and nothing is computed.
    """
    from fit_toolkit.analysis.columns import read_numbers
    from fit_toolkit.analysis.files import placed
    from fit_toolkit.analysis.reliability.items import reverse as turned
    from fit_toolkit.analysis.reliability.table import Asked, figures

    names, backwards = columns_of(items), columns_of(reverse)
    if not any(names):
        raise UsageError("--items names no column", hint="--items q1,q2,q3")
    unknown = [name for name in backwards if name not in names]
    if unknown:
        raise UsageError(f"--reverse names what is not among --items: {', '.join(unknown)}")
    low, high = _ends(ends)
    table = table_of(file)
    _refuse_unknown(table, by)
    numbers = read_numbers(table, names, low=low, high=high)
    refuse_problems(app, table, numbers.problems)
    values = numbers.values
    if backwards:
        at = (low, high) if ends else _seen(app, values)
        values = turned(values, [name in backwards for name in names], *at)
    asked = Asked(
        missing="pairwise" if missing == "pairwise" else "complete", low=low if ends else math.nan,
        high=high if ends else math.nan, resamples=bootstrap, seed=seed, confidence=confidence,
    )  # fmt: skip
    keys = ["\0".join(cells) for cells in zip(*(table.column(name) for name in by), strict=True)] if by else None
    with placed(table.name):
        found = figures(values, names, asked, keys)
    hand_over(_text(found, fmt, with_intervals=bool(bootstrap)), output)
    _say(app, found, asked, names)
    return 0


def _refuse_unknown(table: Table, by: tuple[str, ...]) -> None:
    """Refuse rows that do not say whose they are: together they would pass for one client."""
    from fit_toolkit.analysis.columns import require

    require(table, by)
    for name in by:
        lost = [row for row, text in enumerate(table.column(name)) if not text.strip()]
        if lost:
            more = f"; {len(lost) - 1} more rows are like that" if len(lost) > 1 else ""
            raise DataError(f"{name} is empty{more}", where=f"{table.name}:{table.line(lost[0])}")


def _ends(text: str | None) -> tuple[float, float]:
    if text is None:
        return -math.inf, math.inf
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low, high = math.nan, math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError("--range has to be two numbers, the lower first", hint="--range 0,4")
    return low, high


def _seen(app: App, values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Take the ends from the answers where they were not given; that moves the mean and nothing else."""
    import numpy as np

    if np.isnan(values).all():
        return 0.0, 0.0
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    app.say(
        f"no --range: items are turned around between {low:g} and {high:g}, the lowest and highest answer in the file"
    )
    return low, high


def _text(found: Found, fmt: str, *, with_intervals: bool) -> str:
    from fit_toolkit.analysis.columns import plain

    names = ["statistic", "item", "value", *(("low", "high") if with_intervals else ())]
    if fmt == "json":
        rows = []
        for line in found.lines:
            numbers = {name: getattr(line, name) for name in names[2:]}
            known = {name: number if math.isfinite(number) else None for name, number in numbers.items()}
            rows.append({"statistic": line.statistic, "item": line.item, **known})
        return as_json("reliability", rows, names)
    return as_lines(
        [[line.statistic, line.item, *(plain(getattr(line, name)) for name in names[2:])] for line in found.lines],
        names,
    )


def _say(app: App, found: Found, asked: Asked, names: tuple[str, ...]) -> None:
    """Say what the figures rest on, and what the reader should not take them for."""
    app.say(
        f"{found.rows} rows, {found.complete} without a gap" + (f", {found.clients} clients" if found.repeated else "")
    )
    against = [line.item for line in found.lines if line.statistic == "item_rest_r" and line.value < 0]
    if against:
        app.say(visible(f"against the other items: {', '.join(against)}; meant to be reversed?"))
    constant = [line.item for line in found.lines if line.statistic == "item_rest_r" and math.isnan(line.value)]
    if constant:
        app.say(visible(f"without a correlation, because all answers are the same: {', '.join(constant)}"))
    if found.repeated and len(names) > 1:
        app.say(
            "clients recur: alpha and omega mix how clients differ with how ratings vary; they are no measure of change"
        )
    if asked.resamples and found.clients < FEW:
        app.say(f"intervals from {found.clients} {'clients' if found.by_client else 'rows'} are too narrow to rely on")
    if found.failed:
        app.say(f"{found.failed:.1%} of {asked.resamples} resamples gave no alpha; the intervals rest on the others")
