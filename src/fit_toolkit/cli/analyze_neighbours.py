"""`fit analyze neighbours FILE`: every client beside the others of the file who began most alike."""

from __future__ import annotations

from pathlib import Path

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


@click.command("neighbours", epilog=CELLS)
@file_argument
@click.option("--id", "ids", multiple=True, required=True, metavar="COL", help="Whose rating it is; may be repeated.")
@click.option("--time", required=True, metavar="COL", help="The column with the session.")
@click.option("--value", required=True, metavar="COL", help="The column with the rating.")
@click.option("--neighbours", "-k", "k", type=click.IntRange(10, 1000), default=30, show_default=True, metavar="N",
              help="How many others to compare with.")  # fmt: skip
@click.option("--alike", "ratings", type=click.IntRange(1, 50), default=1, show_default=True, metavar="N",
              help="Alike in the ratings at the first N times of the file.")  # fmt: skip
@click.option(
    "--and-in", "columns", metavar="COL,...", help="And in these: numbers known at the start, such as an age."
)
@click.option("--percent", type=click.FloatRange(50, 99), default=80, show_default=True, metavar="P",
              help="Share of ratings between low and high.")  # fmt: skip
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    ids: tuple[str, ...],
    time: str,
    value: str,
    k: int,
    ratings: int,
    columns: str | None,
    percent: float,
    fmt: str,
    output: Path | None,
) -> int:
    """Set each client's later ratings beside those of the N other clients of FILE who began most alike.

    FILE has one row per rating of a finished episode, of 300 clients or more. Each thing they are alike in counts in SDs.
    Out, per rating: id, time, value, n (neighbours rated then), mean, low and high (where one more rating from among them
    would lie: mean and t times SD), inside (1 or 0). Empty where fewer than 10 neighbours were rated, or where the client
    lacks what they are to be alike in. Nobody is a neighbour of their own, so the share inside is a fair trial of the method.
    """
    from fit_toolkit.analysis.columns import id_cells, plain
    from fit_toolkit.analysis.curves.near_of_file import RESULTS, Alike, beside_others, read_alike
    from fit_toolkit.analysis.curves.of_file import Wish, read_ratings

    table = table_of(file)
    id_cells(table, ids, RESULTS)
    alike = Alike(k=k, percent=percent, ratings=ratings, columns=columns_of(columns))
    whose, values, problems = read_ratings(table, Wish(ids=ids, time=time, value=value, transform="linear"))
    known, more = read_alike(table, whose, alike.columns)
    refuse_problems(app, table, sorted((*problems, *more), key=lambda each: each.row))
    beside = beside_others(whose, values, known, alike, table.name)
    names = [*ids, *RESULTS]
    if fmt == "json":
        text = (
            as_json("neighbours", [dict(zip(names, (*who, *row), strict=True)) for who, row in beside.rows], names)
            + "\n"
        )
    else:
        told = [[*who, *("" if each is None else plain(float(each)) for each in row)] for who, row in beside.rows]
        text = as_lines(told, names)
    hand_over(text, output)
    within, of = beside.inside
    app.say(f"{count(beside.clients, 'client')}, {k} neighbours each; {within} of {count(of, 'rating')} inside the"
            f" {percent:g} % range{f' ({100 * within / of:.0f} %)' if of else ''}")  # fmt: skip
    if beside.alone:
        app.say(f"{count(beside.alone, 'client')} without a rating or number to be alike in")
    app.say(
        "Where ratings of others who began alike lay: no forecast. Later sessions rest on those who were still there."
    )
    return 0
