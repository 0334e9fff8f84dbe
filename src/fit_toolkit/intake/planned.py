"""Which forms a day needs, by its appointments and the plan, and which items are asked at a session."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fit_toolkit.catalog import Catalog
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.people import PlanEntry
from fit_toolkit.store import Store, diary, people, ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection

ORDER = ("start", "between", "end")


class PlannedForm(NamedTuple):
    """One form to be printed."""

    client: str
    instrument: str
    rater: str
    occasion: str


def items_asked(store: Store, instrument: Instrument, client: str, day: date) -> Collection[str] | None:
    """Give the items asked at a client's session of a day; None where all are always asked."""
    if not any(item.asked for item in instrument.items):
        return None
    with store.read() as c:
        open_then = people.find_open_episodes(c, client, day)
        number = _session_number(c, open_then[0].episode_id, open_then[0].member_id, day) if open_then else 1
    return [item.id for item in instrument.items if item.asked is None or item.asked.at(number)]


def forms_for(store: Store, catalog: Catalog, day: date) -> list[PlannedForm]:
    """List the forms for all planned appointments of a day, in the order of the diary."""
    found = []
    with store.read() as c:
        booked = [each for each in diary.list_appointments(c, since=day, until=day) if each.status == "planned"]
        episodes = {each.id: each for each in people.list_episodes(c, ids=[each.episode_id for each in booked])}
        plan = diary.list_plan(c, list(episodes))
        for appointment in sorted(booked, key=lambda each: (each.at is None, each.at, each.episode)):
            entries = diary.plan_for(plan, appointment.episode_id, on=day)
            for member in episodes[appointment.episode_id].members:
                if member.joined_on <= day and (member.left_on is None or day <= member.left_on):
                    number = _session_number(c, appointment.episode_id, member.id, day)
                    due = [entry for entry in entries if _due(c, entry, member.id, number, day)]
                    due.sort(key=lambda entry: (ORDER.index(entry.occasion), entry.instrument))
                    found += [PlannedForm(member.client, e.instrument, e.rater, e.occasion) for e in due]
    return [each for each in found if each.instrument in catalog]


def _session_number(c: Connection, episode: int, member: int, day: date) -> int:
    """Count the session days before this one: contacts held and days with a rating."""
    held = {a.on for a in diary.list_appointments(c, episode_ids=[episode]) if a.status == "held"}
    rated = {form.session_on for form in ratings.history(c, [member])}
    return len({each for each in held | rated if each < day}) + 1


def _due(c: Connection, entry: PlanEntry, member: int, number: int, day: date) -> bool:
    if entry.every_sessions is not None:
        return (number - 1) % entry.every_sessions == 0
    last = [
        form.session_on
        for form in ratings.history(c, [member], instrument=entry.instrument)
        if form.rater == entry.rater
    ]
    return not last or (day - max(last)).days >= (entry.every_days or 1)
