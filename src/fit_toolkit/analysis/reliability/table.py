"""All figures of a file in one long table: statistic, item, value and, where asked for, an interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from fit_toolkit.analysis.reliability.floor_ceiling import shares
from fit_toolkit.analysis.reliability.items import (
    ITEM_FIGURES,
    SCALE_FIGURES,
    Intervals,
    Missing,
    consistency,
    consistency_intervals,
)
from fit_toolkit.analysis.reliability.repeated import FIGURES, repeated_intervals, repeated_ratings
from fit_toolkit.errors import DataError, UsageError

Floats = npt.NDArray[np.float64]
COUNTS = ("n_clients", "n_repeated", "n_ratings")


class Asked(Struct, frozen=True):
    """What is wanted of the figures; `low` and `high` are the ends of one item, NaN where they are not known."""

    missing: Missing = "complete"
    low: float = math.nan
    high: float = math.nan
    resamples: int = 0
    seed: int = 1
    confidence: float = 0.95


class Line(Struct, frozen=True):
    """One figure: of the scale where `item` is empty; NaN where there is none."""

    statistic: str
    item: str
    value: float
    low: float = math.nan
    high: float = math.nan


class Found(Struct, frozen=True):
    """The figures, how many rows and clients they rest on, and the share of resamples that gave none."""

    lines: tuple[Line, ...]
    rows: int
    complete: int
    clients: int  # rows, where nobody said whose they are
    by_client: bool
    repeated: bool
    failed: float


def figures(answers: Floats, items: tuple[str, ...], asked: Asked, clients: list[Any] | None = None) -> Found:
    """Give every figure that the data can carry: of the items where there are two, of repeated ratings where clients recur."""
    whole = ~np.isnan(answers).any(axis=1)
    own = np.arange(len(answers)) if clients is None else np.unique(np.asarray(clients), return_inverse=True)[1]
    recurs = len(np.unique(own[whole])) < int(whole.sum())
    if len(items) == 1 and clients is None:
        raise UsageError("one item has no internal consistency", hint="name two, or the client with --by")
    if len(items) == 1 and not recurs:
        raise DataError("no client has two ratings", hint="one item can only be judged by repeated ratings")
    lines: list[Line] = []
    failed = 0.0
    if len(items) > 1:
        drawn = None
        if asked.resamples:
            drawn = consistency_intervals(
                answers, resamples=asked.resamples, seed=asked.seed, clients=own, missing=asked.missing,
                confidence=asked.confidence,
            )  # fmt: skip
            failed = drawn.failed
        lines += _of_items(answers, items, asked, drawn)
    lines += _of_shares(answers, items, asked)
    if recurs:
        lines += _of_clients(answers[whole].sum(axis=1), own[whole], asked)
    return Found(tuple(lines), len(answers), int(whole.sum()), len(np.unique(own)), clients is not None, recurs, failed)


def _of_items(answers: Floats, items: tuple[str, ...], asked: Asked, drawn: Intervals | None) -> Iterator[Line]:
    found = consistency(answers, missing=asked.missing)
    for name in SCALE_FIGURES:
        yield Line(name, "", getattr(found, name), *_ends(drawn, name))
    yield Line("n", "", found.n)
    for name in ITEM_FIGURES:
        for place, item in enumerate(items):
            yield Line(name, item, float(getattr(found, name)[place]), *_ends(drawn, name, place))


def _of_shares(answers: Floats, items: tuple[str, ...], asked: Asked) -> Iterator[Line]:
    found = shares(answers, asked.low, asked.high)
    known = ("floor", "ceiling") if math.isfinite(asked.low) else ()
    for name in (*known, "missing"):
        yield Line(f"{name}_share", "", getattr(found, name))
        for place, item in enumerate(items):
            yield Line(f"{name}_share", item, float(getattr(found, f"item_{name}")[place]))


def _of_clients(ratings: Floats, clients: npt.NDArray[Any], asked: Asked) -> Iterator[Line]:
    found = repeated_ratings(ratings, clients)
    drawn = None
    if asked.resamples:
        drawn = repeated_intervals(
            ratings, clients, resamples=asked.resamples, seed=asked.seed, confidence=asked.confidence
        )
    for name in COUNTS:
        yield Line(name, "", getattr(found, name))
    for name in FIGURES:
        statistic = {"mean": "mean_of_ratings", "sd": "sd_of_ratings"}.get(name, name)
        yield Line(statistic, "", getattr(found, name), *_ends(drawn, name))


def _ends(drawn: Intervals | None, name: str, place: int | None = None) -> tuple[float, float]:
    if drawn is None:
        return math.nan, math.nan
    low, high = drawn.low[name], drawn.high[name]
    return (float(low), float(high)) if place is None else (float(low[place]), float(high[place]))
