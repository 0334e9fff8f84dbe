"""`fit analyze score FILE`: a file of answers scored, exactly and without a practice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.analyzing import (
    CELLS,
    columns_of,
    file_argument,
    hand_over,
    id_option,
    name_problems,
    result_options,
    table_of,
)
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, rules_at_hand
from fit_toolkit.cli.output import as_json, visible
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.files import Table
    from fit_toolkit.analysis.scored import Scored
    from fit_toolkit.model.instrument import Instrument

RATERS = ("client", "therapist", "carer", "observer", "supervisor")


@click.command("score", epilog=f"{CELLS} Where one of these words is a code of the item, it is an answer.")
@file_argument
@click.option(
    "--instrument", "name", required=True, metavar="ID", help="Whose answers these are: fit instruments list."
)
@click.option(
    "--items", metavar="COL,COL,...", help="The columns of the items, in published order, where they have other names."
)
@id_option
@click.option(
    "--age", metavar="COL", default="", help="The column with the age in years, for figures that depend on it."
)
@click.option(
    "--sex", metavar="COL", default="", help="The column with female, male or other, for figures that depend on it."
)
@click.option("--rater", type=click.Choice(RATERS), default=None, help="Who answered, for figures that depend on it.")
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    name: str,
    items: str | None,
    ids: tuple[str, ...],
    age: str,
    sex: str,
    rater: str | None,
    fmt: str,
    output: Path | None,
) -> int:
    """Score a file of answers: one row per administration in, one row per scale out.

    FILE is separated text with a header line, in UTF-8; `-` reads stdin. Item columns are called as the items of the
    instrument (q1, q2, ...). An empty cell is no answer. Any other cell that is no permitted answer is named on stderr
    by line and column, the scales it belongs to are unscorable in that row, and the command ends with 4.
    """
    from fit_toolkit.analysis.scored import Wish, score_table

    instrument = catalog_at_hand(app).get(name)
    if rater is not None and rater not in instrument.raters:
        raise UsageError(f"{instrument.id} is answered by the {' or the '.join(instrument.raters)}")
    table = table_of(file)
    wish = Wish(ids=ids, items=columns_of(items), age=age, sex=sex, rater=rater or "")
    with rules_at_hand(app) as rules:
        scored = score_table(instrument, table, wish, rules)
    if fmt == "json":
        names = [*scored.ids, "scale", "value", "n_answered", "status", "band", "risk"]
        text = as_json("scores", list(scored.records()), names)
    else:
        text = scored.csv()
    hand_over(text, output)
    return _say(app, instrument, table, scored)


def _say(app: App, instrument: Instrument, table: Table, scored: Scored) -> int:
    """Name what could not be used, and say on one line what came out."""
    name_problems(app, table, scored.problems)
    for reason, count in scored.failures.items():
        app.say(visible(f"{reason}: {count} scores"))
    rows = f"{len(table)} {'row' if len(table) == 1 else 'rows'}"
    counts = ", ".join(f"{count} {status}" for status, count in scored.statuses.items()) or "no scores"
    wrong = len(scored.problems)
    refused = f"; {wrong} {'cell is' if wrong == 1 else 'cells are'} no permitted answer" if wrong else ""
    app.say(f"{instrument.short}: {rows}, {scored.scales} per row: {counts}{refused}")
    return int(ExitCode.PARTIAL if scored.problems or scored.failures else ExitCode.OK)
