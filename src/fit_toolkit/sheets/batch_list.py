"""Whose sheets a day needs: by therapist, from the diary where one is kept, else everybody in therapy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from fit_toolkit.model.people import Appointment, Episode
from fit_toolkit.store import diary, people

if TYPE_CHECKING:
    import sqlalchemy as sa

NEAR = timedelta(days=28)  # a therapist with an appointment as near as this keeps a diary
Source: TypeAlias = Literal["diary", "everybody"]
Local: TypeAlias = Callable[[datetime], datetime]
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}  # on Windows


class Entry(Struct, frozen=True, kw_only=True):
    """One member on the list of a day; `time` is that of the appointment, "" where none is known."""

    member: int
    client: str
    episode: int
    time: str = ""


class Stack(Struct, frozen=True, kw_only=True):
    """The sheets of one therapist, in the order of the day."""

    therapist: str
    source: Source
    entries: tuple[Entry, ...]

    @property
    def folder(self) -> str:
        """A name for their folder that every system takes; codes of staff are letters, digits, dots, dashes."""
        stem = self.therapist.partition(".")[0].lower()
        return f"_{self.therapist}_" if stem in RESERVED or self.therapist.endswith(".") else self.therapist


class DayList(Struct, frozen=True, kw_only=True):
    """The stacks of a day, and how many members there are no sheets for as nobody is their therapist."""

    stacks: tuple[Stack, ...]
    without: int = 0


def day_list(c: sa.Connection, day: date, *, local: Local, therapist: str | None = None) -> DayList:
    """List who comes on a day to each therapist; whoever keeps no diary gets everybody who is in therapy with them."""
    if therapist is not None:
        people.staff_id(c, therapist)  # says so where nobody has this code
    near = diary.list_appointments(c, since=day - NEAR, until=day + NEAR)
    on_the_day = [each for each in near if each.on == day and each.status != "cancelled"]
    episodes = {each.id: each for each in people.list_episodes(c, open_on=day)}
    kept = {who for each in near if each.episode_id in episodes for who in _whose(episodes[each.episode_id], each, day)}
    wanted: dict[str, list[Entry]] = {who: [] for who in kept}
    without = 0
    for each in on_the_day:
        if (episode := episodes.get(each.episode_id)) is None:
            continue
        entries = _entries(episode, day, f"{local(each.at):%H:%M}" if each.at is not None else "")
        whose = _whose(episode, each, day)
        without += 0 if whose else len(entries)
        for who in whose:
            wanted[who] += entries
    for episode in episodes.values():
        whose = _therapists(episode, day)
        without += 0 if whose or any(a.episode_id == episode.id for a in near) else len(_entries(episode, day))
        for who in set(whose) - kept:
            wanted.setdefault(who, []).extend(_entries(episode, day))
    if therapist is not None:
        wanted, without = {therapist: wanted.get(therapist, [])}, 0
    stacks = (
        Stack(therapist=who, source="diary" if who in kept else "everybody", entries=_in_order(wanted[who]))
        for who in sorted(wanted)
    )
    return DayList(stacks=tuple(stacks), without=without)


def _in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """By time; who comes together stands together, and those without a time are in the order of their codes."""
    first: dict[int, str] = {}
    for each in sorted(entries, key=lambda each: each.client):
        first.setdefault(each.episode, each.client)
    return tuple(
        sorted(
            entries,
            key=lambda e: (not e.time, e.time, "" if e.time else first[e.episode], e.episode, e.client),
        )
    )


def _entries(episode: Episode, day: date, time: str = "") -> list[Entry]:
    """The members of an episode on a day; of a couple or a group each has a sheet of their own."""
    return [
        Entry(member=one.id, client=one.client, episode=episode.id, time=time)
        for one in episode.members
        if one.joined_on <= day and (one.left_on is None or day <= one.left_on)
    ]


def _whose(episode: Episode, appointment: Appointment, day: date) -> Sequence[str]:
    return (appointment.therapist,) if appointment.therapist is not None else _therapists(episode, day)


def _therapists(episode: Episode, day: date) -> Sequence[str]:
    lead = episode.therapist_on(day)
    beside = [each.staff for each in episode.assignments if each.role == "cotherapist" and each.holds_on(day)]
    return sorted({*beside, *([lead.staff] if lead is not None and lead.holds_on(day) else [])})
