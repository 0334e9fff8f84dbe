"""What the fixtures give: the same every time, light until it is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import pytest

from fit_toolkit import Course, Rating
from fit_toolkit.course import ScaleView
from fit_toolkit.store import Store
from fit_toolkit.testing import Clock, MadeUpPractice, Runner, answers, courses
from fit_toolkit.testing import fixtures as module
from fit_toolkit.testing.shapes import SHAPES

HEAVY = ("pandas", "numpy", "sqlalchemy", "alembic", "weasyprint", "jinja2", "click", "msgspec")
DROP = '[[policies]]\nid = "a-drop"\nkind = "drop"\ninstrument = "made-up"\n'


def test_pytest_finds_the_fixtures_by_itself() -> None:
    (entry,) = [entry for entry in entry_points(group="pytest11") if entry.name == "fit-toolkit"]

    assert entry.value == module.__name__


@pytest.mark.parametrize("name", ["fit_toolkit.testing.fixtures", "fit_toolkit.testing"])
def test_loading_the_kit_loads_nothing_heavy(name: str) -> None:
    code = f"import sys, {name}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_every_fixture_has_a_name_of_ours_and_says_what_it_is() -> None:
    found = {name for name in vars(module) if name.startswith("fit_")}

    assert found == {"fit_practice", "fit_store", "fit_courses", "fit_answers", "fit_clock", "fit_cli"}


def test_a_practice_holds_made_up_clients_and_raises_alerts(fit_practice: MadeUpPractice, fit_cli: Runner) -> None:
    fit_practice.configure(DROP)
    episode = fit_practice.client("k01", ratings=(8, 8, 4.25))
    fit_practice.client("k02")

    assert episode
    assert fit_practice.run().failures == []
    assert [(alert["client"], alert["policy"]) for alert in fit_practice.alerts()] == [("k01", "a-drop")]
    html, problems = fit_practice.sheet("k01")
    assert "k01" in html
    assert problems == ()
    listed = fit_cli("clients", "list", "--format", "json")
    assert {each["code"] for each in listed.json()["clients"]} == {"k01", "k02"}


def test_one_more_rating_is_one_more_form(fit_practice: MadeUpPractice) -> None:
    fit_practice.client("k01", ratings=(8,))

    first = fit_practice.rate("k01", date(2026, 1, 12), 3.5)
    second = fit_practice.rate("k01", date(2026, 1, 19), 3.5, instrument="made-up-lower", rater="therapist")

    assert second > first


def test_the_command_line_says_how_it_ended_and_keeps_the_streams_apart(fit_cli: Runner) -> None:
    good, bad = fit_cli("plugins", "list", "--format", "json"), fit_cli("plugins", "show", "nosuch")

    assert good.exit_code == 0
    assert good.json()["schema"] == "fit/plugins/1"
    assert bad.exit_code != 0
    assert bad.stdout == ""
    assert "there is no plugin 'nosuch'" in bad.stderr


def test_the_clock_stands_until_it_is_moved(fit_clock: Clock, fit_practice: MadeUpPractice) -> None:
    assert fit_practice.practice.today() == fit_clock.today == date(2026, 6, 1)

    fit_clock.move(days=2)

    assert fit_practice.practice.today() == date(2026, 6, 3)


def test_a_store_of_its_own_has_every_table_and_nothing_in_it(fit_store: Store) -> None:
    from fit_toolkit.store import people

    with fit_store.read() as c:
        assert people.list_episodes(c) == []


def test_the_fixtures_give_what_can_be_imported(
    fit_courses: Callable[..., Course], fit_answers: Callable[..., Any]
) -> None:
    assert fit_courses is courses
    assert fit_answers is answers


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_its_sessions_within_the_range(shape: str) -> None:
    course = courses(shape=shape, sessions=12, clients=3, seed=4, noise=2.0)

    assert len(course) == 36
    assert course.value.min() >= 0
    assert course.value.max() <= 10
    assert (courses(shape=shape, sessions=12, clients=3, seed=4, noise=2.0).value == course.value).all()


def test_a_shape_is_what_it_is_called() -> None:
    value = {shape: courses(shape=shape, sessions=13).value for shape in SHAPES}

    assert (np.diff(value["falling"]) < 0).all()
    assert (np.diff(value["rising"]) > 0).all()
    assert int(value["v"].argmin()) == 6
    assert value["v"][0] == value["v"][-1] == 9.0
    assert value["u"][4:9].max() < value["v"][4]
    assert (value["ceiling"] == 10).all()
    assert (value["flat"] == value["flat"][0]).all()
    assert (np.abs(np.diff(value["volatile"])) == 5).all()
    assert np.isnan(courses(shape="gap", sessions=12).previous).sum() == 2
    assert len(set(value["random"])) > 10


def test_what_falls_gets_worse_on_any_scale() -> None:
    symptoms = ScaleView(instrument="symptoms", scale="total", higher_is_better=False, low=0, high=27)
    course = courses(shape="falling", sessions=5, scale=symptoms)

    assert (np.diff(course.value) > 0).all()
    assert (course.worsening(since=course.previous)[1:] > 0).all()


def test_shapes_go_round_and_clients_may_never_have_rated() -> None:
    both = courses(shape=("falling", "rising"), sessions=4, clients=3)
    none = courses(sessions=0, clients=2)

    assert [bool(both.value[start] > both.value[start + 3]) for start in (0, 4, 8)] == [True, False, True]
    assert len(none) == 0
    assert np.isnan(none.members.last_rated).all()


def test_a_second_course_is_there_for_a_policy_that_asks_for_one() -> None:
    other = Rating(rater="therapist")
    theirs = courses(shape="flat", sessions=6, others=[other]).beside(other)

    assert not np.isnan(theirs).any()
    assert (theirs != 7).any()


def test_an_unknown_shape_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match="there is no shape 'w'; there is: flat, falling, rising, v, u"):
        courses(shape="w")


def test_answers_are_those_that_the_items_permit() -> None:
    some = answers("phq-9", 200, seed=3, missing=0.25)

    assert list(some.columns) == [f"q{number}" for number in range(1, 10)]
    assert set(np.unique(some.to_numpy()[~np.isnan(some.to_numpy())])) <= {0.0, 1.0, 2.0, 3.0}
    assert 0.2 < float(some.isna().to_numpy().mean()) < 0.3
    assert some.equals(answers("phq-9", 200, seed=3, missing=0.25))
    assert (answers("phq-9", 2, level=1.0) == 3).all().all()
