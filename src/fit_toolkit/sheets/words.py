"""The sentences of a sheet: what changed, how old it is, and at most one question."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from fit_toolkit.language import mark, plural, say
from fit_toolkit.language.packs import locale_of
from fit_toolkit.sheets.apart import far_apart
from fit_toolkit.sheets.chart import number, places
from fit_toolkit.sheets.data import AlertLine, Facets, Panel, Series
from fit_toolkit.sheets.questions import ALLIANCE, GOOD_NEWS, OUTCOME, Questions

NOTHING_RATED = mark("nothing rated")  # the basis of an alert about an absence
DISTANT = 300  # days from which on a date without its year would be taken for a nearer one


def day(when: date, language: str = "en", *, seen_from: date | None = None) -> str:
    """A date within a sentence: day and month, and the year where it is long ago."""
    return _dated(when, language, seen_from is not None and abs((seen_from - when).days) > DISTANT)


@lru_cache(maxsize=4096)
def _dated(when: date, language: str, distant: bool) -> str:  # noqa: FBT001 - the cache wants places
    if language.partition("-")[0] == "en":
        return str(format_date(when, "d MMMM y" if distant else "d MMMM", locale="en"))
    return str(format_skeleton("yMMMMd" if distant else "MMMMd", when, locale=locale_of(language)))


def days_ago(days: int) -> str:
    """How old something is."""
    if days < 2:
        return say("yesterday") if days else say("today")
    return plural("%(num)s day ago", "%(num)s days ago", days)


def headline(facets: Facets, panels: tuple[Panel, ...], language: str = "en", *, rated: bool = False) -> str:
    """What changed, in one or two sentences; figures and dates, no verdict."""
    parts = [_moved(facets, language)] if any(f.moved for f in facets.rows) else []
    parts += [text for panel in panels[:2] if (text := _course(panel, language))]
    return " ".join(parts) or (
        say("Rated, but too little was answered for a score.") if rated else say("Not rated yet.")
    )


def _moved(facets: Facets, language: str) -> str:
    row = next(f for f in facets.rows if f.moved)
    fell = (row.client or 0) < (row.client_before or 0)
    said = say(row.label)
    named = {
        "label": said[:1].upper() + said[1:],
        "was": number(row.client_before or 0),
        "now": number(row.client or 0),
        "day": day(facets.before, language) if facets.before else "",
    }
    if facets.before and fell:
        return say("%(label)s fell from %(was)s to %(now)s since %(day)s.", **named)
    if facets.before:
        return say("%(label)s rose from %(was)s to %(now)s since %(day)s.", **named)
    if fell:
        return say("%(label)s fell from %(was)s to %(now)s.", **named)
    return say("%(label)s rose from %(was)s to %(now)s.", **named)


def _course(panel: Panel, language: str) -> str:
    own = next((s for s in panel.series if s.points), None)
    if own is None:
        return ""
    name = say("The work together") if panel.key == "alliance" else panel.title
    who = "" if own.rater == "client" else " (" + say("%(who)s only", who=say(own.label)) + ")"
    now, decimals = own.points[-1], places(panel)
    text = f"{name}{who}: {number(now.value, decimals)}"
    if len(own.points) == 1:
        return text + ", " + say("the first rating") + "."
    before, first = own.points[-2], own.points[0]
    gap = (now.on - before.on).days
    step = round(now.value - before.value, 6)
    if now.starts:
        text += ", " + say("the first with this therapist")
    elif gap > panel.max_gap_days:
        text += ", " + plural("%(num)s day after the rating before", "%(num)s days after the rating before", gap)
    else:
        text += ", " + _step(step, decimals, day(before.on, language))
    if usual := _outside(panel):
        text += f", {usual}"
    if other := _far_off(panel, own):
        text += "; " + say("the therapist rated %(n)s", n=number(other, decimals))
    if len(own.points) > 2 and panel.key != "alliance":
        text += "; " + say("%(n)s at the first rating", n=number(first.value, decimals))
    return text + "."


def _step(step: float, decimals: int, since: str) -> str:
    size = number(abs(step), decimals)
    if size == "0":
        return say("as on %(day)s", day=since)
    if step > 0:
        return say("up %(n)s since %(day)s", n=size, day=since)
    return say("down %(n)s since %(day)s", n=size, day=since)


def _outside(panel: Panel) -> str:
    """Where the newest rating lies outside the range that is usual for this client."""
    own = next((s for s in panel.series if s.rater == "client" and s.points), None)
    edge = panel.band.points[-1] if panel.band is not None and panel.band.points else None
    if own is None or edge is None or edge.on != own.points[-1].on:
        return ""
    value = own.points[-1].value
    if edge.low <= value <= edge.high:
        return ""
    return say("lower than usual for this client") if value < edge.low else say("higher than usual for this client")


def calm(facets: Facets, panels: tuple[Panel, ...]) -> bool:
    """Whether the newest figures are none that the page points out: then it may say that nothing stands out."""
    if any(f.moved or f.apart for f in facets.rows):
        return False
    own = [(panel, next((s for s in panel.series if s.points), None)) for panel in panels]
    return not any(_outside(panel) or (s is not None and _far_off(panel, s) is not None) for panel, s in own)


def _far_off(panel: Panel, own: Series) -> float | None:
    """The therapist's rating of the same session as the client's newest, where it lies far from that."""
    now = own.points[-1]
    theirs = next((s.points for s in panel.series if s.rater == "therapist" and s is not own), ())
    value = next((p.value for p in reversed(theirs) if p.on == now.on), None)
    return value if value is not None and far_apart(now.value, value, panel.minimum, panel.maximum) else None


def question(facets: Facets, panels: tuple[Panel, ...], alerts: tuple[AlertLine, ...], questions: Questions) -> str:
    """At most one question, and only when something stands out: about what moved, else about the lowest facet.

    Good news gives the question only where nothing worrying stands.
    """
    moved = next((f for f in facets.rows if f.moved), None)
    if moved is not None:
        return questions.about(moved.key)
    live = [a for a in alerts if a.state != "done" and a.basis != say(NOTHING_RATED)]
    worrying = [a for a in live if not a.good_news]
    if not worrying:
        return questions.texts[GOOD_NEWS] if live else ""
    about = {p.key for p in panels for s in p.series for point in s.points if point.stands_out}
    if "alliance" not in about | {a.about for a in worrying} and "outcome" in about:
        return questions.texts[OUTCOME]
    lowest = next((f for f in facets.rows if f.lowest), None)
    return questions.about(lowest.key if lowest is not None else ALLIANCE)
