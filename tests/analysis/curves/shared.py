"""The shared worked case of expected courses, and made-up ratings of a known model."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parents[1] / "data" / "growth"
FILE = DATA / "data" / "example_150.csv"
Floats = npt.NDArray[np.float64]


class Long(NamedTuple):
    """Ratings in long form, one entry per rating."""

    client: npt.NDArray[Any]
    session: Floats
    value: Floats


@cache
def example() -> Long:
    with FILE.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return Long(
        np.array([row["episode"] for row in rows], dtype=object),
        np.array([float(row["session"]) for row in rows]),
        np.array([float(row["score"]) for row in rows]),
    )


@cache
def models() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "expected" / "example_150.json").read_text())["models"]
    return found


def made_up(clients: int, seed: int, *, sessions: int = 8, slopes: float = 2.0, noise: float = 2.5) -> Long:
    """Make ratings of clients who all stay to the end: 18 falling by 3 ln(session), intercepts with an SD of 5."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(clients), sessions)
    session = np.tile(np.arange(1.0, sessions + 1), clients)
    level = 18 + random.normal(0, 5, clients)
    rate = -3 + random.normal(0, 1, clients) * slopes
    value = level[who] + rate[who] * np.log(session) + random.normal(0, noise, len(who))
    return Long(who.astype(object), session, value)
