"""`fit analyze nhs FILE`: the rules of NHS Talking Therapies on the pair of measures of every client in a file."""

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
    refuse_problems,
    result_options,
    table_of,
)
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.change.talking_therapies import Figures, TalkingTherapies
    from fit_toolkit.analysis.files import Table

PHQ9: Final = (0.0, 27.0)
GAD7: Final = (0.0, 21.0)
COLUMNS: Final = (
    "anxiety_measure", "case_at_start", "case_at_end", "recovery", "reliable_improvement", "reliable_recovery",
    "reliable_deterioration",
)  # fmt: skip
HOW: Final = "--figures NAME=CASE,POINTS, from the manual of the service: both count from there on"


@click.command("nhs", epilog=CELLS)
@file_argument
@click.option("--phq9", required=True, metavar="COL,COL", help="The columns of PHQ-9, first and last rating.")
@click.option("--gad7", required=True, metavar="COL,COL", help="The columns of GAD-7, first and last rating.")
@click.option(
    "--specific",
    metavar="COL,COL",
    help="The columns of the measure that takes the place of GAD-7, where there is one.",
)
@click.option("--problem", metavar="COL", help="The column with the problem, or with the name of that measure.")
@click.option("--figures", multiple=True, metavar="NAME=CASE,POINTS",
              help="Caseness and reliable change of a measure, checked by you; both count from there on. May be repeated.")  # fmt: skip
@click.option("--contacts", metavar="COL", help="Attended treatment contacts; under 2 a course is not finished.")
@id_option
@result_options
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    file: Path,
    phq9: str,
    gad7: str,
    specific: str | None,
    problem: str | None,
    figures: tuple[str, ...],
    contacts: str | None,
    ids: tuple[str, ...],
    fmt: str,
    output: Path | None,
) -> int:
    """Apply the rules of NHS Talking Therapies (England): caseness, reliable improvement, recovery, deterioration.

    FILE has one row per course of treatment. Out: ids, anxiety_measure, and 1 (yes), 0 (no) or nothing (not known, not
    finished, or not asked: recovery of one who was no case) for case_at_start, case_at_end, recovery, reliable_improvement,
    reliable_recovery, reliable_deterioration. A case: PHQ-9 from 10 on, or the other measure (GAD-7 from 8 on). Reliable: 6
    points of PHQ-9, 4 of GAD-7. All four ratings are needed.
    """
    import numpy as np

    from fit_toolkit.analysis.change.talking_therapies import anxiety_pair, talking_therapies
    from fit_toolkit.analysis.columns import id_cells, read_numbers

    given = _figures(figures)
    pairs = [_two(phq9, "--phq9"), _two(gad7, "--gad7")]
    if (specific is None) != (problem is None):
        raise UsageError("--specific and --problem belong together: which measure it is depends on the problem")
    table = table_of(file)
    keys = id_cells(table, ids, COLUMNS)
    read = [
        read_numbers(table, pairs[0], low=PHQ9[0], high=PHQ9[1]),
        read_numbers(table, pairs[1], low=GAD7[0], high=GAD7[1]),
    ]
    names = np.full(len(table), "gad-7", dtype=object)
    anxiety = [read[1].values[:, 0], read[1].values[:, 1]]
    if specific is not None and problem is not None:
        read.append(read_numbers(table, _two(specific, "--specific")))
        words = _words(table, problem)
        *anxiety, names = anxiety_pair(words, *anxiety, *read[2].values.T)
    attended = read_numbers(table, [contacts], low=0, high=10_000) if contacts else None
    problems = [each for part in (*read, *([attended] if attended else [])) for each in part.problems]
    refuse_problems(app, table, sorted(problems, key=lambda each: each.row))
    try:
        found = talking_therapies(
            *read[0].values.T, *anxiety, anxiety_measure=names, figures=given,
            contacts=None if attended is None else attended.values[:, 0],
        )  # fmt: skip
    except UsageError as error:
        raise UsageError(error.what, hint=HOW) from error
    hand_over(_text(found, keys, names.tolist(), given, fmt), output)
    _say(app, found, names.tolist(), given)
    return 0


def _two(text: str, option: str) -> tuple[str, str]:
    columns = columns_of(text)
    if len(columns) != 2:
        raise UsageError(f"{option} names two columns, the first and the last rating", hint=f"{option} first,last")
    return columns[0], columns[1]


def _figures(texts: tuple[str, ...]) -> dict[str, Figures]:
    """Read what the caller stands for."""
    from fit_toolkit.analysis.change.talking_therapies import MEASURES, Figures

    given = {}
    for text in texts:
        name, _, numbers = text.partition("=")
        try:
            caseness, points = (float(each) for each in numbers.split(","))
        except ValueError:
            caseness, points = math.nan, math.nan
        if not (name.strip() and math.isfinite(caseness) and 0 < points < math.inf):
            raise UsageError("--figures takes a measure, its caseness and its reliable change", hint=HOW)
        measure = name.strip().casefold()
        if measure not in MEASURES:
            raise UsageError("--figures names no measure of these rules", hint=f"they know {', '.join(MEASURES)}")
        given[measure] = Figures(caseness, points)
    return given


def _words(table: Table, problem: str) -> list[str]:
    from fit_toolkit.analysis.columns import no_value, require

    require(table, [problem])
    return ["" if no_value(cell) else cell for cell in table.column(problem)]


def _text(
    found: TalkingTherapies, keys: dict[str, list[str]], names: list[str], given: dict[str, Figures], fmt: str
) -> str:
    answers = [getattr(found, name).tolist() for name in COLUMNS[1:]]
    if fmt == "csv":
        cells = [["" if math.isnan(each) else str(int(each)) for each in column] for column in answers]
        return as_lines(list(zip(*keys.values(), names, *cells, strict=True)), [*keys, *COLUMNS])
    import json

    columns = [[None if math.isnan(each) else bool(each) for each in column] for column in answers]
    rows = zip(*keys.values(), names, *columns, strict=True)
    used = {name: {"caseness": each.caseness, "reliable": each.reliable, "source": each.source}
            for name, each in _used(names, given).items()}  # fmt: skip
    counts = {name: {"yes": yes, "of": of} for name, (yes, of) in found.counts().items()}
    made: dict[str, Any] = {
        "schema": "fit/nhs/1", "nhs": [dict(zip((*keys, *COLUMNS), row, strict=True)) for row in rows], "counts": counts,
        "figures": used,
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _used(names: list[str], given: dict[str, Figures]) -> dict[str, Figures]:
    """Give the lines that were drawn, of PHQ-9 first."""
    from fit_toolkit.analysis.change.talking_therapies import MEASURES

    return {name: {**MEASURES, **given}[name] for name in dict.fromkeys(["phq-9", *names])}


def _say(app: App, found: TalkingTherapies, names: list[str], given: dict[str, Figures]) -> None:
    """Say how many were asked, how many said yes, and where the lines are from."""
    known = found.counts()["case_at_start"][1]
    app.say(f"{count(known, 'course')} of {len(names)} with all four ratings, and finished where that is known")
    for name, (yes, of) in found.counts().items():
        share = f" ({yes / of:.1%})" if of else ""
        app.say(f"{name.replace('_', ' ')}: {yes} of {of}{share}")
    for name, each in _used(names, given).items():
        app.say(f"{name}: a case from {each.caseness:g} on, reliable from {each.reliable:g} points on ({each.source})")
    app.say("Recovery is asked of those who were a case. It says nothing of why: many get better with time alone.")
