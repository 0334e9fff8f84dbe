"""The search for a threshold: the loudest value within the budget, from the quiet end on, whatever lies behind it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from fit_toolkit.analysis import Portion, Quality
from fit_toolkit.courses.tuning import _search

SIZE = 501


def counted(alerts: Callable[[int], int], flags: Callable[[int], int]) -> Callable[[int], Quality]:
    """Alerts and flags of 1,000 ratings at each place of the grid."""

    def quality(place: int) -> Quality:
        of_alerts, of_flags = (Portion(each(place), 1000, 100, 0.0, 1.0) for each in (alerts, flags))
        return Quality(alerts=of_alerts, flags=of_flags, clients_flagged=of_alerts)

    return quality


@pytest.mark.parametrize("budget", [Fraction("0.5"), Fraction(3), Fraction(10), Fraction("33.3")])
def test_the_last_value_within_the_budget_is_found_from_either_end(budget: Fraction) -> None:
    last = int(budget * 10)
    rising, falling = counted(lambda at: at, lambda at: at), counted(lambda at: 500 - at, lambda at: 500 - at)
    place, found, met, limited = _search(rising, SIZE, budget)
    assert (place, found.alerts.count, met, limited) == (last, last, True, True)
    assert _search(falling, SIZE, budget)[0] == 500 - last


def test_where_alerts_run_together_at_the_loud_end_the_quiet_side_is_taken() -> None:
    # ever more flags, but beyond place 300 the alerts of a client become one
    place, found, met, _ = _search(
        counted(lambda at: min(at, 60 if at > 300 else at), lambda at: at), SIZE, Fraction(10)
    )
    assert (place, found.alerts.count, met) == (100, 100, True)


def test_a_budget_that_nothing_keeps_gives_the_quietest_and_says_so() -> None:
    place, _, met, _ = _search(counted(lambda at: 50 + at, lambda at: at), SIZE, Fraction(1))
    assert (place, met) == (0, False)


def test_a_budget_that_is_not_used_up_goes_to_the_end() -> None:
    place, _, met, limited = _search(counted(lambda at: at // 10, lambda at: at), SIZE, Fraction(50))
    assert (place, met, limited) == (500, True, False)


def test_a_value_that_cannot_be_asked_ends_the_search() -> None:
    known = counted(lambda at: at, lambda at: at)
    place, _, met, _ = _search(lambda at: known(at) if at < 40 else None, SIZE, Fraction(50))
    assert (place, met) == (39, True)
