"""`fit analyze curves FILE`: the expected course of many clients, with the bands in which their ratings lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.analyzing import CELLS, columns_of, file_argument, hand_over, id_option, refuse_problems, table_of
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import output_option
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.curves.of_file import Course
    from fit_toolkit.analysis.files import Table

NAMED = ("episode", "client", "id")


@click.command("curves", epilog=CELLS)
@file_argument
@click.option("--time", required=True, metavar="COL", help="The column with the session, from 1.")
@click.option("--value", required=True, metavar="COL", help="The column with the rating.")
@id_option
@click.option(
    "--transform",
    type=click.Choice(("log", "linear", "sqrt")),
    default="log",
    show_default=True,
    help="What change is linear in: ln(session), session or its square root.",
)
@click.option("--bands", default="68,80,90", show_default=True, metavar="P,P,...", help="Shares of ratings, in %.")
@click.option("--by-intake", is_flag=True, help="What is expected after the first rating, given how high it was.")
@click.option(
    "--random",
    type=click.Choice(("slopes", "intercepts")),
    default="slopes",
    show_default=True,
    help="In what clients differ: level and slope, or the level alone.",
)
@click.option("--held-out", type=click.FloatRange(1, 90), metavar="P",
              help="Also try the model: keep P % of the clients from a second fit and count who lies inside.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which clients are held out.")
@click.option("--format", "fmt", type=click.Choice(("json", "csv")), default="json", show_default=True,
              help="The model with its bands, or the bands alone (with --held-out: how they did).")  # fmt: skip
@output_option
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    time: str,
    value: str,
    ids: tuple[str, ...],
    transform: Any,
    bands: str,
    by_intake: bool,
    random: Any,
    held_out: float | None,
    seed: int,
    fmt: str,
    output: Path | None,
) -> int:
    """Fit a mixed model of ratings by session (REML) and give the expected course with its bands.

    FILE has one row per rating; --id says whose it is (without it: a column called episode,
    client or id). Out, as JSON: `fixed`, `random`, `residual_sd`, `n_clients`,
    `n_scores`, and `bands`: per session the mean and, for each share, the edges between which that share of ratings lies,
    from the variance between clients and within them. With --held-out also `calibration`: the share of the ratings of
    clients whom the fit had not seen that lies inside each band and `below` it, in all, by fifth of the first rating, by
    session and by both; cells of fewer than 10 clients are left out. Needs the extra `curves`.
    """
    from fit_toolkit.analysis.curves.of_file import Wish, course_of, read_ratings
    from fit_toolkit.analysis.curves.reml import library

    percents = _percents(bands)
    table = table_of(file)
    wish = Wish(ids=ids or _whose(app, table), time=time, value=value, transform=transform, percents=percents,
                by_intake=by_intake, random=random, seed=seed,
                held_out=None if held_out is None else held_out / 100)  # fmt: skip
    library()
    whose, values, problems = read_ratings(table, wish)
    refuse_problems(app, table, problems)
    course = course_of(whose, values, wish, table.name)
    hand_over(course.json() if fmt == "json" else course.csv(), output)
    _say(app, course)
    return int(ExitCode.OK)


def _whose(app: App, table: Table) -> tuple[str]:
    """Take the column that has the name it has in every file here; a row by itself is no course."""
    name = next((each for each in NAMED if each in table.columns), "")
    if not name:
        raise UsageError("fit analyze curves needs --id: the column that says whose rating it is")
    app.say(f"whose ratings they are: column {name} (--id names another)")
    return (name,)


def _percents(text: str) -> tuple[float, ...]:
    try:
        percents = tuple(float(each) for each in columns_of(text))
    except ValueError:
        percents = ()
    if not percents or any(not 0 < each < 100 for each in percents) or len(set(percents)) < len(percents):
        raise UsageError("--bands names shares between 0 and 100 %, each once", hint="--bands 68,80,90")
    return percents


def _say(app: App, course: Course) -> None:
    """Say what the course rests on, what was left out, and what it is not for."""
    curve = course.curve
    app.say(f"{curve.n_scores} ratings of {curve.n_clients} clients fitted")
    if course.left_out:
        rows = "row has" if course.left_out == 1 else "rows have"
        app.say(f"{course.left_out} {rows} no rating or no time and counted for nothing")
    if curve.n_clients < course.clients:
        app.say(f"{course.clients - curve.n_clients} clients lack the rating at the first session, or any after it")
    if course.wish.held_out is not None:
        whole = [each for each in course.cells if each.quintile is None and each.session is None]
        told = ", ".join(f"{100 * each.inside:.0f} % in the {each.percent:g} % band" for each in whole)
        of = f" of {whole[0].n_ratings} ratings of {whole[0].n_clients} clients held out" if whole else ""
        app.say(f"{told}{of}" if whole else "fewer than 10 clients were held out: nothing can be said of them")
    if curve.singular:
        app.say("singular: the clients' levels and slopes vary in fewer ways than the model asks for; "
                "the bands stand, the random effects do not (--random intercepts asks for less)")  # fmt: skip
    app.say("Where ratings of such clients lay, not where one client's will: ends of treatment are not modelled.")
