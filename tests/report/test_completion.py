"""What was expected and what came in, against a count by hand or by plain loops."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from fit_toolkit.model.people import PlanEntry
from fit_toolkit.report.completion import Grid, Rhythm, completion

KEY = ("phq-9", "client", "start")
EPOCH = date(1970, 1, 1)


def entry(episode: int | None = None, **given: Any) -> PlanEntry:
    row = {
        "id": 1,
        "episode": None,
        "instrument": "phq-9",
        "rater": "client",
        "occasion": "start",
        "episode_id": episode,
    }
    return PlanEntry(**{**row, **given})


def grid_of(*courses: tuple[int, list[int]]) -> Grid:
    """One course per pair of episode and days; it lasts from the first to the last of these."""
    days = np.array(sorted({(episode, day) for episode, listed in courses for day in listed}))
    return Grid.of(
        {"episode_id": np.array([e for e, _ in courses]), "started": np.array([min(d) for _, d in courses]), "ended": np.array([max(d) for _, d in courses])},
        {"episode_id": days[:, 0], "day": days[:, 1]},
    )  # fmt: skip


def counted(
    grid: Grid, plan: list[PlanEntry], episodes: list[int], ratings: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    course, day = (np.array([r[n] for r in ratings], np.int64) for n in (0, 1))
    expected, came = completion(grid, Rhythm.of(plan, KEY, np.array(episodes)), course, day)
    return list(zip(expected.tolist(), came.tolist(), strict=True))


def test_every_second_session_from_the_first_on() -> None:
    grid = grid_of((1, [10, 17, 24, 31, 38]))  # expected on 10, 24, 38
    assert counted(grid, [entry(every_sessions=2)], [1], [(0, 10), (0, 17), (0, 38)]) == [(3, 2)]


def test_by_days_a_rating_comes_in_until_the_next_is_due() -> None:
    grid = grid_of((1, [10, 17, 24, 31, 38]))  # every 14 days: due on 10, 24, 38
    assert counted(grid, [entry(every_days=14)], [1], [(0, 17), (0, 38)]) == [(3, 2)]


def test_an_entry_of_an_episode_hides_the_practices_and_0_sessions_expects_nothing() -> None:
    grid = grid_of((1, [10, 17]), (2, [10, 17]), (3, [10, 17]))
    plan = [entry(every_sessions=1), entry(2, every_sessions=0), entry(3, every_sessions=1, occasion="end")]
    assert counted(grid, plan, [1, 2, 3], [(0, 10), (1, 10), (2, 10)]) == [(2, 1), (0, 0), (0, 0)]


def test_nothing_is_expected_before_a_plan_starts_and_after_it_ends() -> None:
    grid = grid_of((1, [10, 17, 24, 31]))
    days: dict[str, Any] = {"starts_on": EPOCH + timedelta(days=17), "ends_on": EPOCH + timedelta(days=24)}
    assert counted(grid, [entry(every_sessions=1, **days)], [1], [(0, 10), (0, 24)]) == [(2, 1)]


def test_a_member_who_joined_later_is_expected_from_then_on() -> None:
    grid = Grid.of(
        {"episode_id": np.array([1, 1]), "started": np.array([10, 24]), "ended": np.array([38, 31])},
        {"episode_id": np.ones(5, np.int64), "day": np.array([10, 17, 24, 31, 38])},
    )
    assert grid.per_course.tolist() == [5, 2]
    assert grid.number.tolist() == [1, 2, 3, 4, 5, 3, 4]
    assert grid.number_of(np.array([0, 1]), np.array([24, 31])).tolist() == [2, 1]


@pytest.mark.parametrize("seed", range(5))
def test_all_courses_together_are_as_each_by_itself(seed: int) -> None:
    random = np.random.default_rng(seed)
    courses = [
        (n, sorted(random.choice(200, int(random.integers(1, 20)), replace=False).tolist())) for n in range(1, 30)
    ]
    ratings = [(n, d) for n, (_, days) in enumerate(courses) for d in days if random.random() < 0.6]
    episodes = [e for e, _ in courses]
    for plan in ([entry(every_sessions=3)], [entry(every_days=21)]):
        assert counted(grid_of(*courses), plan, episodes, ratings) == [
            by_hand(days, {d for c, d in ratings if c == n}, plan[0]) for n, (_, days) in enumerate(courses)
        ]


def by_hand(days: list[int], rated: set[int], plan: PlanEntry) -> tuple[int, int]:
    if plan.every_sessions:
        due = days[:: plan.every_sessions]
        return len(due), sum(day in rated for day in due)
    due, last = [], -1000
    for day in days:
        if day - last >= (plan.every_days or 0):
            due.append(day)
            last = day
    return len(due), sum(any(a <= day < b for day in rated) for a, b in zip(due, [*due[1:], 10**6], strict=True))
