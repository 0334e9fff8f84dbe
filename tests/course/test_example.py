"""What a policy declares about itself: ratings of one made-up client where it fires, and where it stays quiet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from fit_toolkit import AlertPolicy, Course, Example, Findings, Rating
from fit_toolkit.course import example_of
from fit_toolkit.engine.describe import describe
from fit_toolkit.errors import ContractError
from tests.plugins.kit import build, practice
from tests.policies import POLICIES

OTHER = Rating(rater="therapist")


def test_ratings_are_a_week_apart_unless_days_are_given() -> None:
    plain = Example((8, 7, 4)).course()
    spaced = Example((8, 7, 4), days=(0, 7, 90)).course()

    assert plain.value.tolist() == [8, 7, 4]
    assert plain.days_since_previous[1:].tolist() == [7, 7]
    assert np.isnan(spaced.previous[2])
    assert plain.scale.higher_is_better
    assert not Example((8,), higher_is_better=False).course().scale.higher_is_better


def test_the_other_side_stands_beside_the_sessions_it_rated() -> None:
    course = Example((8, 8, 8), other=(7, None, 4)).course([OTHER])

    assert np.nan_to_num(course.beside(OTHER), nan=-1).tolist() == [7, -1, 4]


@pytest.mark.parametrize("due", [21, 0, -3])
def test_a_rating_that_was_due_lies_so_many_days_back(due: int) -> None:
    members = Example((8, 8), due=due).course().members

    assert members.today - members.due[0] == due
    assert members.last_rated[0] < members.today


def test_nobody_is_expected_to_rate_unless_it_says_so_and_a_client_may_never_have_rated() -> None:
    assert np.isnan(Example((8, 8)).course().members.due[0])
    never = Example(due=10).course()
    assert len(never) == 0
    assert np.isnan(never.members.last_rated[0])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"days": (0, 7)}, "has 3 ratings but 2 days"),
        ({"other": (1.0,)}, "has 3 ratings but 1 other"),
        ({"days": (0, 7, 7)}, "must go up"),
    ],
)
def test_what_cannot_be_a_course_is_refused(given: dict[str, tuple[float, ...]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Example((8, 7, 4), **given)  # type: ignore[arg-type]


def test_a_tuple_is_an_example_in_short() -> None:
    assert example_of((8, 4)) == Example((8.0, 4.0))
    assert example_of(None) is None
    for wrong in ("84", (8, "4"), 8, {"ratings": (8,)}, (True, 4)):
        with pytest.raises(ValueError, match="ratings in a row"):
            example_of(wrong)


def test_a_declaration_that_is_none_is_told_when_the_plugin_is_loaded() -> None:
    class Wrong(AlertPolicy, frozen=True):
        """Declares a text."""

        kind = "wrong"
        fires_on = "8, 8, 4"  # type: ignore[assignment]

        def find(self, course: Course) -> Findings:
            return course.where(course.value < 0, reason="never")

    with pytest.raises(ContractError, match=r"Wrong\.fires_on: must be ratings in a row"):
        describe("policy", Wrong)


def test_examples_travel_as_plain_data_from_a_child_process(tmp_path: Path) -> None:
    root = practice(tmp_path, "find_misses_its_example")
    provided = build(root).policies["find-misses-its-example"]

    assert provided.cls is None
    assert provided.thing.fires_on == Example((8.0, 8.0, 7.5))
    assert msgspec.json.decode(msgspec.json.encode(provided.thing), type=type(provided.thing)) == provided.thing


@pytest.mark.parametrize("kind", sorted(POLICIES))
def test_every_bundled_policy_declares_both(kind: str) -> None:
    assert example_of(POLICIES[kind].fires_on) is not None
    assert example_of(POLICIES[kind].quiet_on) is not None


def test_the_name_is_public_and_costs_nothing_until_it_is_used() -> None:
    code = "import sys, fit_toolkit; print('numpy' in sys.modules); fit_toolkit.Example; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]
