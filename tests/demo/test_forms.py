"""The ratings of the demo before they go anywhere: every shape is really in them, whatever the seed and the day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import fmean

import pytest

from fit_toolkit.catalog import Catalog, build, bundled
from fit_toolkit.demo.cast import STORIES, Story
from fit_toolkit.demo.days import Days
from fit_toolkit.demo.forms import ARRIVING, CLIENT, THERAPIST, Form, Session, make_sessions
from fit_toolkit.demo.norms import ALLIANCE, OUTCOME, Spread

CATALOG: Catalog = build([bundled()])
SUNDAY = date(2026, 3, 1)
SEEDS = (1, 7, 23)


def sessions_of(seed: int = 7, last: date = SUNDAY) -> list[Session]:
    return make_sessions(seed, Days(last), CATALOG)


def total(form: Form) -> float:
    scale = CATALOG.get(form.instrument).scale("total")
    answers = [form.answers.get(item, "") for item in scale.items]
    return fmean(int(answer) for answer in answers if answer.isdigit())


def course(sessions: list[Session], story: Story, instrument: str) -> list[float]:
    """The totals of one client; of who came back, the therapy that goes on now."""
    forms = [form for s in sessions if s.story == story and s.week < 60 for form in s.forms]
    return [total(form) for form in forms if form.instrument == instrument]


def courses(sessions: list[Session], shape: str) -> list[list[float]]:
    together = [course(sessions, story, CLIENT) for story in STORIES if story.alliance == shape]
    weeks = [course(sessions, story, ARRIVING) for story in STORIES if story.outcome == shape]
    return together + weeks


def late_minus_early(values: list[float]) -> float:
    return fmean(values[-3:]) - fmean(values[:3])


@pytest.fixture(scope="module", params=SEEDS)
def sessions(request: pytest.FixtureRequest) -> list[Session]:
    return sessions_of(request.param)


def test_the_same_seed_gives_the_same_forms_and_another_seed_others() -> None:
    assert sessions_of(7) == sessions_of(7)
    assert sessions_of(7) != sessions_of(8)


@pytest.mark.parametrize("weekday", range(7))
def test_on_whatever_day_it_ends_no_session_is_later_and_none_is_on_a_weekend(weekday: int) -> None:
    last = SUNDAY + timedelta(days=weekday)
    days = [session.on for session in sessions_of(last=last)]
    assert max(days) <= last
    assert {day.weekday() for day in days} <= set(range(5))


def test_there_are_forty_clients_with_six_to_twelve_sessions_each(sessions: list[Session]) -> None:
    counts = Counter(s.story.client for s in sessions if s.week < 60)
    assert len(counts) == 40
    assert min(counts.values()) == 6
    assert max(counts.values()) == 12


def test_improving_courses_improve(sessions: list[Session]) -> None:
    found = courses(sessions, "improving") + courses(sessions, "early-gain")
    assert min(late_minus_early(values) for values in found) > 0.4
    assert fmean(late_minus_early(values) for values in found) > 1.2


def test_falling_courses_fall(sessions: list[Session]) -> None:
    assert max(values[-1] - fmean(values[:4]) for values in courses(sessions, "falling")) < -2


def test_v_shaped_courses_go_down_and_come_back(sessions: list[Session]) -> None:
    for values in courses(sessions, "v"):
        third = len(values) // 3
        lowest = min(values[third:-third])
        assert lowest < values[0] - 1
        assert lowest < values[-1] - 1


def test_perfect_courses_are_perfect_until_they_fall(sessions: list[Session]) -> None:
    found = courses(sessions, "ceiling-then-fall")
    assert all(set(values[:-2]) == {10.0} for values in found)
    assert all(values[-1] < 8 for values in found)


def test_eroding_courses_lose_more_in_all_than_in_any_step(sessions: list[Session]) -> None:
    assert max(late_minus_early(values) for values in courses(sessions, "erosion")) < -1
    for story in STORIES:
        if story.alliance == "erosion":
            values = course(sessions, story, CLIENT)
            assert max(values) - values[-1] > max(a - b for a, b in pairwise(values)) + 0.5


def test_volatile_courses_swing_more_than_steady_ones(sessions: list[Session]) -> None:
    def swing(shape: str) -> float:
        return fmean(abs(a - b) for values in courses(sessions, shape) for a, b in pairwise(values))

    assert swing("volatile") > 2 * swing("steady")


def test_who_went_silent_has_not_rated_for_a_month_and_the_others_have_rated_this_week(sessions: list[Session]) -> None:
    newest = {s.story.client: s.on for s in sessions}
    for story in STORIES:
        silent_for = (SUNDAY - newest[story.client]).days
        if story.special == "silent":
            assert silent_for > 28
        elif not story.ended:
            assert silent_for < 7


def test_answers_about_staying_safe_are_where_the_stories_want_them(sessions: list[Session]) -> None:
    said: dict[str, list[str]] = {}
    for session in sessions:
        said.setdefault(session.story.special, []).extend(form.answers["q7"] for form in session.forms[:1])
    assert said["risk"][-1] == "yes"
    assert said["low-risk"][-6:] == ["not-sure"] * 6
    assert (said["no-answer"][-1], set(said["no-answer"][:-1])) == ("", {"no"})
    others = set(said) - {"risk", "low-risk", "no-answer"}
    assert {answer for special in others for answer in said[special]} == {"no"}


def test_client_and_therapist_are_far_apart_about_the_last_two_sessions_of_one_course(sessions: list[Session]) -> None:
    (story,) = (story for story in STORIES if story.alliance == "apart")
    client, therapist = course(sessions, story, CLIENT), course(sessions, story, THERAPIST)
    assert all(t - c > 2.5 for c, t in zip(client[-2:], therapist[-2:], strict=True))


def test_one_therapist_rates_every_third_session(sessions: list[Session]) -> None:
    def share(therapist: str) -> float:
        mine = [s for s in sessions if s.therapist == therapist]
        return sum(form.instrument == THERAPIST for s in mine for form in s.forms) / len(mine)

    assert share("birch") == share("hazel") == 1
    assert 0.3 < share("rowan") < 0.45


@pytest.mark.parametrize(("spread", "instrument"), [(ALLIANCE, CLIENT), (OUTCOME, ARRIVING)])
def test_steady_courses_vary_as_the_norm_set_says(spread: Spread, instrument: str) -> None:
    squares, free = 0.0, 0
    for seed in range(1, 9):
        sessions = sessions_of(seed)
        for story in STORIES:
            if (story.alliance if instrument == CLIENT else story.outcome) != "steady":
                continue
            values = course(sessions, story, instrument)
            squares += sum((value - fmean(values)) ** 2 for value in values)
            free += len(values) - 1
    assert sqrt(squares / free) == pytest.approx(spread.within, rel=0.15)


def test_confidentiality_is_asked_when_the_instrument_says(sessions: list[Session]) -> None:
    story = next(story for story in STORIES if story.sessions == 12)
    forms = [form for s in sessions if s.story == story for form in s.forms if form.instrument == CLIENT]
    assert [number for number, form in enumerate(forms, start=1) if "q8" in form.answers] == [1, 3, 9]
