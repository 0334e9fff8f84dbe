"""`fit analyze important FILE`: how many points matter, from people who were asked whether they had changed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

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
from fit_toolkit.cli.output import as_json
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.files import Table

COLUMNS: Final = ("statistic", "value")
FEW: Final = 50  # in either group; under it the points hang on a few people


@click.command("important", epilog=CELLS)
@file_argument
@click.option("--pre", required=True, metavar="COL", help="The column of the first ratings.")
@click.option("--post", required=True, metavar="COL", help="The column of the last ratings.")
@click.option("--anchor", required=True, metavar="COL", help="The column of the question whether anything changed.")
@click.option("--improved", required=True, metavar="ANSWER,...", help="Its answers that mean: a little better.")
@click.option("--unchanged", required=True, metavar="ANSWER,...", help="Its answers that mean: the same.")
@click.option(
    "--better", type=click.Choice(("higher", "lower")), default="lower", show_default=True, help="Which way is better."
)
@click.option("--reliability", type=float, metavar="R", help="Adds one standard error of measurement.")
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App, file: Path, pre: str, post: str, anchor: str, improved: str, unchanged: str,
    better: Literal["higher", "lower"], reliability: float | None, fmt: str, output: Path | None,
) -> int:  # fmt: skip
    """Estimate the minimal important difference from an anchor: the points of improvement that people call a little better.

    FILE has one row per client. Out: statistic, value: n_improved, n_unchanged, mean_change (improvement of those a little
    better), difference (that less the improvement of those the same), roc_points with sensitivity and specificity (the
    points that part the two best), area under the ROC curve; half_sd and one_sem, which rest on spread alone. `fit analyze
    change --method anchor --mid POINTS` puts them to use.
    """
    from fit_toolkit.analysis import important_difference
    from fit_toolkit.analysis.columns import plain, read_numbers, require
    from fit_toolkit.analysis.files import placed

    words = [_answers(text, option) for text, option in ((improved, "--improved"), (unchanged, "--unchanged"))]
    table = table_of(file)
    require(table, [anchor])
    numbers = read_numbers(table, [pre, post])
    refuse_problems(app, table, numbers.problems)
    marks = _marks(table, anchor, words)
    with placed(table.name):
        found = important_difference(*numbers.values.T, *marks, better=better, reliability=reliability)
    figures = {name: float(getattr(found, name)) for name in found.__struct_fields__}
    if fmt == "json":
        rows = [{"statistic": name, "value": each if math.isfinite(each) else None} for name, each in figures.items()]
        hand_over(as_json("important", rows, COLUMNS), output)
    else:
        hand_over(as_lines([[name, plain(each)] for name, each in figures.items()], COLUMNS), output)
    app.say(f"{found.n_improved} a little better, {found.n_unchanged} the same, with both ratings, of {len(table)}")
    if min(found.n_improved, found.n_unchanged) < FEW:
        app.say(f"fewer than {FEW} in one of the two: another sample may give other points")
    app.say("The question asks how change is remembered, and memory leans on how somebody is now.")
    return 0


def _answers(text: str, option: str) -> frozenset[str]:
    words = frozenset(word.casefold() for word in columns_of(text) if word)
    if not words:
        raise UsageError(f"{option} names no answer")
    return words


def _marks(table: Table, anchor: str, words: list[frozenset[str]]) -> list[list[bool]]:
    """Say who gave one of the answers; an answer that nobody gave is a slip of the pen."""
    cells = [cell.strip().casefold() for cell in table.column(anchor)]
    unheard = [word for group in words for word in sorted(group) if word not in set(cells)]
    if unheard:
        raise UsageError(f"nobody gave the answer {', '.join(unheard)} in {anchor}")
    return [[cell in group for cell in cells] for group in words]
