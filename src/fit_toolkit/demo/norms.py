"""The demo's norm set: the very figures the ratings are made with, written as a file of the practice."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

NAME: Final = "demo-synthetic"
ITEM_NOISE: Final = 0.6  # SD of one answer around the level of its session
ROUNDING: Final = 1 / 12  # variance that whole numbers add to an answer


@dataclass(frozen=True)
class Spread:
    """How ratings of one scale vary: between clients, and within one from session to session."""

    instrument: str
    mean: float
    between: float
    within: float
    items: int

    @property
    def session_noise(self) -> float:
        """What is left for the session itself when the answers' own scatter is taken out."""
        return sqrt(self.within**2 - (ITEM_NOISE**2 + ROUNDING) / self.items)


ALLIANCE: Final = Spread("today-together-client", mean=8.1, between=0.7, within=0.5, items=8)
OUTCOME: Final = Spread("arriving-today", mean=5.4, between=1.1, within=0.8, items=5)

_HEAD: Final = f"""\
# Invented figures for the demo: what its ratings were made with. They say nothing about any real person or practice.
format: fit-norms/1
id: {NAME}
version: "1.0"
title: Synthetic figures of the demo
kind: synthetic
source: invented for the demo of fit-toolkit; the very figures its ratings are generated with
norms:
"""


def as_yaml() -> str:
    """Write the norm set as a file for `instruments/norms`."""
    rows = [
        f"  - {{instrument: {each.instrument}, scale: total, rater: client, mean: {each.mean}, "
        f"sd_between: {each.between}, sd_within: {each.within}, population: invented clients}}\n"
        for each in (ALLIANCE, OUTCOME)
    ]
    return _HEAD + "".join(rows)
