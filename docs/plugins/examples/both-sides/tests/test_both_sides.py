from __future__ import annotations

from datetime import date

from fit_both_sides import BothSides
from pandas import DataFrame, Timestamp

from fit_toolkit import SheetView
from fit_toolkit.testing import plugin_checks

test_both_sides = plugin_checks("both-sides")

CLIENT, THERAPIST = ("today-together-client", "client"), ("today-together-therapist", "therapist")


def view(*ratings: tuple[tuple[str, str], str, float]) -> SheetView:
    rows = [
        {"date": Timestamp(day), "instrument": instrument, "scale": "total", "rater": rater, "value": value}
        for (instrument, rater), day, value in ratings
    ]
    return SheetView(as_of=date(2026, 10, 1), language="en", ratings=DataFrame(rows))


def test_sessions_come_newest_first_and_what_is_missing_is_said() -> None:
    data = BothSides(sessions=2).data(
        view(
            (CLIENT, "2026-09-01", 9),
            (CLIENT, "2026-09-08", 8),
            (THERAPIST, "2026-09-08", 6),
            (CLIENT, "2026-09-15", 7),
        )
    )

    assert data == {
        "rows": [
            {"day": Timestamp("2026-09-15"), "client": 7, "therapist": None},
            {"day": Timestamp("2026-09-08"), "client": 8, "therapist": 6},
        ]
    }


def test_nothing_is_shown_where_the_therapist_has_never_rated() -> None:
    assert BothSides().data(view((CLIENT, "2026-09-01", 9))) is None
