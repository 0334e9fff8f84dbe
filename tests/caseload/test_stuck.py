"""Little change over eight ratings: by a verified figure where the form has one, by a convention where it has none."""

from __future__ import annotations

import pytest

from fit_toolkit.caseload.table import Wanted
from fit_toolkit.practice import Practice
from fit_toolkit.practice.caseload import make_caseload
from tests.caseload.making import Person, write

OWN, PHQ = "arriving-today", "phq-9"  # none verified; 6 points or more, and a line at 10


@pytest.mark.parametrize(
    ("instrument", "values", "little"),
    [
        pytest.param(OWN, (4, 5, 4, 5, 6, 5, 4, 4), True, id="within a fifth of 0 to 10"),
        pytest.param(OWN, (4, 5, 4, 5, 6.1, 5, 4, 4), False, id="just more than a fifth"),
        pytest.param(OWN, (9, 9, 9, 9, 9, 9, 9, 9), False, id="no room to get better"),
        pytest.param(OWN, (4, 4, 4, 4, 4, 4, 4), False, id="seven ratings"),
        pytest.param(OWN, (0, 1, 9, 4, 5, 4, 5, 6, 5, 4, 4), True, id="only the last eight count"),
        pytest.param(PHQ, (18, 17, 20, 15, 14, 18, 22, 13), True, id="five points from the first at most"),
        pytest.param(PHQ, (18, 17, 20, 15, 12, 18, 22, 13), False, id="six points once are a reliable change"),
        pytest.param(PHQ, (11, 12, 11, 10, 9, 9, 8, 9), False, id="on the good side of the verified line"),
    ],
)
def test_who_is_said_to_have_moved_little(
    practice: Practice, instrument: str, values: tuple[float, ...], little: bool
) -> None:
    ratings = tuple((7 * (len(values) - n) - 5, value, 0) for n, value in enumerate(values))
    write(practice, [Person(instrument=instrument, ratings=ratings)], plan=False)
    (line,) = make_caseload(practice, Wanted()).lines
    assert (line.need == "stuck") is little


def test_the_reason_says_by_which_figure(practice: Practice) -> None:
    steady = tuple((7 * n + 1, 15, 0) for n in range(8))
    write(practice, [Person(instrument=each, ratings=tuple((d, v / (5 if each == OWN else 1), 0) for d, v, _ in steady)) for each in (OWN, PHQ)], plan=False)  # fmt: skip
    own, phq = sorted(make_caseload(practice, Wanted()).lines, key=lambda line: line.client)
    assert own.why.endswith("the last 8 ratings lie between 3 and 3, within a fifth of the scale (a convention)")
    assert phq.why == "PHQ-9: the last 8 ratings lie between 15 and 15, no reliable change among them (published: 6 points)"  # fmt: skip
