"""Ten shapes of courses, made by hand, for the pictures of the manual that a test compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from msgspec import structs

from fit_toolkit.sheets.data import AlertLine, Facet, Facets, Mark, Risk, SheetData
from fit_toolkit.sheets.words import calm
from fit_toolkit.sheets.words import headline as said
from tests.sheets.examples import START, days, facets, panels

EVEN = [8, 8, 9, 8, 8, 8, 8, 9, 8]


def _sheet(
    number: str, alliance: Sequence[float | None], outcome: Sequence[float | None],
    therapist: Sequence[float | None] | None = None, when: Sequence[date] | None = None, hot: int | None = None,
) -> SheetData:  # fmt: skip
    """A sheet around two courses, every session of which was held."""
    when = when or days(len(alliance))
    on = max(day for day, value in zip(when, outcome, strict=True) if value is not None)
    own = [value for value in alliance if value is not None]
    now = [min(10.0, max(0.0, e + (own[-1] - 8.2 if own else 0))) for e in EVEN]
    before = [min(10.0, max(0.0, e + (own[-2] - 8.2))) for e in EVEN] if len(own) > 1 else now
    alerts = () if hot is None else (
        AlertLine(severity="attention", what="The work together", reason="outside what is usual for this client",
                  basis="unusual for this client: about 1 in 40 ratings by chance", since=when[hot], state="new"),
    )  # fmt: skip
    drawn = panels(alliance, outcome, therapist, when, hot=hot, inset=bool(own) and min(own) >= 6)
    rated = facets([round(v) for v in now], [round(v) for v in before], EVEN if therapist else None, on)
    if not own:  # the therapist alone
        rated = Facets(
            on=on, therapist_on=on, rows=tuple(Facet(label=f.label, therapist=f.therapist) for f in rated.rows)
        )
    return SheetData(
        number=number, client=f"C-{number}", episode=f"E-{number}", therapist="Sam Okafor", as_of=on + timedelta(days=2),
        session_on=on, session_number=len(when), freshness=("last rated 2 days ago",), headline=said(rated, drawn),
        risk=Risk(asked=len(when), last_asked=on, contact="on call 030 555 0199"),
        facets=rated, calm=calm(rated, drawn),
        panels=drawn, sessions=tuple(when),
        alerts=alerts, sources=("Today Together and Arriving Today 1.0: unvalidated, no norms.",), data_up_to=on, version="0",
    )  # fmt: skip


def steady() -> SheetData:
    """Nothing much changes."""
    return _sheet("0201", [8.2, 8.0, 8.3, 8.1, 8.2, 8.4, 8.1, 8.2], [5, 5.2, 4.8, 5, 5.2, 5, 4.8, 5])  # fmt: skip


def improving() -> SheetData:
    """Everything goes the way it was hoped."""
    return _sheet("0202", [7, 7.5, 8, 8.2, 8.6, 9, 9.2, 9.4], [2.8, 3.2, 4, 4.4, 5.6, 6.2, 7, 7.4])  # fmt: skip


def erosion() -> SheetData:
    """A slow loss over half a year."""
    return _sheet("0203", [round(9 - i * 0.15, 1) for i in range(24)], [round(4 + (i % 5) * 0.3, 1) for i in range(24)])  # fmt: skip


def sudden_drop() -> SheetData:
    """High, and then at once much lower."""
    return _sheet("0204", [8.6, 8.4, 8.7, 8.6, 8.8, 8.6, 5.1], [4, 4.2, 4.6, 4.4, 5, 5.2, 5], [8, 8, 8.4, 8, 8.2, 8, 8],
                  hot=6)  # fmt: skip


def v_shape() -> SheetData:
    """One bad session and back."""
    return _sheet("0205", [8.4, 8.5, 8.3, 5.4, 8.2, 8.4], [4, 4.2, 4.1, 3.9, 4.6, 4.8], [8] * 6)  # fmt: skip


def high_ceiling() -> SheetData:
    """All tens, then a step down."""
    return _sheet("0206", [10, 10, 10, 10, 10, 8.6], [5, 5.4, 6, 6.2, 6.6, 6.4], hot=5)  # fmt: skip


def gaps() -> SheetData:
    """Two long breaks, and sessions that nobody rated."""
    when = [*days(4), *days(4, start=START + timedelta(days=100)), *days(3, start=START + timedelta(days=200))]
    made = _sheet("0207", [8, 8.2, None, 8.4, 7.6, None, 8, 8.2, 7.9, 8.3, 8.1], [4, 4.4, None, 4.6, 4, None, 4.4, 5, 5.2, 5, 5.4],
                  when=when)  # fmt: skip
    return structs.replace(made, marks=(Mark(on=START + timedelta(days=98), text="back after a break"),))


def few() -> SheetData:
    """Two ratings: hardly anything to compare."""
    return _sheet("0208", [7.2, 7.8], [3.4, 3.2])


def one_side() -> SheetData:
    """Only the therapist rates the relationship."""
    return _sheet("0209", [None] * 6, [4, 4.2, 4.6, 4.4, 5, 5.2], [8, 7.6, 8.2, 8, 8.4, 8.2])  # fmt: skip


def long_course() -> SheetData:
    """Sixty sessions, the last third with another therapist."""
    n, when = 60, days(60, every=8)
    made = _sheet(
        "0210", [round(7.5 + ((i * 37) % 17) / 10, 1) if i % 7 else None for i in range(n)],
        [round(3 + i * 0.06 + (i % 4) * 0.3, 1) for i in range(n)], [8 if i % 3 == 0 else None for i in range(n)], when,
    )  # fmt: skip
    return structs.replace(made, marks=(Mark(on=when[40], text="new therapist"),))


SHAPES: tuple[Callable[[], SheetData], ...] = (
    steady, improving, erosion, sudden_drop, v_shape, high_ceiling, gaps, few, one_side, long_course,
)  # fmt: skip
