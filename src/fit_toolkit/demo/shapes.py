"""How ratings run over a therapy: one function a shape, from the number of sessions to a level for each."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

Levels = list[float]
TOP: Final = 10.0


def steady(base: float, n: int) -> Levels:
    """Nothing changes."""
    return [base] * n


def improving(base: float, n: int) -> Levels:
    """A little better every time."""
    return [base - 1.5 + 3.0 * at for at in _along(n)]


def early_gain(base: float, n: int) -> Levels:
    """A jump after the third session that stays."""
    return [base - 1.2 if session < 3 else base + 1.4 for session in range(n)]


def falling(base: float, n: int) -> Levels:
    """Fine for the first half, then worse every time."""
    return [base - 7.6 * max(0.0, at - 0.5) for at in _along(n)]


def v(base: float, n: int) -> Levels:
    """Down to the middle and back up."""
    return [base - 3.2 * (1 - abs(2 * at - 1)) for at in _along(n)]


def ceiling_then_fall(base: float, n: int) -> Levels:
    """All tens, then a fall that is easy to miss because the numbers still look high."""
    return [TOP] * (n - 2) + [base - 0.8, base - 1.8]


def erosion(base: float, n: int) -> Levels:
    """Down a third of a point a session: no step stands out, the sum does."""
    return [base + 0.6 - 3.9 * at for at in _along(n)]


def volatile(base: float, n: int) -> Levels:
    """Up and down, without a direction."""
    return [base + (0.6 if session % 2 else -2.2) for session in range(n)]


def tens(base: float, n: int) -> Levels:
    """All tens for the last four: too good to learn anything from."""
    return [min(base, 8.8)] * (n - 4) + [TOP] * 4


def apart(base: float, n: int) -> Levels:
    """Well below before for the last two sessions; the therapist did not see it so."""
    return [base] * (n - 2) + [4.6, 4.4]


def _along(n: int) -> Levels:
    """From 0 at the first session to 1 at the last."""
    return [session / max(n - 1, 1) for session in range(n)]


SHAPES: Final[dict[str, Callable[[float, int], Levels]]] = {
    "steady": steady,
    "improving": improving,
    "early-gain": early_gain,
    "falling": falling,
    "v": v,
    "ceiling-then-fall": ceiling_then_fall,
    "erosion": erosion,
    "volatile": volatile,
    "tens": tens,
    "apart": apart,
}


def levels(shape: str, base: float, n: int, *, noise: float, rng: random.Random) -> Levels:
    """Give the level of each session: the shape, with the ordinary ups and downs of a person around it.

    A level of ten is exactly ten: who circles the top of every line has nowhere to vary.
    """
    path = SHAPES[shape](base, n)
    return [level if level == TOP else min(max(level + rng.gauss(0, noise), 0.4), 9.7) for level in path]
