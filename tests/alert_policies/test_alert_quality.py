"""What `beyond-usual` is worth beside the usual convention, on a cohort whose truth is known; benchmarks/alert_quality.py has the rest."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from fit_toolkit.analysis import Cohort, CohortModel, simulate
from fit_toolkit.engine import build_registry

MODEL = CohortModel(ruptured=1.0)
CLIENTS = 6000


@cache
def cohort(*, ruptured: bool) -> Cohort:
    return simulate(MODEL if ruptured else CohortModel(ruptured=0.0), CLIENTS, seed=7)


def fires(kind: str, *, ruptured: bool, **parameters: object) -> np.ndarray:
    cls = build_registry(third_party=False).policies[kind].cls
    assert cls is not None
    found: np.ndarray = cls(**parameters).find(cohort(ruptured=ruptured).course).fires
    return found


def worth(*rules: tuple[str, dict[str, object]]) -> tuple[float, float]:
    """Sensitivity at the ruptures, and flags per rating of those who have none, of a rule made of some."""
    at, beside = (
        np.logical_or.reduce([fires(kind, ruptured=ruptured, **parameters) for kind, parameters in rules])
        for ruptured in (True, False)
    )
    return float(at[cohort(ruptured=True).onset].mean()), float(beside[cohort(ruptured=False).course.number > 1].mean())


def test_at_nearly_the_conventions_sensitivity_it_raises_a_fifth_of_the_false_alarms() -> None:
    convention = worth(("drop", {"points": 1.0}), ("cutoff", {"line": 36, "operator": "<"}))
    ours = worth(("beyond-usual", {"coverage": 0.79, "norms": MODEL.norms()}))
    assert convention[0] == pytest.approx(0.985, abs=0.01)  # as in another program
    assert convention[1] == pytest.approx(0.474, abs=0.015)
    assert ours[0] >= 0.945 * convention[0]
    assert ours[1] <= 0.205 * convention[1]


def test_at_a_sensitivity_of_84_it_is_far_quieter_than_a_drop_tuned_to_the_same() -> None:
    ours = worth(("beyond-usual", {"coverage": 0.934, "norms": MODEL.norms()}))
    plain = worth(("drop", {"points": 2.7}))
    assert ours[0] == pytest.approx(0.84, abs=0.015)
    assert plain[0] == pytest.approx(0.84, abs=0.015)
    assert ours[1] <= 0.031
    assert ours[1] <= 0.40 * plain[1]
