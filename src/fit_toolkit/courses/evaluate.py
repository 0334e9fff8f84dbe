"""Asks every policy about the courses of some episodes and gives back spells: a pure function of what is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fit_toolkit.course import Course, Ended, Findings, Spells, cut
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.courses.readiness import ready_for
from fit_toolkit.engine import PluginFailureError
from fit_toolkit.model.alerts import Ask, Key, Spell

Find = Callable[[PolicyUse, Course], Findings]


@dataclass(frozen=True)
class Failed:
    """A policy that could not be asked about some episodes."""

    use: PolicyUse
    error: PluginFailureError
    episodes: tuple[int, ...]


@dataclass
class Evaluated:
    """All spells of a slice; the policies that failed on it; the next day on which the calendar may change it.

    `waiting` counts, by policy, the members who are rated, but too seldom for it.
    """

    spells: list[Spell] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    next_day: dict[int, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


def evaluate(part: Slice, uses: Sequence[PolicyUse], find: Find) -> Evaluated:
    """Ask every policy about every course of the slice; one that fails is noted and the others go on."""
    out = Evaluated(next_day=dict(part.next_day))
    looked_at = one_in(uses)
    for use in uses:
        loaded = part.load(use.stream, use.view, use.partners)
        try:
            findings = find(use, loaded.course)
        except PluginFailureError as error:
            out.failed.append(Failed(use, error, part.episodes))
            continue
        if use.ready.min_ratings > 1:
            out.waiting[use.id] = out.waiting.get(use.id, 0) + ready_for(use, loaded.course).waiting
        if findings.about_members:
            out.spells += _about_members(use, loaded, findings)
            _note_next_day(out.next_day, findings, part)
        else:
            out.spells += _about_points(use, loaded, findings, looked_at.get(use.hash))
    return out


def one_in(uses: Sequence[PolicyUse]) -> dict[str, float]:
    """For each policy that knows its chance: about one in how many sessions any policy like it fires by chance.

    With k such policies on one client, each with chance p a rating and taken as independent, 1 - (1 - p)^k of the
    sessions have a chance finding; a client is looked at by every one of them.
    """
    known = {use.hash: use.ready.chance for use in uses if use.basis == "unusual"}
    chances = [chance for chance in known.values() if chance]
    any_of_them = 1 - float(np.prod([1 - chance for chance in chances])) if chances else 0.0
    return {key: 1 / any_of_them for key, chance in known.items() if chance and any_of_them}


def _about_points(use: PolicyUse, loaded: Loaded, findings: Findings, by_chance: float | None) -> list[Spell]:
    lapse = use.lapse if use.basis == "convention" else 0
    found = cut(findings, after=use.after, lapse=lapse, stands=use.stands)
    return [_spell(use, loaded, findings, found, i, by_chance) for i in range(len(found))]


def _spell(use: PolicyUse, loaded: Loaded, findings: Findings, found: Spells, i: int, by_chance: float | None) -> Spell:
    course = loaded.course
    own, opened, last = int(found.course[i]), int(found.opened[i]), int(found.last[i])
    day = course.day
    through = slice(opened, int(course.offsets[own + 1]))
    asks = _asks(course, findings, opened, last) if use.stands else _worse_again(course, findings, opened, last)
    shown = int(found.renewed[i])
    evidence = _facts(findings, course, shown) | {"administration": int(loaded.entered[shown])}
    newest = opened + int(np.flatnonzero(findings.fires[opened : last + 1])[-1])
    if use.stands and newest != shown:
        evidence["flagged"] = int(day[newest])  # the newest answer that was flagged, where that is not the one shown
    if by_chance is not None:
        evidence["one_in"] = round(by_chance)
    member = int(course.member[own])
    return Spell(
        key=_key(use, loaded, own),
        severity=use.severity,
        basis=use.basis,
        root=int(course.root[opened]),
        opened=int(day[opened]),
        last=int(day[last]),
        ended=int(day[found.end[i]]) if found.end[i] >= 0 else None,
        lapsed=bool(found.ended[i] == Ended.LAPSED),
        asks=asks,
        calm=int(day[found.calm[i]]) if found.calm[i] >= 0 else None,
        worst=None if use.stands or findings.renew is None else _badness(course, slice(opened, last + 1)),
        ratings=tuple(day[through].tolist()),
        roots=tuple(course.root[through].tolist()),
        closed=bool(course.members.ended[member] <= course.members.today),
        reason=findings.reason,
        evidence=evidence,
    )


def _asks(course: Course, findings: Findings, opened: int, last: int) -> tuple[Ask, ...]:
    """The points of a safety spell that each need a person: the first, and those that are renewed or follow a calm one."""
    places = [opened]
    calm = False
    for at in range(opened + 1, last + 1):
        renewed = findings.renew is not None and bool(findings.renew[at])
        if findings.fires[at] and (renewed or calm):
            places.append(at)
        calm = bool(findings.known[at] and not findings.fires[at]) or (calm and not findings.known[at])
    return _as_asks(course, places)


def _worse_again(course: Course, findings: Findings, opened: int, last: int) -> tuple[Ask, ...]:
    """The points after the opening from which on the policy says that it is worse again."""
    if findings.renew is None:
        return ()
    again = np.flatnonzero(findings.renew[opened + 1 : last + 1] & findings.fires[opened + 1 : last + 1])
    return _as_asks(course, (again + opened + 1).tolist())


def _as_asks(course: Course, places: Sequence[int]) -> tuple[Ask, ...]:
    worse = -course.scale.better
    return tuple(Ask(int(course.root[at]), int(course.day[at]), int(course.tick[at]) * worse) for at in places)


def _badness(course: Course, through: slice) -> int:
    """The worst level of some points, in millionths that grow with how bad it is."""
    return int((course.tick[through] * -course.scale.better).max())


def _facts(findings: Findings, course: Course, at: int) -> dict[str, Any]:
    facts: dict[str, Any] = findings.facts(at)
    for edge in ("low", "high"):  # a range that is shown ends where the scale ends
        if edge in facts:
            facts[edge] = min(max(facts[edge], course.scale.low), course.scale.high)
    return facts | {"n": int(course.number[at]), "day": int(course.day[at])}


def _about_members(use: PolicyUse, loaded: Loaded, findings: Findings) -> list[Spell]:
    """One spell per member for whom the finding holds today; an occasion of its own, because no rating belongs to it."""
    members, since = loaded.course.members, findings.since
    if since is None:
        since = np.full(len(members), float(members.today))
    spells = []
    for at in np.flatnonzero(findings.fires).tolist():
        key = Key(
            use.id,
            int(members.id[at]),
            0,
            use.stream.instrument,
            use.stream.scale,
            use.stream.rater,
            use.stream.occasion,
        )
        opened = members.today if np.isnan(since[at]) else int(since[at])
        spells.append(
            Spell(
                key=key,
                severity=use.severity,
                basis=use.basis,
                root=0,
                opened=opened,
                last=members.today,
                closed=bool(members.ended[at] <= members.today),
                reason=findings.reason,
                evidence=dict(findings.facts(at)) | {"day": opened},
            )
        )
    return spells


def _note_next_day(next_day: dict[int, int], findings: Findings, part: Slice) -> None:
    again = findings.again
    if again is None:
        return
    episodes = part.members["episode_id"]
    for at in np.flatnonzero(again > part.calendar.today).tolist():
        episode = int(episodes[at])
        next_day[episode] = min(int(again[at]), next_day.get(episode, int(again[at])))


def _key(use: PolicyUse, loaded: Loaded, own: int) -> Key:
    stream = use.stream
    return Key(
        use.id,
        int(loaded.member[own]),
        int(loaded.staff[own]),
        stream.instrument,
        stream.scale,
        stream.rater,
        str(loaded.occasion[own]),
    )
