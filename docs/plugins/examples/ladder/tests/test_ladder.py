from __future__ import annotations

import pytest
from fit_ladder import Ladder
from pandas import DataFrame

from fit_toolkit.model import Scale
from fit_toolkit.testing import plugin_checks

test_ladder = plugin_checks("ladder")

NAN = float("nan")
STEPS = ("q1", "q2", "q3", "q4")
SCALE = Scale(id="total", range=(0, 4), items=STEPS, method="plugin", rule="ladder")


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ((2, 1, 0, 2), 2),  # the step after the gap does not count
        ((0, 2, 2, 2), 0),
        ((2, 2, 2, 1), 4),
        ((1, None, 2, 2), NAN),  # perhaps one step, perhaps four
        ((1, 0, None, None), 1),  # what comes after the gap does not matter
    ],
)
def test_steps_count_up_to_the_first_that_was_not_reached(answers: tuple[float | None, ...], score: float) -> None:
    given = DataFrame([answers], columns=list(STEPS), dtype=float)
    (computed,) = Ladder().compute(given, SCALE)

    assert computed == pytest.approx(score, nan_ok=True)


def test_from_which_answer_on_a_step_counts_is_a_parameter() -> None:
    given = DataFrame([(2, 1, 2, 2)], columns=list(STEPS), dtype=float)

    assert Ladder(reached=2).compute(given, SCALE).tolist() == [1]
