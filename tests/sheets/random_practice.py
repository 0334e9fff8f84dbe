"""A practice of a few people with random courses: gaps, sides left out, prorated forms, flagged answers, alerts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.clinic import ARRIVING, POLICIES, TODAY, Clinic

THERAPIST = "today-together-therapist"
MORE = """
[[policies]]
id = "usual"
kind = "beyond-usual"
instrument = "today-together-client"

[[policies]]
id = "usual-outcome"
kind = "beyond-usual"
instrument = "arriving-today"
"""
PEOPLE = ("ada", "bo", "cleo")  # no digit in a code, so that every digit on a page is a number


def random_practice(root: Path, seed: int) -> Clinic:
    """Three people, of whom two are a couple; everything about their ratings comes from the seed."""
    draw = random.Random(seed)
    clinic = Clinic(root, policies=POLICIES + MORE, day=130)
    clinic.open("ada")
    clinic.open("bo", "cleo")
    for who in PEOPLE:
        day, level = 0, draw.uniform(3, 9)
        for _ in range(draw.choice([0, 1, 2, 9, 14])):
            day += draw.choice([1, 7, 7, 7, 14, 30])
            if day < clinic.day:
                _session(clinic, draw, who, day, level)
    clinic.run()
    return clinic


def _session(clinic: Clinic, draw: random.Random, who: str, day: int, level: float) -> None:
    def answers(form: str, left_out: float) -> dict[str, Any]:
        items = [item for item in clinic.practice.catalog.get(form).number_items if item.scored]
        given = {i.id: min(max(float(round(level + draw.gauss(0, 2))), 0), 10) for i in items}
        return {**given, **{i.id: None for i in items if draw.random() < left_out}}

    if draw.random() < 0.85:
        clinic.rate(who, day, instrument=TODAY, **answers(TODAY, 0.08))
    if draw.random() < 0.5:
        clinic.rate(who, day, instrument=THERAPIST, **answers(THERAPIST, 0.0))
    if draw.random() < 0.85:
        safe = {"q7": draw.choice([0.0, 0.0, 0.0, 1.0, 2.0])}
        clinic.rate(who, day, instrument=ARRIVING, **{**answers(ARRIVING, 0.08), **safe})
