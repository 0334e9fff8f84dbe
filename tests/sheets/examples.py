"""Sheets of every course shape, made by hand: synthetic people only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import structs

from fit_toolkit.sheets.apart import far_apart
from fit_toolkit.sheets.data import (
    AlertLine,
    Band,
    BandPoint,
    Facet,
    Facets,
    Inset,
    Mark,
    Panel,
    Point,
    Quote,
    Risk,
    RiskAnswer,
    Series,
    SheetData,
)

START = date(2026, 1, 8)
LABELS = ("empathy", "genuineness", "respect", "collaboration", "goals", "tasks", "safe to speak", "confidentiality",
          "room to object")  # fmt: skip
WORDING = (
    "My therapist's words fitted what I was trying to say.",
    "My therapist spoke as themselves today, not from a script.",
    "My therapist treated my choices as mine to make.",
    "We chose together what to do today.",
    "We spent today on what counts most for me now.",
    "I could see why we did what we did today.",
    "Today I could have said something that is hard to say.",
    "What I say here stays as private as I was told.",
    "If I had disliked something today, I could have said so.",
)
SOURCES = (
    "Today Together (client form and therapist form) 1.0 and Arriving Today 1.0: unvalidated, no norms, no cut-offs.",
    "Usual range: from norm set demo-synthetic (assumed, not published).",
)


def days(n: int, every: int = 7, start: date = START) -> list[date]:
    return [start + timedelta(days=every * i) for i in range(n)]


def series(
    rater: str, values: Sequence[float | None], when: Sequence[date], hot: int | None = None, items: int = 9
) -> Series:
    points = tuple(
        Point(on=d, value=v, answered=items, items=items, stands_out=hot == i)
        for i, (d, v) in enumerate(zip(when, values, strict=True))
        if v is not None
    )
    return Series(rater=rater, label=rater, points=points)


def panels(
    alliance: Sequence[float | None],
    outcome: Sequence[float | None],
    therapist: Sequence[float | None] | None = None,
    when: Sequence[date] | None = None,
    hot: int | None = None,
    inset: bool = True,
    band: bool = True,
) -> tuple[Panel, ...]:
    when = when or days(len(alliance))
    known = [(d, v) for d, v in zip(when, alliance, strict=True) if v is not None]
    points = []
    for i in range(3, len(known)):
        mean = sum(v for _, v in known[:i]) / i
        points.append(BandPoint(on=known[i][0], low=max(mean - 1, 0), high=min(mean + 1, 10)))
    both = [series("client", alliance, when, hot)]
    if therapist is not None:
        both.append(series("therapist", therapist, when))
    return (
        Panel(
            key="alliance",
            title="How the work together went",
            client_title="How our work together felt to you",
            client_what="0: not at all right, 10: just right",
            what="Today Together, mean of up to 9 answers, unvalidated",
            minimum=0,
            maximum=10,
            better="higher",
            series=tuple(both),
            band=Band(label="usual for this client", points=tuple(points)) if band and points else None,
            inset=Inset(low=6, high=10, label="6 to 10, enlarged") if inset else None,
        ),
        Panel(
            key="outcome",
            title="How the client is",
            client_title="How you have been",
            client_what="0: very badly, 10: very well",
            what="Arriving Today, mean of up to 5 answers, unvalidated",
            minimum=0,
            maximum=10,
            better="higher",
            series=(series("client", outcome, when, items=5),),
        ),
    )


def facets(now: Sequence[float], before: Sequence[float], therapist: Sequence[float] | None, on: date) -> Facets:
    fall = min(range(len(now)), key=lambda i: (now[i] - before[i], now[i]))
    lowest = min(now) if list(now).count(min(now)) == 1 else None
    return Facets(
        on=on,
        apart=3,
        before=on - timedelta(days=7),
        therapist_on=on if therapist else None,
        rows=tuple(
            Facet(
                label=LABELS[i],
                client=now[i],
                client_before=before[i],
                therapist=therapist[i] if therapist else None,
                lowest=now[i] == lowest,
                moved=i == fall and now[i] - before[i] <= -2,
                wording=WORDING[i],
                apart=therapist is not None and far_apart(now[i], therapist[i], 0, 10),
            )
            for i in range(len(now))
        ),
    )


def _from_the_first(made: Facets) -> Facets:
    """With the answers of the first session beside those of now."""
    first = (8, 9, 8, 7, 8, 8, 7, 10, 8)
    rows = tuple(structs.replace(row, client_first=value) for row, value in zip(made.rows, first, strict=True))
    return structs.replace(made, first=START, rows=rows)


def falling() -> SheetData:
    """The one for the README: high, then a fall in respect."""
    when = [*days(5), START + timedelta(days=95), START + timedelta(days=102), START + timedelta(days=109)]
    on = when[-1]
    return SheetData(
        number="0007",
        client="C-0042",
        episode="E-0051",
        therapist="Kim Ahrens",
        as_of=on + timedelta(days=7),
        session_on=on,
        session_number=8,
        freshness=("no arrival rating yet today", "last rated 7 days ago"),
        headline="Respect fell from 9 to 5 since 20 April. The work together: 7.1, down 1.5 since 20 April, lower than "
        "usual for this client. How the client is: 5.8, up 0.3 since 20 April; 3.2 at the first rating.",
        risk=Risk(
            answers=(
                RiskAnswer(
                    item="Is there anything about staying safe to talk about?", answer="not sure", dates=(on,),
                    days_ago=7, state="new", code="61R",
                ),
            ),
            asked=8, last_asked=on, contact="on call 030 555 0199, front desk 12",
        ),
        facets=_from_the_first(
            facets([8, 8, 5, 7, 8, 7, 7, 9, 6], [9, 8, 9, 8, 8, 8, 8, 9, 8], [8, 9, 9, 8, 8, 8, 8, 10, 9], on)
        ),
        panels=panels(
            [8.1, 8.4, 8.3, 8.6, 8.5, 8.4, 8.6, 7.1], [3.2, 3.6, 3.4, 4.1, 4.6, 4.8, 5.5, 5.8],
            [7.2, None, None, 8, None, 8.2, 8.4, 8.6], when, hot=7,
        ),
        marks=(Mark(on=START + timedelta(days=93), text="back after a break"),),
        alerts=(
            AlertLine(severity="attention", what="The work together", reason="7.1 is outside what is usual for this client (7.5 to 9.5), 7 days after the rating before",
                      basis="unusual for this client: about 1 in 40 ratings by chance", since=on, state="new", code="62T", last="last time (29 January): talked about it"),
            AlertLine(severity="notice", what="The work together", reason="1.5 apart about the same session (7.1 and 8.6), 7 days after the rating before",
                      basis="a convention, not a test", since=on, state="seen", done="took to supervision", code="58M"),
        ),
        question="Which choice should have been more yours?",
        missing=("Today Together by the therapist, session of 5 February",),
        quotes=(Quote(on=on, label="change next time", text="Ask me before you decide what we do next."),),
        sources=SOURCES,
        data_up_to=on,
        version="0.1.0",
    )  # fmt: skip


def _plain(
    number: str, alliance: Sequence[float | None], outcome: Sequence[float | None], **changes: object
) -> SheetData:
    """A sheet without alerts around two courses; `changes` replace whole fields."""
    when = changes.pop("when", None) or days(len(alliance))
    on = when[-1]  # type: ignore[index]
    therapist = changes.pop("therapist_ratings", None)
    hot = changes.pop("hot", None)
    inset = changes.pop("inset", True)
    rated = [v for v in alliance if v is not None]
    base = SheetData(
        number=number,
        client=f"C-{number}",
        episode=f"E-{number}",
        therapist="Sam Okafor",
        as_of=on + timedelta(days=2),
        session_on=on,
        session_number=len(alliance),
        freshness=("last rated 2 days ago",),
        headline=f"The work together is {rated[-1]:g}; how the client is: {outcome[-1]:g}."
        if rated
        else "Not rated yet.",
        risk=Risk(asked=len(alliance), last_asked=on, contact="on call 030 555 0199"),
        facets=facets([8, 8, 9, 7, 8, 8, 8, 9, 8], [8, 8, 8, 8, 8, 8, 8, 9, 8], None, on),
        panels=panels(alliance, outcome, therapist, when, hot=hot, inset=bool(inset)),  # type: ignore[arg-type]
        sources=SOURCES,
        data_up_to=on,
        version="0.1.0",
    )
    return structs.replace(base, **changes)


def improving() -> SheetData:
    """Everything goes the way it was hoped."""
    return _plain("0101", [7, 7.5, 8, 8.2, 8.6, 9, 9.2, 9.4], [2.8, 3.2, 4, 4.4, 5.6, 6.2, 7, 7.4])


def v_shape() -> SheetData:
    """One bad session and back."""
    return _plain(
        "0102", [8.4, 8.5, 8.3, 6.1, 8.2, 8.4], [4, 4.2, 4.1, 3.9, 4.6, 4.8], therapist_ratings=[8, 8, 8, 8, 8, 8]
    )


def ceiling() -> SheetData:
    """All tens, then a step down."""
    return _plain("0103", [10, 10, 10, 10, 10, 8.6], [5, 5.4, 6, 6.2, 6.6, 6.4], hot=5)


def erosion() -> SheetData:
    """A slow loss over half a year."""
    n = 24
    return _plain("0104", [round(9 - i * 0.15, 1) for i in range(n)], [round(4 + (i % 5) * 0.3, 1) for i in range(n)],
                  inset=False)  # fmt: skip


def volatile() -> SheetData:
    """Up and down each time; some forms without the other."""
    return _plain("0105", [8, 5, None, 9, 4, 8, 5, 9, None, 6], [3, 6, 2, None, 3, 6, 2, 5, 6, 3], inset=False)


def first_only() -> SheetData:
    """One rating: nothing to compare."""
    return _plain("0106", [8.2], [3.4], headline="First rating: the work together 8.2, how the client is 3.4.")


def never() -> SheetData:
    """A member who has not rated."""
    return structs.replace(
        _plain("0107", [8.2], [3.4]),
        session_on=None, session_number=None, freshness=("expected since 12 March",), headline="Not rated yet.",
        facets=Facets(why_none="No answers yet."), panels=(), risk=Risk(), question="", data_up_to=None,
        missing=("Today Together since 12 March", "Arriving Today since 12 March"),
    )  # fmt: skip


def sixty() -> SheetData:
    """Sixty sessions over sixteen months, with two changes of therapist and of language."""
    n = 60
    when = days(n, every=8)
    return _plain(
        "0108", [round(7.5 + ((i * 37) % 17) / 10, 1) for i in range(n)], [round(3 + i * 0.06 + (i % 4) * 0.3, 1) for i in range(n)],
        therapist_ratings=[8 if i % 3 == 0 else None for i in range(n)], when=when,
        marks=(Mark(on=when[20], text="therapist changed"), Mark(on=when[22], text="now in German"),
               Mark(on=when[59], text="therapist changed")),
        facets=facets([8] * 9, [8] * 9, [7] * 9, when[-1]),
    )  # fmt: skip


def totals_only() -> SheetData:
    """Only totals were kept, and the instrument counts down."""
    when = days(5, every=14)
    points = tuple(Point(on=d, value=v) for d, v in zip(when, (27, 24, 25, 16, 12), strict=True))
    panel = Panel(key="outcome", title="Symptoms", what="a local instrument, total", minimum=0, maximum=40,
                  better="lower", series=(Series(rater="client", label="client", points=points),))  # fmt: skip
    return structs.replace(
        _plain("0109", [8.2], [3.4]), panels=(panel,), session_on=when[-1], facets=Facets(why_none="No alliance rating yet."),
        headline="Symptoms: 12, down from 16 two weeks before; 27 at the first rating.",
        sources=("Local instrument (totals only): unvalidated here.",),
    )  # fmt: skip


def crowded() -> SheetData:
    """Everything at once, and long: names, reasons, quotes, four flagged answers."""
    base = falling()
    answer = base.risk.answers[0]
    return structs.replace(
        base,
        client="CLIENT-WITH-A-RATHER-LONG-CODE-000042",
        therapist="Maximiliane von Hohenstein-Württemberg-Sontheim",
        risk=structs.replace(
            base.risk,
            answers=(structs.replace(answer, dates=tuple(days(14, start=START)[::-1])), answer),
            contact="on call 030 555 0199 " * 4,
        ),
        alerts=(structs.replace(base.alerts[0], reason="7.1, below the usual range 7.5 to 9.5, " * 3),) * 4,
        more_alerts=5,
        facets=structs.replace(
            base.facets, rows=tuple(structs.replace(f, label=f"{f.label} and a longer name") for f in base.facets.rows)
        ),
        notes=("not checked: the policy “slow loss” failed in the last run", "not ready: usual range needs 5 ratings"),
        quotes=(structs.replace(base.quotes[0], text="Ask me before you decide. " * 14),) * 2,
        missing=tuple(f"form number {i} of a long list of missing forms" for i in range(6)),
        headline=base.headline + " " + base.headline,
        question=base.question * 2,
    )


def overflowing() -> SheetData:
    """More of everything than any page was meant for; three panels, sixty dates of each of three flagged answers."""
    base = crowded()
    dates = tuple(days(60)[::-1])
    answers = tuple(structs.replace(base.risk.answers[0], answer=a, dates=dates) for a in ("yes", "not sure", "no"))
    alert = structs.replace(
        base.alerts[0], reason="W" * 30 + " word" * 40, done="took to supervision and talked about it",
        basis="a convention, not a test: ratings that vary by chance set it off too",
    )  # fmt: skip
    return structs.replace(
        base,
        risk=structs.replace(base.risk, answers=answers),
        panels=(*base.panels, structs.replace(base.panels[1], title="Symptoms and everyday life, a long title")),
        alerts=(alert,) * 6,
        quotes=tuple(structs.replace(q, text="word " * 200) for q in base.quotes),
        freshness=("no arrival rating yet today", "last rated 3 days ago", "in a pause", "dates assumed"),
        sources=("source" * 30,) * 6,
    )


SHAPES = (
    falling,
    improving,
    v_shape,
    ceiling,
    erosion,
    volatile,
    first_only,
    never,
    sixty,
    totals_only,
    crowded,
    overflowing,
)
