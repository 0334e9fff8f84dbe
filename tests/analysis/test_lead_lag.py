"""Lead and lag within persons: against regression with a constant for each client, and no look-ahead when running."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from fit_toolkit.analysis import lead_lag_effect
from fit_toolkit.analysis.lead_lag import _steps
from fit_toolkit.course import Course, Rating
from tests.analysis.test_agreement import THERAPIST as ALLIANCE
from tests.analysis.test_agreement import dyads


def made_up(clients: int, sessions: int, lead: float, seed: int) -> Course:
    random = np.random.default_rng(seed)
    alliance = random.normal(7, 1, (clients, 1)) + random.normal(0, 1, (clients, sessions))
    outcome = np.empty((clients, sessions))
    outcome[:, :1] = level = random.normal(20, 3, (clients, 1))
    for t in range(1, sessions):
        before = alliance[:, t - 1 : t] - 7
        outcome[:, t : t + 1] = level + lead * before + 0.2 * (outcome[:, t - 1 : t] - level)
        outcome[:, t] += random.normal(0, 1, clients)
    return dyads(*zip(outcome.tolist(), alliance.tolist(), strict=True))


def test_person_centred_least_squares_is_that_with_a_constant_for_each_client() -> None:
    course = made_up(12, 6, -0.8, 1)
    outcome, alliance = course.value.reshape(12, 6), course.partners[ALLIANCE].value.reshape(12, 6)
    design = np.column_stack([alliance[:, :-1].ravel(), outcome[:, :-1].ravel(), np.kron(np.eye(12), np.ones((5, 1)))])
    expected = np.linalg.lstsq(design, outcome[:, 1:].ravel(), rcond=None)[0]
    found = lead_lag_effect(course, ALLIANCE)
    assert (found.lead, found.carry) == pytest.approx((expected[0], expected[1]))
    assert (found.clients, found.steps) == (12, 60)


@pytest.mark.parametrize("centre", ["person", "running"])
def test_a_lead_that_is_there_is_found_and_one_that_is_not_is_not(centre: Literal["person", "running"]) -> None:
    there, none = (lead_lag_effect(made_up(400, 12, lead, 2), ALLIANCE, centre=centre) for lead in (-0.8, 0.0))
    assert there.lead == pytest.approx(-0.8, abs=0.1)
    assert there.lead_interval[1] < 0
    assert none.lead_interval[0] < 0 < none.lead_interval[1]


def test_differences_between_clients_are_no_lead() -> None:
    # Clients with a better alliance have better outcomes, but nothing within a client goes with anything.
    random = np.random.default_rng(3)
    alliance = random.normal(7, 2, (200, 1)) + random.normal(0, 1, (200, 10))
    outcome = 40 - 3 * alliance.mean(axis=1, keepdims=True) + random.normal(0, 1, (200, 10))
    found = lead_lag_effect(dyads(*zip(outcome.tolist(), alliance.tolist(), strict=True)), ALLIANCE)
    assert found.lead_interval[0] < 0 < found.lead_interval[1]


def test_running_means_know_nothing_of_later_sessions() -> None:
    course = made_up(3, 8, -0.8, 5)
    outcome, alliance = course.value.reshape(3, 8).tolist(), course.partners[ALLIANCE].value.reshape(3, 8).tolist()
    short = dyads(*[(own[:5], other[:5]) for own, other in zip(outcome, alliance, strict=True)])
    rows, whole = _steps(course, ALLIANCE, "running")
    early = course.number[rows] < 5
    for column, cut in zip(whole, _steps(short, ALLIANCE, "running")[1], strict=True):
        np.testing.assert_allclose(column[early], cut)


def test_a_step_needs_the_next_session_within_the_longest_gap() -> None:
    course = made_up(10, 6, -0.8, 6)
    late = course.day + np.where(course.number > 3, 60, 0)
    partner = replace(course.partners[ALLIANCE], day=late)
    apart = replace(course, day=late, partners={ALLIANCE: partner})
    assert lead_lag_effect(apart, ALLIANCE).steps == lead_lag_effect(course, ALLIANCE).steps - 10


def test_too_few_clients_or_an_alliance_that_never_varied_give_no_estimate() -> None:
    assert math.isnan(lead_lag_effect(made_up(9, 6, -0.8, 1), ALLIANCE).lead)
    flat = dyads(*[([20.0 + place, 19, 18.5, 19.5], [7.0] * 4) for place in range(12)])
    assert math.isnan(lead_lag_effect(flat, Rating(rater="therapist")).lead)
