"""What a sheet says, as plain frozen data: the one thing that templates ever get to see."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

Better = Literal["higher", "lower"]
State = Literal["new", "seen", "done"]
Severity = Literal["safety", "attention", "notice"]


class Point(Struct, frozen=True, kw_only=True):
    """One score or answer on one session date."""

    on: date
    value: float
    status: str = "complete"  # complete | prorated | entered
    answered: int | None = None  # None: a total was typed in, or this is one answer
    items: int | None = None
    stands_out: bool = False  # a live alert rests on this point
    starts: bool = False  # another course begins here, such as with another therapist


class Series(Struct, frozen=True, kw_only=True):
    """The ratings of one rater, oldest first."""

    rater: str  # client | therapist | ...
    label: str
    points: tuple[Point, ...] = ()


class BandPoint(Struct, frozen=True, kw_only=True):
    """The range that was expected at one rating, from earlier ratings only."""

    on: date
    low: float
    high: float
    starts: bool = False  # the first of another course


class Band(Struct, frozen=True, kw_only=True):
    """A named expected range; its points follow the ratings."""

    label: str
    points: tuple[BandPoint, ...]


class Cutoff(Struct, frozen=True, kw_only=True):
    """A published line that has a verified source."""

    value: float
    label: str
    source: str


class Inset(Struct, frozen=True, kw_only=True):
    """The part of the range that is drawn once more, enlarged."""

    low: float
    high: float
    label: str


class Panel(Struct, frozen=True, kw_only=True):
    """One scale over time: full range, in its own frame, on the date axis all panels share."""

    key: str  # alliance | outcome
    title: str
    what: str  # one plain line: what the number is, what high means
    minimum: float
    maximum: float
    better: Better
    series: tuple[Series, ...]
    band: Band | None = None
    expected: Band | None = None  # where ratings of comparable clients lay
    cutoff: Cutoff | None = None
    inset: Inset | None = None
    max_gap_days: int = 42
    client_title: str = ""  # the same in the client's words, for the client's own page
    client_what: str = ""


class Mark(Struct, frozen=True, kw_only=True):
    """Something that changed under the ratings: another therapist, another language, a break."""

    on: date
    text: str


class Facet(Struct, frozen=True, kw_only=True):
    """One side of the relationship as both people rated it, now and the time before."""

    label: str
    client: float | None = None
    client_before: float | None = None
    client_first: float | None = None  # with this therapist; empty where now or the time before is the first
    therapist: float | None = None
    lowest: bool = False
    moved: bool = False  # the change that the headline names
    apart: bool = False  # the two answered it far from each other
    wording: str = ""
    key: str = ""  # what the item is about, as its form has it: the key of an opening question


class Facets(Struct, frozen=True, kw_only=True):
    """All facets of one session, each on the same range."""

    on: date | None = None
    before: date | None = None
    first: date | None = None
    therapist_on: date | None = None
    therapist_had_seen: bool | None = None
    minimum: float = 0
    maximum: float = 10
    rows: tuple[Facet, ...] = ()
    why_none: str = ""
    share: str = ""  # at how many sessions both rated
    apart: float = 0  # from how far on two answers are called far from each other


class RiskAnswer(Struct, frozen=True, kw_only=True):
    """One positive answer to an item about safety, with every date it was given; never a score."""

    item: str
    answer: str
    dates: tuple[date, ...]  # newest first
    days_ago: int  # since the newest
    state: str = ""  # e.g. "seen by Kim on 3 March"
    code: str = ""  # of its live alert, to tick it off by


class Risk(Struct, frozen=True, kw_only=True):
    """Every flagged answer, whom to call, and how often the question was asked at all."""

    answers: tuple[RiskAnswer, ...] = ()
    asked: int = 0
    last_asked: date | None = None
    contact: str = ""


class AlertLine(Struct, frozen=True, kw_only=True):
    """One alert in the words people use for it."""

    severity: Severity
    what: str
    reason: str
    basis: str
    since: date
    state: State
    rated: date | None = None  # the day of the rating it tells of, where that is not the newest
    done: str = ""  # what was done about it
    last: str = ""  # what was done about the alert of this kind before it
    code: str = ""  # to tick it off by, as long as it stands
    about: str = ""  # the construct of its form; empty where the form is gone
    good_news: bool = False


class Quote(Struct, frozen=True, kw_only=True):
    """Free text exactly as the client wrote it."""

    on: date
    label: str
    text: str


class HistoryRow(Struct, frozen=True, kw_only=True):
    """One question, or the score, at every session of a history; None where there is no answer."""

    label: str
    values: tuple[float | None, ...]
    minimum: float
    maximum: float
    apart: frozenset[int] = frozenset()  # places where the other person's answer lay far off
    total: bool = False


class History(Struct, frozen=True, kw_only=True):
    """Every answer about the relationship at every session that was held."""

    days: tuple[date, ...]
    rows: tuple[HistoryRow, ...]
    better: Better = "higher"
    apart: float = 0  # from how far on two answers are called far off
    max_gap_days: int = 42


class SectionBlock(Struct, frozen=True, kw_only=True):
    """One section that the practice switched on, as HTML that has been looked at; `problem` where it could not be made."""

    kind: str
    page: Literal["therapist", "client"] = "therapist"
    html: str = ""
    problem: str = ""  # for the one who runs the command; the page only says that there was one
    left_out: bool = False  # there was no room for it on the page


class SheetData(Struct, frozen=True, kw_only=True):
    """Everything the therapist's page prints about one member as of one day."""

    number: str
    client: str
    episode: str
    therapist: str
    as_of: date
    session_on: date | None
    session_number: int | None
    freshness: tuple[str, ...]  # "no arrival rating yet today", "rated 5 days ago"
    headline: str
    risk: Risk
    facets: Facets
    panels: tuple[Panel, ...]
    sessions: tuple[date, ...] = ()  # every one that was held, rated or not
    marks: tuple[Mark, ...] = ()
    history: History | None = None  # on a page of its own, when it was asked for
    alerts: tuple[AlertLine, ...] = ()
    more_alerts: int = 0
    question: str = ""
    calm: bool = True  # no figure of the newest session is one that the page points out
    missing: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    notes: tuple[str, ...] = ()  # "not checked", "not ready"
    session_over: bool = True  # False: only its arrival rating is in yet
    late: str = ""  # alerts were looked at longer ago than they should be
    checked: bool = True  # every policy was asked about all that is on the sheet
    sources: tuple[str, ...] = ()
    data_up_to: date | None = None
    sections: tuple[SectionBlock, ...] = ()
    version: str = ""
    language: str = "en"


class ClientData(Struct, frozen=True, kw_only=True):
    """What the client's own page may hold; there is no place in it for a flag or another person's rating."""

    number: str
    client: str
    as_of: date
    session_on: date | None
    facets: Facets
    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]
    quotes: tuple[Quote, ...]
    sections: tuple[SectionBlock, ...] = ()
    version: str = ""
    language: str = "en"
