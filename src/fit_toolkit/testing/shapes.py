"""Synthetic courses by their shape, to see what a policy says about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Members, Rating, ScaleView, ticks

Floats: TypeAlias = "NDArray[np.float64]"
FIRST_DAY = 20_458  # Monday, 5 January 2026
WEEK = 7
LONG = 60  # days: more than a course compares over

SHAPES: Final[Mapping[str, Callable[[Floats, np.random.Generator], Floats]]] = {
    "flat": lambda at, _: np.full(len(at), 0.7),
    "falling": lambda at, _: 0.9 - 0.7 * at,
    "rising": lambda at, _: 0.2 + 0.7 * at,
    "v": lambda at, _: 0.2 + 0.7 * np.abs(2 * at - 1),
    "u": lambda at, _: 0.2 + 0.7 * (2 * at - 1) ** 4,
    "ceiling": lambda at, _: np.ones(len(at)),
    "volatile": lambda at, _: np.where(np.arange(len(at)) % 2, 0.35, 0.85),
    "gap": lambda at, _: np.full(len(at), 0.7),
    "random": lambda at, rng: rng.uniform(0, 1, len(at)),
}


def courses(
    shape: str | Sequence[str] = "flat",
    sessions: int = 12,
    clients: int = 1,
    *,
    seed: int = 0,
    noise: float = 0.0,
    scale: ScaleView | None = None,
    others: Sequence[Rating] = (),
) -> Course:
    """Give courses of one shape, or of one shape after the other.

    Args:
        shape: flat, falling, rising, v, u, ceiling, volatile, gap (sixty days without a rating in the middle) or
            random; several are given to the clients in turn.
        sessions: how many ratings each client has; 0 for clients who never rated.
        clients: how many clients.
        seed: for what is random; the same seed gives the same courses.
        noise: the SD of what is added to every rating, in the scale's units.
        scale: direction and range; left out: 0 to 10, higher is better. A shape that falls gets worse on any scale.
        others: second courses that a policy asks for; the same shapes with a noise of their own.

    Returns: a Course, as `AlertPolicy.find` gets it; sessions are a week apart.
    """
    shapes = [shape] if isinstance(shape, str) else list(shape)
    for name in shapes:
        if name not in SHAPES:
            raise ValueError(f"there is no shape {name!r}; there is: {', '.join(SHAPES)}")
    view = scale or ScaleView(instrument="made-up", scale="total")
    rng = np.random.default_rng(seed)
    named = [shapes[place % len(shapes)] for place in range(clients)]
    course = _course(named, sessions, view, rng, noise)
    partners = {each: _course(named, sessions, view, rng, noise or 1.0) for each in others}
    return _beside(course, partners)


def _course(named: Sequence[str], sessions: int, view: ScaleView, rng: np.random.Generator, noise: float) -> Course:
    at = np.arange(sessions) / max(sessions - 1, 1)
    levels = [_level(name, at, view, rng, noise) for name in named]
    days = [FIRST_DAY + WEEK * np.arange(sessions) + _pause(name, sessions) for name in named]
    count, number = len(named), np.tile(np.arange(1, sessions + 1), len(named))
    today = max((int(each[-1]) for each in days if len(each)), default=FIRST_DAY)
    newest = np.array([float(each[-1]) if len(each) else np.nan for each in days])
    return Course(
        tick=ticks(np.concatenate([*levels, np.empty(0)])),
        day=np.concatenate([*days, np.empty(0)]).astype(np.int64),
        session=number.astype(np.int64),
        root=np.arange(1, len(number) + 1, dtype=np.int64),
        prorated=np.zeros(len(number), bool),
        mark=np.zeros(len(number), bool),
        offsets=(np.arange(count + 1) * sessions).astype(np.int64),
        member=np.arange(count, dtype=np.int64),
        members=Members.plain(count, today=today, started=np.full(count, float(FIRST_DAY)), last_rated=newest),
        scale=view,
    )


def _level(name: str, at: Floats, view: ScaleView, rng: np.random.Generator, noise: float) -> Floats:
    share = SHAPES[name](at, rng)
    share = share if view.higher_is_better else 1 - share
    values = view.low + (view.high - view.low) * share + noise * rng.standard_normal(len(at))
    return np.asarray(np.round(np.clip(values, view.low, view.high), 2), np.float64)


def _pause(name: str, sessions: int) -> NDArray[Any]:
    return np.where((name == "gap") & (np.arange(sessions) >= sessions // 2), LONG, 0)


def _beside(course: Course, partners: Mapping[Rating, Course]) -> Course:
    return replace(course, partners=dict(partners)) if partners else course
