"""Counts of a few are hidden, and cannot be had by subtraction."""

from __future__ import annotations

from itertools import product

import pytest

from fit_toolkit.report.cells import hidden, is_few


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ({"a": 7, "b": 5, "c": 9}, set()),
        ({"a": 7, "b": 0, "c": 9}, set()),  # none is no count of a few
        ({"a": 57, "b": 155, "c": 4}, {"b", "c"}),  # b stands beside, so it goes with c
        ({"a": 4, "b": 2, "c": 6}, {"a", "b"}),  # six together
        ({"a": 1, "b": 2, "c": 9}, {"a", "b", "c"}),  # three together could still be had from the whole
        ({"a": 3}, {"a"}),
    ],
)
def test_what_is_hidden(counts: dict[str, int], gone: set[str]) -> None:
    assert hidden(counts, 5, beside=("b",)) == gone


def test_no_count_of_a_few_is_left_to_work_out() -> None:
    for counts in product(range(9), repeat=3):
        named = dict(zip("abc", counts, strict=True))
        gone = hidden(named, 5)
        together = sum(named[name] for name in gone)
        shown = [count for name, count in named.items() if name not in gone]
        assert all(count == 0 or count >= 5 for count in shown)
        if gone and sum(counts) >= 5:
            assert together >= 5
            assert len(gone) >= 2 or together == sum(counts)


def test_a_few_are_more_than_none_and_less_than_the_smallest_cell() -> None:
    assert [is_few(clients, 5) for clients in (0, 1, 4, 5)] == [False, True, True, False]
