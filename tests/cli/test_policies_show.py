from __future__ import annotations

import pytest

from fit_toolkit import Example
from fit_toolkit.cli.policies_show import ratings_of
from tests.cli.conftest import Fit


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("drop", "it fires at the last of 8, 8.5, 7.5"),
        ("drop", "it stays quiet in 8, 7.5, 7, 9"),
        ("cutoff", 'it stays quiet in 7, 6, 5; with line = 5, operator = "<"'),
        ("divergence", "it stays quiet in 8, 8, 8; beside 7, none, 6"),
        ("overdue", "it fires at the last of 8, 8; when the next is due for 21 days"),
        ("risk", "it fires at the last of 0, 0, 1; with trigger = 1 (lower is better)"),
    ],
)
def test_a_kind_of_policy_is_explained_by_its_own_examples(fit: Fit, kind: str, says: str) -> None:
    outcome = fit("policies", "show", kind)

    assert outcome.code == 0
    assert says in outcome.out


def test_days_and_lines_of_an_example_are_told_too() -> None:
    told = ratings_of(Example((8, 4), days=(0, 60), limits={"clinical": 5}))

    assert told == "8, 4; on the days 0, 60; lines clinical at 5"
    assert ratings_of(Example(due=3)) == "no ratings; when the next is due for 3 days"
