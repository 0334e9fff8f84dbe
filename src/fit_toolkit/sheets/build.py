"""From a member's record to the plain data of their sheet, as of one day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale

import fit_toolkit
from fit_toolkit.courses.asking import Asking, Parts
from fit_toolkit.errors import ConfigError
from fit_toolkit.language import say, spoken
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.history import history_of
from fit_toolkit.sheets.notices import (
    alerts_of,
    later_of,
    marks_of,
    missing_of,
    quotes_of,
    risk_of,
    share_of,
    unchecked_of,
    unread_of,
)
from fit_toolkit.sheets.panels import Drawn, draw, resting_on
from fit_toolkit.sheets.questions import questions_here
from fit_toolkit.sheets.reading import Reading, read_member
from fit_toolkit.sheets.relationship import facets_of
from fit_toolkit.sheets.sections import sections_of
from fit_toolkit.sheets.words import calm, day, days_ago, headline, question

if TYPE_CHECKING:
    import sqlalchemy as sa


def build_sheet(  # noqa: PLR0913 - keyword-only choices
    parts: Parts, c: sa.Connection, member: int | Reading, *, as_of: date, number: str = "", asking: Asking | None = None,
    held: bool = False, history: bool | None = None,
) -> SheetData:  # fmt: skip
    """Build the sheet of one member, or of what was read of one; `asking` serves many sheets with one binding of policies.

    `held`: it is wanted as it stood after the session of `as_of`, even where the end of that session was not rated.
    `history`: with every answer of every session on a second page; None: as the settings have it.
    """
    if history is None:
        history = parts.settings.flag("sheets.item_history")
    gap = parts.settings.number("alerts.max_gap_days")
    zone = ZoneInfo(parts.settings.text("practice.time_zone"))
    reading = member if isinstance(member, Reading) else read_member(
        c, member, as_of=as_of, max_gap_days=gap, zone=zone, held=held
    )  # fmt: skip
    if asking is not None:
        return _build(parts, reading, number, asking, "", history=history)
    try:
        asked = Asking(parts)
    except ConfigError:  # a sheet is wanted now; what cannot be asked is said on it
        said = say("not checked: the policies cannot be used (fit policies check)")
        return _build(parts, reading, number, None, said, history=history)
    with asked:
        return _build(parts, reading, number, asked, "", history=history)


def _build(
    parts: Parts, reading: Reading, number: str, asking: Asking | None, problem: str, *, history: bool
) -> SheetData:
    forms = {given.instrument for given in reading.given} | {row["instrument"] for row in reading.alerts}
    catalog, settings = parts.catalog.readable(forms | {entry.instrument for entry in reading.plan}), parts.settings
    drawn = draw(reading, catalog, asking)
    panels = tuple(drawn.panels)
    form = next((f for f in drawn.instruments if f.construct == "alliance"), None)
    facets = facets_of(reading, form, catalog, spoken().code)
    alerts = alerts_of(reading, catalog, spoken().code)
    facets = msgspec.structs.replace(facets, share=share_of(reading, drawn.instruments, catalog))
    missing = missing_of(reading, catalog, spoken().code)
    therapist = reading.episode.therapist_on(reading.as_of)
    return SheetData(
        number=number or "draft",
        client=reading.member.client,
        episode=reading.episode.code,
        therapist=reading.staff.get(therapist.staff_id, therapist.staff) if therapist else say("no therapist assigned"),
        as_of=reading.as_of,
        session_on=reading.session_on if reading.given else None,
        session_number=reading.session_number if reading.given else None,
        session_over=reading.session_over,
        freshness=freshness(reading, drawn.instruments),
        headline=headline(facets, panels, spoken().code, rated=bool(reading.given)),
        risk=risk_of(reading, catalog, settings.text("safety.contact"), spoken().code),
        facets=facets,
        panels=panels,
        sessions=reading.sessions,
        marks=marks_of(reading, _language_names()),
        history=history_of(reading, form, catalog) if history else None,
        alerts=alerts,
        question=question(facets, panels, alerts, questions_here(getattr(parts, "root", None))),
        calm=calm(facets, panels),
        missing=missing,
        quotes=quotes_of(reading, catalog),
        notes=_notes(reading, drawn, [problem, *unread_of(reading, catalog)]),
        checked=not (problem or reading.unchecked or reading.found_later),
        sources=tuple(dict.fromkeys([*drawn.sources, *resting_on(asking, reading.alerts, drawn.sources)])),
        data_up_to=reading.rated_on,
        sections=sections_of(parts, reading, language=spoken().code),
        version=fit_toolkit.__version__,
        language=spoken().code,
    )


def freshness(reading: Reading, forms: list[Instrument]) -> tuple[str, ...]:
    """How old the data are, and whether something of today is in them already."""
    if not reading.given or reading.rated_on is None:
        since = day(reading.member.joined_on, spoken().code, seen_from=reading.as_of)
        return (say("in therapy since %(day)s, no rating yet", day=since),)
    starts = {f.id for f in forms if f.usual_occasion == "start"}
    session = reading.session_on
    later = [a for a in reading.given if session is not None and a.session_on > session and a.instrument in starts]
    booked = any(a.on == reading.as_of and a.status == "planned" for a in reading.appointments)
    out = []
    if later:
        when = say("today") if later[-1].session_on == reading.as_of else day(later[-1].session_on, spoken().code)
        out.append(say("with the arrival rating of %(day)s", day=when))
    elif starts and booked and reading.rated_on < reading.as_of:
        out.append(say("no arrival rating yet today"))
    out.append(say("last rated %(ago)s", ago=days_ago((reading.as_of - reading.rated_on).days)))
    if any(first <= reading.as_of <= last for first, last in reading.pauses):
        out.append(say("in a pause"))
    if reading.episode.closed_on is not None and reading.episode.closed_on <= reading.as_of:
        closed = day(reading.episode.closed_on, spoken().code, seen_from=reading.as_of)
        out.append(say("closed on %(day)s", day=closed))
    if any(a.dates_assumed for a in reading.given):
        out.append(say("dates assumed"))
    return tuple(out)


def _notes(reading: Reading, drawn: Drawn, problems: list[str]) -> tuple[str, ...]:
    notes = [problem for problem in problems if problem]
    return tuple(dict.fromkeys([*notes, *unchecked_of(reading), *later_of(reading), *drawn.notes]))


def _language_names() -> dict[str, str]:
    return _names_in(spoken().locale)


@lru_cache(maxsize=8)
def _names_in(locale: Locale) -> dict[str, str]:
    return {str(key): str(name) for key, name in locale.languages.items()}
