"""What a policy may know about a scale: verified lines, and of those for one kind of rater only that rater's."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.courses.stream import scale_view
from tests.keyed import write_keyed


@pytest.mark.parametrize(("rater", "values"), [("client", [2, 3]), ("carer", [5]), ("therapist", [])])
def test_a_line_for_one_kind_of_rater_is_nobody_elses(tmp_path: Path, rater: str, values: list[float]) -> None:
    view = scale_view(catalog.load_instrument(write_keyed(tmp_path)), "total", rater)
    assert [line.value for line in view.limits] == values


def test_age_and_sex_of_a_line_come_with_it(tmp_path: Path) -> None:
    line = scale_view(catalog.load_instrument(write_keyed(tmp_path)), "total", "client").limits[0]
    assert (line.name, line.sex, line.age_from, line.age_to, line.operator) == ("clinical", "female", 11, 13, ">=")


def test_a_line_that_nobody_has_read_in_its_source_is_not_there(tmp_path: Path) -> None:
    file = write_keyed(tmp_path)
    file.write_text(file.read_text().replace("verified: true, who: {rater: carer}", "who: {rater: carer}"))
    assert scale_view(catalog.load_instrument(file), "total", "carer").limits == ()


@pytest.mark.parametrize(
    ("figures", "points", "inclusive"),
    [
        ("{points: 4, source: book, verified: true}", 4, True),
        ("{points: 4, inclusive: false, source: book, verified: true}", 4, False),
        ("{points: 3, source: book}, {points: 4, inclusive: false, source: book, verified: true}", 4, False),
        ("{points: 3, inclusive: false, source: book}", None, True),
    ],
)
def test_whether_exactly_the_reliable_change_counts_comes_with_the_figure(
    tmp_path: Path, figures: str, points: float | None, inclusive: bool
) -> None:
    file = write_keyed(tmp_path)
    file.write_text(file.read_text().replace("    cutoffs:", f"    reliable_change: [{figures}]\n    cutoffs:", 1))
    view = scale_view(catalog.load_instrument(file), "total", "client")
    assert (view.reliable_change, view.reliable_inclusive) == (points, inclusive)
