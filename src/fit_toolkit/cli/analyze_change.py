"""`fit analyze change FILE`: reliable and clinically significant change of every client in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.analyze_change_form import of_instrument
from fit_toolkit.cli.analyze_change_said import say_change, say_doubts, say_left_out, shown
from fit_toolkit.cli.analyzing import (
    CELLS,
    as_lines,
    columns_of,
    file_argument,
    hand_over,
    id_option,
    keep_apart,
    refuse_problems,
    result_options,
    table_of,
)  # fmt: skip
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.change.of_file import Wish

METHODS = ("jt", "gln", "hll", "en", "nk", "ha", "sdc", "percent", "anchor", "hlm", "hlm-relative", "all")
RELIABILITY = (
    "Reliability of the first ratings, between 0 and 1: from one session to the next, or of a retest. Not alpha, which is"
    " about items and makes too many changes look reliable."
)


def _line(_context: click.Context, _option: click.Parameter, value: str | None) -> str | float | None:
    """Take a number of points as a number; a, b, c and the names of published ones stay words."""
    try:
        return value if value is None else float(value)
    except ValueError:
        return value


@click.command("change", epilog=CELLS)
@file_argument
@click.option(
    "--method",
    type=click.Choice(METHODS),
    required=True,
    metavar="METHOD",
    help="jt, gln, hll, en, nk, ha, sdc, percent, anchor, hlm, hlm-relative; all: the first six side by side.",
)
@click.option("--pre", metavar="COL", help="The column of the first ratings.")
@click.option("--post", metavar="COL", help="The column of the last ratings.")
@id_option
@click.option("--reliability", type=float, metavar="R", help=RELIABILITY)
@click.option(
    "--reliability-post", type=float, metavar="R", help="Reliability of the last ratings (nk). Default: the same."
)
@click.option("--sd", type=float, metavar="S", help="SD of the first ratings. Default: that of the complete pairs.")
@click.option(
    "--sem",
    type=float,
    metavar="S",
    help="sdc: standard error of measurement, instead of --reliability; as sd_within of fit analyze reliability --by.",
)
@click.option("--mean", type=float, metavar="M", help="Mean of the first ratings. Default: that of the complete pairs.")
@click.option(
    "--better",
    type=click.Choice(("higher", "lower")),
    default="lower",
    show_default=True,
    help="Which way is better. Symptoms: lower; well-being and alliance: higher.",
)
@click.option(
    "--cutoff",
    callback=_line,
    metavar="a|b|c|POINTS|NAME",
    help="Adds the category: cut-off a, b or c of Jacobson and Truax, points, or a published one of --instrument.",
)
@click.option(
    "--at-cutoff",
    type=click.Choice(("neither", "clinical", "functional")),
    default="neither",
    show_default=True,
    help="What a rating exactly on the cut-off is.",
)
@click.option(
    "--m-clinical", type=float, metavar="M", help="Mean of the clinical group. Default: that of the first ratings."
)
@click.option(
    "--sd-clinical", type=float, metavar="S", help="SD of the clinical group. Default: that of the first ratings."
)
@click.option("--m-functional", type=float, metavar="M", help="Mean of the functional group (b, c).")
@click.option("--sd-functional", type=float, metavar="S", help="SD of the functional group (b, c).")
@click.option("--interval", is_flag=True, help="Also say how sure cut-off c is (bootstrap by client).")
@click.option("--true-scores", is_flag=True, help="ha: its own cut-off, in true scores, and its own test against it.")
@click.option(
    "--confidence",
    type=float,
    default=0.95,
    show_default=True,
    metavar="P",
    help="Two-sided; for ha one-sided, as it was published.",
)
@click.option("--percent", metavar="P[,P]", help="percent: how much improvement, how much deterioration.")
@click.option("--mid", metavar="N[,N]", help="anchor: points of improvement, points of deterioration.")
@click.option(
    "--threshold",
    type=click.Choice(("inclusive", "exclusive")),
    help="Whether a change of exactly the threshold counts. Default: inclusive for percent and anchor.",
)
@click.option("--time", metavar="COL", help="hlm: the column of the time, numbers or dates, one row per rating.")
@click.option("--value", metavar="COL", help="hlm: the column of the ratings.")
@click.option("--instrument", metavar="ID", help="Whose totals these are: direction and published figures.")
@click.option("--scale", metavar="ID", help="A scale of --instrument. Default: its main scale.")
@click.option(
    "--agreement",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="all: write the agreement of each two methods here, as CSV.",
)
@result_options
@pass_app
def command(app: App, /, file: Path, fmt: str, output: Path | None, agreement: Path | None, **given: Any) -> int:
    """Say for each client whether the change from first to last rating is more than error of measurement.

    FILE is separated text with a header line; an empty cell is no rating, and only complete pairs count. Out: ids, pre,
    post, change, index (both with the sign of post - pre), reliable (improved, unchanged, deteriorated), and with --cutoff
    the category (recovered, improved, unchanged, deteriorated, harmed). These words are terms of the methods, and the
    answer is about the past: it raises no alert.
    """
    from fit_toolkit.analysis.change.judged import AGREEMENT
    from fit_toolkit.analysis.change.of_file import SLOPES, judge, read_slopes, unclear
    from fit_toolkit.analysis.columns import read_numbers

    given = of_instrument(app, given)
    wish = _wish(given)
    columns = _columns(given)
    if agreement is not None and wish.method != "all":
        raise UsageError("--agreement belongs to --method all")
    keep_apart(agreement, output, "--agreement")
    table = table_of(file)
    dated, ends = False, given.get("ends", {})
    if wish.method in SLOPES:
        numbers, dated = read_slopes(table, *columns, **ends)
    else:
        numbers = read_numbers(table, columns, **ends)
    refuse_problems(app, table, unclear(table, numbers, wish))
    made = judge(table, numbers, wish)
    hand_over(made.json() if fmt == "json" else made.csv(), output)
    if agreement is not None:
        rows = [[each.one, each.other, str(each.n), shown(each.share), shown(each.kappa)] for each in made.agreements]
        write_atomic(agreement, as_lines(rows, AGREEMENT).encode())
    if wish.method in SLOPES:
        say_left_out(app, int((numbers.values != numbers.values).any(axis=1).sum()))
    code = say_change(app, table, made)
    if dated:
        app.say("times are dates: slopes are points per day")
    say_doubts(app, given, made)
    return code


def _columns(given: dict[str, Any]) -> tuple[str, str]:
    """Give the two columns that the method reads."""
    names = ("time", "value") if given["method"] in ("hlm", "hlm-relative") else ("pre", "post")
    missing = [f"--{name} COL" for name in names if not given[name]]
    if missing:
        raise UsageError(f"{given['method']} needs {' and '.join(missing)}")
    return given[names[0]], given[names[1]]


def _wish(given: dict[str, Any]) -> Wish:
    from fit_toolkit.analysis.change.of_file import Wish

    told = {name: given[name] for name in Wish.__struct_fields__ if name in given}
    told["time"] = given["time"] or ""
    told |= {name: _numbers(given[name], name) for name in ("percent", "mid")}
    inclusive = None if given["threshold"] is None else given["threshold"] == "inclusive"
    return Wish(**{**told, "inclusive": inclusive})


def _numbers(text: str | None, name: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in columns_of(text))
    except ValueError:
        raise UsageError(f"--{name} takes one or two numbers, as in --{name} 8,6") from None
