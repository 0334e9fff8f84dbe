"""What is told of alerts: no few of one severity are all alerts less the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from fit_toolkit.report.alerts_in import AlertCount, alerts_in
from fit_toolkit.report.figure import Figure

Counts = tuple[int, int, int]  # acted on, waiting, ended


def told(*by_severity: Counts) -> dict[tuple[str, str], Figure]:
    """The figures of alerts of safety, attention and notice; all together are their sum."""
    sums = tuple(sum(each) for each in zip(*by_severity, strict=True))
    counts = [
        AlertCount(group=group, sessions=400, raised=acted + waiting + ended, acted=acted, waiting=waiting, median_days=None)
        for group, (acted, waiting, ended) in zip(("all", "safety", "attention", "notice"), (sums, *by_severity), strict=True)
    ]  # fmt: skip
    return {(each.group, each.figure): each for each in alerts_in(counts, 5)}


def test_what_is_not_told_of_one_severity_is_not_told_of_another_either() -> None:
    # 30 of 48 were acted on, 18 of these 28 about attention and 9 of 12 to notice: so 3 of the 8 about safety
    found = told((3, 5, 0), (18, 10, 0), (9, 3, 0))
    assert (found["all", "alerts_acted"].count, found["all", "alerts_acted"].n) == (30, 48)
    assert found["attention", "alerts_acted"].count == 18
    for severity in ("safety", "notice"):  # 12 of 20 together
        assert not found[severity, "alerts_acted"].shown
        assert "by subtraction" in found[severity, "alerts_acted"].note
        assert "still wait" not in found[severity, "alerts_median"].note


def test_where_nothing_is_a_few_everything_is_told() -> None:
    found = told((6, 5, 0), (18, 10, 5), (9, 7, 6))
    assert all(each.shown for (_, figure), each in found.items() if figure != "alerts_median")
    assert found["all", "alerts_raised"].value == pytest.approx(100 * 66 / 400)
    assert found["safety", "alerts_median"].note.startswith("5 still wait, 0 ended")


def few_left(found: dict[tuple[str, str], Figure], by_severity: Sequence[Counts]) -> bool:
    """Whether all less what is told of severities is a few of those acted on, or of those that were not."""
    every = found.get(("all", "alerts_acted"))
    if every is None or not every.shown:
        return False
    hidden = [
        counts for severity, counts in zip(("safety", "attention", "notice"), by_severity, strict=True)
        if (severity, "alerts_acted") not in found or not found[severity, "alerts_acted"].shown
    ]  # fmt: skip
    left = [sum(each[0] for each in hidden), sum(each[1] + each[2] for each in hidden)]
    return any(0 < each < 5 for each in left)


def test_no_few_alerts_are_left_of_all_less_the_severities() -> None:
    sizes = [(0, 0, 0), (2, 6, 0), (6, 2, 0), (7, 9, 0), (8, 0, 0), (1, 1, 1)]
    for by_severity in product(sizes, repeat=3):
        assert not few_left(told(*by_severity), by_severity), by_severity
