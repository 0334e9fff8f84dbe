"""The shared worked cases of change, as they stand in tests/analysis/data/change."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parents[1] / "data"
CHANGE = DATA / "change"
METHODS = ("jt", "gln", "hll", "en", "nk", "ha")
SETS = ("anxiety_low_int", "outcome_high_dec", "strain_low_dec")
LEVELS = (90, 95, 99)
Floats = npt.NDArray[np.float64]


class Case(NamedTuple):
    """One set of pairs: its figures as declared, its ratings by id, in the order of the file."""

    told: dict[str, Any]
    ids: list[str]
    pre: Floats
    post: Floats


@cache
def case(name: str) -> Case:
    told = next(each for each in json.loads((CHANGE / "cases.json").read_text())["sets"] if each["name"] == name)
    columns = told["columns"]
    rows = rows_of(CHANGE / "data" / f"{name}.csv")
    return Case(
        told,
        [row[columns["id"]] for row in rows],
        numbers([row[columns["pre"]] for row in rows]),
        numbers([row[columns["post"]] for row in rows]),
    )


def expected(name: str, method: str) -> dict[str, dict[str, str]]:
    """Give the expected row of each complete pair."""
    return {row["id"]: row for row in rows_of(CHANGE / "expected" / f"{name}.{method}.csv")}


@cache
def figures(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHANGE / "expected" / "figures.json").read_text())
    return next(each for each in [*found["sets"], *found["long"]] if each["name"] == name)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def numbers(cells: list[str]) -> Floats:
    return np.array([float(cell) if cell else np.nan for cell in cells])
