"""`fit analyze evaluate`: what alert policies are worth, on a file of ratings or on a made-up cohort."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.analyzing import CELLS, as_lines, hand_over, keep_apart, refuse_problems, result_options, table_of
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.evaluating import FEW_EVENTS, PAIRS, SPEAKS, TRUTH, as_document, cells, pair_rows, quality_row
from fit_toolkit.errors import DataError, PluginError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fit_toolkit.analysis import CohortModel
    from fit_toolkit.course import Course, Norms
    from fit_toolkit.courses.trying import Tried
    from fit_toolkit.settings import PolicyFile

    Mask = npt.NDArray[np.bool_]

ENDS: Final = "0,40"
MOST: Final = 20_000_000  # ratings in a cohort
MODEL: Final = {
    "sessions": int, "mean": float, "between": float, "within": float, "step": float, "ruptured": float, "depth": float,
    "recovery": int, "trend": float, "noise_spread": float, "missing": float,
}  # fmt: skip
RENAMED: Final = {"between": "sd_between", "within": "sd_within"}


@dataclass(frozen=True)
class Tryout:
    """The courses that policies are tried on, what they ought to find (None: not known), and which norms are known."""

    course: Course
    true: Mask | None
    norms: dict[str, Norms]
    model: CohortModel | None = None


def _model_options(command: Any) -> Any:
    told = {
        "sessions": "Sessions of each client [12].", "mean": "Mean level [37].", "between": "SD between clients [2.5].",
        "within": "SD of a client's ratings [1.5].", "step": "Ratings fall on its multiples [0.1].",
        "ruptured": "Share of clients with a rupture [0.3].", "depth": "Points that a rupture takes off [5].",
        "recovery": "Further ratings until it is over [0].", "trend": "Points of change by the last session [0].",
        "noise_spread": "How much clients differ in noise: SD of its log [0].", "missing": "Share of ratings missing [0].",
    }  # fmt: skip
    for name in reversed(MODEL):
        kept = told[name] if told[name].startswith("SD") else f"{told[name][0].lower()}{told[name][1:]}"
        option = click.option(f"--{name.replace('_', '-')}", name, type=MODEL[name], help=f"Simulated: {kept}")
        command = option(command)
    return command


@click.command("evaluate", epilog=CELLS)
@click.argument("file", metavar="[FILE]", required=False,
                type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))  # fmt: skip
@click.option("--policies", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.toml",
              help="[[policies]] tables, as in fit.toml. Default: the classical rules and ours, side by side.")  # fmt: skip
@click.option("--id", "ids", multiple=True, metavar="COL", help="Whose rating it is; may be repeated.")
@click.option("--time", metavar="COL", help="Dates (2026-09-01), or numbers of the session.")
@click.option("--value", metavar="COL", help="The ratings.")
@click.option(
    "--criterion", metavar="COL", help="What policies ought to find: 1 where it was so, 0 or empty elsewhere."
)
@click.option("--range", "ends", metavar="MIN,MAX", help="The ends of the scale. Simulated: 0,40.")
@click.option("--better", type=click.Choice(("higher", "lower")), default="higher", show_default=True,
              help="Which way is better.")  # fmt: skip
@click.option("--drop", type=float, metavar="POINTS", help="The classical drop. Default without --policies: 1.")
@click.option("--line", type=float, metavar="VALUE", help="The classical line; with --drop also either of them.")
@click.option("--window", type=click.IntRange(0), default=0, show_default=True, metavar="N",
              help="A flag up to N ratings before an event counts as having found it.")  # fmt: skip
@click.option("--simulate", type=click.IntRange(1, 1_000_000), metavar="N", help="Instead of FILE: make up N clients.")
@_model_options
@click.option("--trend-shape", type=click.Choice(("linear", "log")), help="Simulated: how the change goes [linear].")
@click.option("--norms", metavar="NAME", help="Simulated: mean and SDs of this norm set, for --instrument.")
@click.option("--instrument", metavar="ID", help="Simulated: range and direction of its main scale.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same cohort.")
@click.option("--pairs", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write how far every two policies agree, as CSV.")  # fmt: skip
@result_options
@pass_app
def command(app: App, /, file: Path | None, policies: Path | None, pairs: Path | None, fmt: str, output: Path | None,
            window: int, **given: Any) -> int:  # fmt: skip
    """Try alert policies on a file of ratings, or on a made-up cohort, and say what they are worth.

    Out, one row per policy: alerts per 100 ratings and clients ever flagged; with a criterion, or on a made-up cohort, also
    sensitivity (events flagged at their first rating), specificity (ratings outside events that stay quiet), PPV (flags
    inside an event) and lead (median ratings by which the first flag came before it), each with n and its 95 % interval.
    Ratings from the second of a client on are counted, because most policies say nothing about a first.
    """
    if given["simulate"] and file is not None:
        raise UsageError("FILE and --simulate exclude each other")
    if window and not (given["simulate"] or given["criterion"]):
        raise UsageError("--window needs --criterion: without it there are no events to find")
    keep_apart(pairs, output, "--pairs")
    tryout = _made_up(app, given) if given["simulate"] else _of_file(app, file, given)
    tried = _tried(app, tryout, policies, given)
    from fit_toolkit.analysis import policy_quality

    course, counted = tryout.course, tryout.course.number > 1
    truth = tryout.true is not None
    rows = [
        {"policy": each.id, "kind": each.kind}
        | quality_row(
            policy_quality(course, each.flagged, true=tryout.true, counted=counted, window=window), truth=truth
        )
        for each in tried
    ]
    columns = ("policy", "kind", *SPEAKS, *(TRUTH if truth else ()))
    agree = pair_rows({each.id: each.flagged.fires for each in tried}, counted)
    if fmt == "json":
        text = as_document("evaluation", policies=rows, pairs=agree, model=_plain_model(tryout.model))
    else:
        text = as_lines(cells(rows, columns), columns)
    hand_over(text, output)
    if pairs is not None:
        hand_over(as_lines(cells(agree, PAIRS), PAIRS), pairs)
    _say(app, tryout, counted)
    return 0


def _tried(app: App, tryout: Tryout, policies: Path | None, given: dict[str, Any]) -> list[Tried]:
    from fit_toolkit.courses.trying import rules_at_hand, try_policies
    from fit_toolkit.engine import PluginFailureError, build_registry
    from fit_toolkit.settings import load_policies
    from fit_toolkit.settings.declared import BY_NAME

    drop = 1.0 if given["drop"] is None and policies is None else given["drop"]
    if any(each is not None and not math.isfinite(each) for each in (drop, given["line"])) or (
        drop is not None and drop <= 0
    ):
        raise UsageError("--drop has to be more than 0, and --line a number")
    scale = tryout.course.scale
    if given["line"] is not None and not scale.low <= given["line"] <= scale.high:
        raise UsageError(f"--line lies outside the scale, {scale.low:g} to {scale.high:g}")
    higher = scale.higher_is_better
    files: list[PolicyFile] = [] if policies is None else [load_policies(policies)]
    files.append(
        rules_at_hand(
            drop=drop, line=given["line"], higher=higher, norms="simulated" in tryout.norms, ours=policies is None
        )
    )
    lapse = app.practice.settings.number("alerts.lapse") if app.in_practice else int(BY_NAME["alerts.lapse"].default)
    registry = app.practice.registry if app.in_practice else build_registry(third_party=False)
    catalog = app.practice.catalog if app.in_practice else None
    try:
        return try_policies(files, tryout.course, registry, norms=tryout.norms, lapse=lapse, catalog=catalog)
    except PluginFailureError as error:
        raise PluginError(str(error)) from error


def _of_file(app: App, file: Path | None, given: dict[str, Any]) -> Tryout:
    from fit_toolkit.analysis.columns import read_numbers
    from fit_toolkit.analysis.rows import read_rows
    from fit_toolkit.course import ScaleView

    if file is None:
        raise UsageError("name a file of ratings, or make up a cohort", hint="--simulate 1000")
    if not (given["ids"] and given["time"] and given["value"] and given["ends"]):
        raise UsageError("a file of ratings needs --id, --time, --value and --range")
    alone = [name for name in (*MODEL, "trend_shape", "norms", "instrument") if given[name] is not None]
    if alone:
        raise UsageError(f"--{alone[0].replace('_', '-')} is about a made-up cohort", hint="--simulate N")
    low, high = _ends(given["ends"])
    table = table_of(file)
    rows = read_rows(table, tuple(dict.fromkeys(given["ids"])), given["time"])
    read = [read_numbers(table, [given["value"]], low=low, high=high)]
    if given["criterion"]:
        read.append(read_numbers(table, [given["criterion"]], low=0, high=1))
    problems = [*rows.problems, *(problem for part in read for problem in part.problems)]
    refuse_problems(app, table, sorted(problems, key=lambda each: each.row))
    values = read[0].values[:, 0]
    scale = ScaleView(
        instrument="file", scale=given["value"], higher_is_better=given["better"] == "higher", low=low, high=high
    )
    course = rows.course(values, scale)
    if not len(course):
        raise DataError("no row has a rating", where=table.name)
    true = None
    if given["criterion"]:
        marks = _marks(read[1].values[:, 0], values)
        true = rows.course(marks, scale).tick > 0
    return Tryout(course, true, {})


def _marks(marks: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give 1 or 0 for every row that has a rating: an empty cell of the criterion is no event."""
    import numpy as np

    if not np.isin(marks[~np.isnan(marks)], (0.0, 1.0)).all():
        raise UsageError("--criterion holds 1 where it was so, and 0 or nothing elsewhere")
    return np.where(np.isnan(values), np.nan, np.nan_to_num(marks))


def _made_up(app: App, given: dict[str, Any]) -> Tryout:
    import msgspec

    from fit_toolkit.analysis import CohortModel, simulate

    stray = [name for name in ("ids", "time", "value", "criterion") if given[name]]
    if stray:
        raise UsageError(f"--{'id' if stray[0] == 'ids' else stray[0]} is about a file")
    known: dict[str, Any] = {"higher_is_better": given["better"] == "higher"}
    known |= dict(zip(("low", "high"), _ends(given["ends"] or ENDS), strict=True))
    known |= _of_norms(app, given["norms"], given["instrument"], given["ends"])
    typed = {RENAMED.get(name, name): given[name] for name in (*MODEL, "trend_shape") if given[name] is not None}
    try:
        model = msgspec.convert(known | typed, CohortModel)
    except msgspec.ValidationError as error:
        said = str(error).replace("`$.sd_", "--").replace("`$.", "--").replace("`", "").replace("_", "-")
        raise UsageError(f"the model of the cohort: {said}") from error
    if not all(
        math.isfinite(each) for each in (model.depth, model.trend, model.step, model.sd_between, model.sd_within)
    ):
        raise UsageError("a figure of the cohort's model is not finite")
    if given["simulate"] * model.sessions > MOST:
        raise UsageError(f"more than {MOST} ratings; fewer say as much")
    if not model.low <= model.mean <= model.high:
        raise UsageError(f"the mean lies outside the scale, {model.low:g} to {model.high:g}", hint="--mean, --range")
    cohort = simulate(model, given["simulate"], seed=given["seed"])
    return Tryout(cohort.course, cohort.down, {"simulated": model.norms()}, model)


def _of_norms(app: App, norms: str | None, instrument: str | None, ends: str | None) -> dict[str, Any]:
    """Take range and direction from an instrument, and mean and SDs from a norm set that knows its main scale."""
    from fit_toolkit.cli.instruments_at_hand import catalog_at_hand

    if instrument is None:
        if norms is not None:
            raise UsageError("--norms needs --instrument: a norm set may know several")
        return {}
    if ends is not None:
        raise UsageError("--range comes from the instrument")
    catalog = catalog_at_hand(app)
    definition = catalog.get(instrument)
    view = definition.watchable(definition.main_scale)
    out: dict[str, Any] = {
        "low": view.minimum, "high": view.maximum, "higher_is_better": view.direction == "higher_is_better"
    }  # fmt: skip
    if norms is not None:
        rater = "client" if "client" in definition.raters else definition.raters[0]
        norm = catalog.norms(norms).find(definition.id, definition.main_scale, rater)
        if norm is None:
            raise UsageError(f"the norm set '{norms}' says nothing about {instrument} {definition.main_scale}")
        out |= {"mean": norm.mean, "sd_between": norm.sd_between, "sd_within": norm.sd_within}
    return out


def _ends(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low, high = math.nan, math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError("--range has to be two numbers, the lower first", hint="--range 0,40")
    return low, high


def _plain_model(model: CohortModel | None) -> dict[str, Any] | None:
    import msgspec

    return None if model is None else msgspec.to_builtins(model)


def _say(app: App, tryout: Tryout, counted: Mask) -> None:
    """Say how much it rests on, and what it is not."""
    course = tryout.course
    clients = int((course.count > 0).sum())
    people = f"{clients} {'client' if clients == 1 else 'clients'}"
    ratings = f"{len(course)} {'rating' if len(course) == 1 else 'ratings'}"
    app.say(f"{people}, {ratings}; counted are those after a client's first: {int(counted.sum())}")
    if tryout.true is not None:
        first = tryout.true.copy()
        first[1:] &= ~(tryout.true[:-1] & (course.number[1:] > 1))
        events = int((first & counted).sum())
        few = ": too few to tell policies apart; read the intervals" if events < FEW_EVENTS else ""
        app.say(f"{events} {'event' if events == 1 else 'events'} at counted ratings{few}")
    if tryout.model is not None:
        app.say("Made up from the model that --format json prints: what is true of it is not known of any clinic.")
    else:
        app.say("Counted afterwards, on these ratings: another clinic, or next year, may differ.")
