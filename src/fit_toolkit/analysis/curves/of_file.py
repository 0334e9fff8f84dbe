"""`fit analyze curves` without the command line: a table of ratings in, the model and its bands out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct

from fit_toolkit.analysis.columns import Problem, id_cells, plain, read_numbers
from fit_toolkit.analysis.curves.calibration import calibration_cells, tried_on_others
from fit_toolkit.analysis.curves.expected import expected_response
from fit_toolkit.analysis.curves.fitting import Ratings, after_intake, fit_ratings, long_ratings
from fit_toolkit.analysis.files import Table, written
from fit_toolkit.errors import DataError
from fit_toolkit.model.curves import MINIMUM_CELL, Cell, CurveFit, Transform

CELL: Final = ("percent", "intake_fifth", "time", "n_clients", "n", "inside", "below")
QUINTILES: Final = (0.1, 0.3, 0.5, 0.7, 0.9)  # where bands by intake are given: the middle of each fifth
FROM: Final[dict[str, float]] = {"log": math.ulp(0), "sqrt": 0.0, "linear": -math.inf}
DIGITS: Final = 6


class Wish(Struct, frozen=True):
    """What is asked of a file; names and meaning are those of the options of the command."""

    ids: tuple[str, ...]
    time: str
    value: str
    transform: Transform = "log"
    percents: tuple[float, ...] = (68.0, 80.0, 90.0)
    by_intake: bool = False
    random: Literal["slopes", "intercepts"] = "slopes"
    held_out: float | None = None
    seed: int = 1


@dataclass(frozen=True)
class Course:
    """The model of a file and its bands, one row per time (and intake) with the count of ratings behind it."""

    curve: CurveFit
    wish: Wish
    rows: list[dict[str, float | int]]
    left_out: int  # rows without a rating or a time
    clients: int  # with a rating, used or not
    cells: tuple[Cell, ...] = ()  # how the same model did on clients who were held out

    def json(self) -> str:
        """Write it as the stable JSON `fit/curves/1`, every figure as it was computed."""
        made: dict[str, Any] = {
            "schema": "fit/curves/1",
            "transform": self.wish.transform,
            "by_intake": self.wish.by_intake,
            "fixed": _fixed(self.curve),
            "random": _random(self.curve, self.wish.random),
            "residual_sd": self.curve.residual_sd,
            "n_clients": self.curve.n_clients,
            "n_scores": self.curve.n_scores,
            "log_likelihood": self.curve.log_likelihood,
            "singular": self.curve.singular,
            "bands": self.rows,
        }
        if self.wish.held_out is not None:
            tried = {"held_out": self.wish.held_out, "seed": self.wish.seed, "minimum_cell": MINIMUM_CELL}
            made["calibration"] = tried | {"cells": [dict(zip(CELL, _cell(each), strict=True)) for each in self.cells]}
        return json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def csv(self) -> str:
        """Write the bands alone as CSV; where clients were held out, how the bands did on them."""
        if self.wish.held_out is not None:
            told = (
                ["" if each is None else plain(_rounded(float(each))) for each in _cell(cell)] for cell in self.cells
            )
            return "\n".join([",".join(CELL), *(",".join(row) for row in told)]) + "\n"
        lines = [",".join(written(list(self.rows[0])))]
        lines += [",".join(plain(_rounded(float(each))) for each in row.values()) for row in self.rows]
        return "\n".join(lines) + "\n"


def read_ratings(table: Table, wish: Wish) -> tuple[list[tuple[str, ...]], Any, tuple[Problem, ...]]:
    """Read whose ratings they are, times and values; problems name every cell that cannot be used."""
    keys = id_cells(table, wish.ids, ())
    whose = list(zip(*keys.values(), strict=True))
    times = read_numbers(table, (wish.time,))
    values = read_numbers(table, (wish.time, wish.value)).values
    problems = [*times.problems, *(each for each in read_numbers(table, (wish.value,)).problems)]
    known = np.isfinite(values).all(axis=1)
    low = known & (values[:, 0] < FROM[wish.transform])
    counts = "more than 0" if wish.transform == "log" else "0 or more"
    message = f"{wish.transform} needs a time of {counts}; sessions count from 1"
    problems += [Problem(int(row), wish.time, message) for row in np.flatnonzero(low)]
    seen: set[tuple[Any, ...]] = set()
    for row in np.flatnonzero(known):
        key = (whose[row], values[row, 0])
        if not all(cell.strip() for cell in whose[row]):
            problems.append(Problem(int(row), wish.ids[0], "whose rating is this"))
        elif key in seen:
            problems.append(Problem(int(row), wish.time, "a second rating of the same client at the same time"))
        seen.add(key)
    return whose, values, tuple(sorted(problems, key=lambda each: each.row))


def course_of(whose: Sequence[tuple[str, ...]], values: Any, wish: Wish, name: str) -> Course:
    """Fit the ratings of a file and work out the bands at every time that occurs."""
    keys = np.fromiter((json.dumps(each) for each in whose), dtype=object, count=len(whose))
    cells: tuple[Cell, ...] = ()
    try:
        ratings = long_ratings(keys, values[:, 0], values[:, 1])
        curve = fit_ratings(ratings, transform=wish.transform, by_intake=wish.by_intake, random=wish.random)
        if wish.held_out is not None:
            tried = tried_on_others(
                ratings, transform=wish.transform, by_intake=wish.by_intake, random=wish.random, share=wish.held_out,
                seed=wish.seed, percents=wish.percents,
            )  # fmt: skip
            cells = calibration_cells(tried)
    except DataError as error:
        raise DataError(error.what, where=name, hint=error.hint) from error
    left_out = len(whose) - len(ratings.value)
    return Course(curve, wish, list(_bands(curve, ratings, wish)), left_out, len(ratings.names), cells)


def _bands(curve: CurveFit, ratings: Ratings, wish: Wish) -> list[dict[str, float | int]]:
    if not wish.by_intake:
        when, counts = np.unique(ratings.session, return_counts=True)
        return _rows(curve, when, counts, wish, None)
    intake = ratings.intake[np.isfinite(ratings.intake)]
    fifth = np.searchsorted(np.quantile(intake, [0.2, 0.4, 0.6, 0.8]), ratings.intake, side="left")[ratings.client]
    used = after_intake(ratings) & np.isfinite(ratings.intake)[ratings.client]
    when = np.unique(ratings.session[used])
    rows = []
    for nth, at in enumerate(np.quantile(intake, QUINTILES)):
        here = ratings.session[used & (fifth == nth)]
        counts = np.searchsorted(np.sort(here), when, side="right") - np.searchsorted(np.sort(here), when, side="left")
        rows += _rows(curve, when, counts, wish, float(at))
    return rows


def _rows(curve: CurveFit, when: Any, counts: Any, wish: Wish, intake: float | None) -> list[dict[str, float | int]]:
    found = expected_response(curve, when, intake, percents=wish.percents)
    rows: list[dict[str, float | int]] = []
    for nth, time in enumerate(when.tolist()):
        row: dict[str, float | int] = {} if intake is None else {"intake": intake}
        row |= {"time": _whole(time), "n": int(counts[nth]), "mean": float(found.mean[nth]), "sd": float(found.sd[nth])}
        for place, percent in enumerate(wish.percents):
            row[f"low_{percent:g}"] = float(found.low[nth, place])
            row[f"high_{percent:g}"] = float(found.high[nth, place])
        rows.append(row)
    return rows


def _cell(cell: Cell) -> list[float | int | None]:
    """Give the figures of a cell in the order of `CELL`; None where all fifths, or all times, are meant."""
    time = None if cell.session is None else _whole(cell.session)
    return [cell.percent, cell.quintile, time, cell.n_clients, cell.n_ratings, cell.inside, cell.below]


def _fixed(curve: CurveFit) -> dict[str, float | None]:
    fixed: dict[str, float | None] = {"intercept": curve.intercept, "slope": curve.slope}
    return fixed | ({"intake": curve.intake, "slope_by_intake": curve.slope_by_intake} if curve.by_intake else {})


def _random(curve: CurveFit, random: str) -> dict[str, float | None]:
    made: dict[str, float | None] = {"intercept_variance": curve.intercept_variance}
    if random == "slopes":
        size = math.sqrt(curve.intercept_variance * curve.slope_variance)
        made |= {"slope_variance": curve.slope_variance, "covariance": curve.covariance}
        made["correlation"] = curve.covariance / size if size else None
    return made


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def _rounded(value: float) -> float:
    """Keep six digits, which are the same on every machine."""
    return float(f"{value:.{DIGITS}g}")
