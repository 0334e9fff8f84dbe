"""`fit analyze sudden-gains FILE`: sudden gains or losses in ratings session by session, found afterwards."""

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
    id_option,
    name_problems,
    result_options,
    table_of,
)
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import as_json, count
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fit_toolkit.analysis.sudden.chance import ByChance
    from fit_toolkit.analysis.sudden.gains import SuddenGainRule, SuddenGains

COLUMNS: Final = ("from", "to", "before", "after", "magnitude", "reversed")
CHANCE: Final = ("by_chance", "by_chance_with_trend")


@click.command("sudden-gains", epilog=CELLS)
@file_argument
@click.option("--values", required=True, metavar="COL,COL,...", help="The columns of the sessions, in order.")
@click.option(
    "--cutoff", type=float, metavar="C", help="Criterion 1: points of change, for example the reliable change."
)
@click.option(
    "--percent", type=float, default=25, show_default=True, help="Criterion 2: change in % of the rating before."
)
@click.option("--criteria", default="1,2,3", show_default=True, metavar="1,2,3", help="Which have to be met.")
@click.option("--losses", is_flag=True, help="Look for sudden losses instead.")
@click.option(
    "--missing",
    type=click.Choice(("adjust", "fixed")),
    default="adjust",
    show_default=True,
    help="Criterion 3 where a rating is missing: t for what is there, or 2.776 always.",
)
@click.option(
    "--significance",
    type=click.Choice(("pooled", "student")),
    default="pooled",
    show_default=True,
    help="Criterion 3: t times the pooled SD, as published, or the t-test.",
)
@click.option(
    "--better", type=click.Choice(("lower", "higher")), default="lower", show_default=True, help="Which way is better."
)
@click.option(
    "--permutations", type=click.IntRange(0), default=0, metavar="N", help="See what N random orders would show."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same orders.")
@id_option
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    values: str,
    cutoff: float | None,
    percent: float,
    criteria: str,
    losses: bool,
    missing: str,
    significance: str,
    better: str,
    permutations: int,
    seed: int,
    ids: tuple[str, ...],
    fmt: str,
    output: Path | None,
) -> int:
    """Find sudden gains (Tang and DeRubeis, 1999) afterwards: one row per client in, one row per event out.

    FILE has one column per session. Out: id, from and to (sessions counted from 1), before, after, magnitude, reversed (1: a
    later rating undoes half of it or more; empty: no later rating). An empty cell is a missing rating; a client with a cell
    that is no number is left out and named, and the command ends with 4. Three ratings on each side are looked at: nothing
    of this can be known on the day, and it never raises an alert.
    """
    from fit_toolkit.analysis.columns import id_cells, read_numbers
    from fit_toolkit.analysis.sudden.chance import by_chance
    from fit_toolkit.analysis.sudden.gains import sudden_gains

    names = columns_of(values)
    if len(names) < 4:
        raise UsageError(f"--values names {count(len(names), 'session')}; the shortest course that can be judged has 4")
    rule = _rule(cutoff, percent, criteria, losses=losses, better=better, missing=missing, significance=significance)
    table = table_of(file)
    keys = id_cells(table, ids, (*COLUMNS, *CHANCE))
    numbers = read_numbers(table, names)
    ratings = numbers.values
    ratings[sorted({each.row for each in numbers.problems})] = math.nan
    found = sudden_gains(ratings, rule)
    chance = [
        by_chance(ratings, rule, permutations=permutations, seed=seed, keep_trend=keep) for keep in (False, True)
    ] if permutations else []  # fmt: skip
    hand_over(_text(found, keys, chance, fmt), output)
    name_problems(app, table, numbers.problems)
    _say(app, found, ratings, rule, chance)
    return int(ExitCode.PARTIAL if numbers.problems else ExitCode.OK)


def _rule(cutoff: float | None, percent: float, criteria: str, **choices: Any) -> SuddenGainRule:
    from fit_toolkit.analysis.sudden.gains import SuddenGainRule

    words = [word.strip() for word in criteria.split(",")]
    if not set(words) <= {"1", "2", "3"} or len(set(words)) < len(words):
        raise UsageError("--criteria names some of 1, 2 and 3, each once", hint="--criteria 1,2")
    if "1" in words and cutoff is None:
        raise UsageError("criterion 1 needs --cutoff", hint="points of reliable change, or choose --criteria 2,3")
    if (cutoff is not None and not 0 < cutoff < math.inf) or not 0 < percent < math.inf:
        raise UsageError("--cutoff and --percent have to be more than 0")
    chosen: tuple[Any, ...] = tuple(sorted(int(word) for word in words))
    return SuddenGainRule(cutoff=cutoff, percent=percent, criteria=chosen, **choices)


def _text(found: SuddenGains, keys: dict[str, list[str]], chance: list[ByChance], fmt: str) -> str:
    """Write the events; ids as they came in, ratings exactly, what is not known as nothing."""
    from fit_toolkit.analysis.columns import exact
    from fit_toolkit.model.instrument import TICK

    names = [*keys, *COLUMNS, *CHANCE[: len(chance)]]
    rows = []
    for nth, row in enumerate(found.row.tolist()):
        start = int(found.start[nth])
        points = (float(each[nth]) for each in (found.before, found.after, found.magnitude))
        numbers = ["" if math.isnan(each) else exact(round(each * TICK)) for each in points]
        undone = {1: "1", 0: "0"}.get(int(found.reversed[nth]), "")
        shares = [f"{float(each.share[row]):g}" for each in chance]
        rows.append([*(cells[row] for cells in keys.values()), str(start), str(start + 1), *numbers, undone, *shares])
    if fmt == "csv":
        return as_lines(rows, names)
    told = [dict(zip(names, [*row[: len(keys)], *map(_number, row[len(keys) :])], strict=True)) for row in rows]
    return as_json("sudden_gains", [{**each, "reversed": _truth(each["reversed"])} for each in told], names)


def _number(text: str) -> float | int | None:
    return None if not text else float(text) if not text.lstrip("-").isdigit() else int(text)


def _truth(value: object) -> bool | None:
    return None if value is None else bool(value)


def _say(
    app: App, found: SuddenGains, ratings: npt.NDArray[np.float64], rule: SuddenGainRule, chance: list[ByChance]
) -> None:
    """Say how many there are, how many chance would make, and what this is not for."""
    import numpy as np

    rated = int((~np.isnan(ratings)).any(axis=1).sum())
    what = f"sudden {'loss' if rule.losses else 'gain'}{'' if len(found) == 1 else 'es' if rule.losses else 's'}"
    app.say(f"{len(found)} {what} in {len(np.unique(found.row))} of {rated} clients with ratings")
    for each, words in zip(
        chance, ("in random order", "in random order around each client's own straight line"), strict=False
    ):
        low, high = np.quantile(each.events, (0.025, 0.975), method="inverted_cdf")
        app.say(
            f"the same ratings {words}: {each.events.mean():.1f} on average ({low} to {high} in 95 % of {len(each.events)} orders)"
        )
    app.say("Found afterwards, from up to three ratings on each side: for research, never an alert.")
