"""Cuts findings into spells: unbroken stretches during which a policy holds."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course.course import Course
from fit_toolkit.course.findings import Findings

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
NOWHERE = -1


class Ended(enum.IntEnum):
    """How a spell ended, if it did."""

    STANDING = 0
    CLEARED = 1  # back at the level that stood when it opened, or `until` held
    LAPSED = 2  # `lapse` ratings in a row that did not fire: not confirmed


@dataclass(frozen=True, eq=False)
class Spells:
    """One entry per spell, in the order of courses, then time; places are indices of points, -1 is "none".

    `course` index; `opened`, `last` (newest point inside), `end` (the point that ended it), `ended` (an `Ended`),
    `renewed` (newest point that needs a person again), `calm` (newest point that did not fire, if after `renewed`).
    """

    course: Ints
    opened: Ints
    last: Ints
    end: Ints
    ended: Ints
    renewed: Ints
    calm: Ints

    def __len__(self) -> int:
        """How many spells there are."""
        return len(self.opened)


def cut(findings: Findings, *, after: int = 1, lapse: int = 0, stands: bool = False) -> Spells:
    """Cut findings about points into spells.

    `after` asks for that many firing (known) points in a row; `lapse` > 0 ends a spell after as many known points in
    a row that do not fire; `stands` (safety) never ends a spell, but marks a firing point after a calm one as renewed.
    Walks once along the courses, all of them at the same time: cost is one array step per rating number.
    """
    course = findings.course
    if course is None:
        raise ValueError("findings about members have no spells to cut")
    opens = findings.fires if after <= 1 else findings.fires & (course.streak(findings.fires, findings.known) >= after)
    with_spell = np.unique(course.owner[opens])
    with_spell = with_spell[np.argsort(-course.count[with_spell], kind="stable")]  # longest first: the rest drop out
    walk = _Walk(findings, course, opens, level=_levels(findings, course, after), lapse=lapse, stands=stands)
    return walk.along(with_spell)


def _levels(findings: Findings, course: Course, after: int) -> NDArray[np.float64] | None:
    """The level to be back at, as it stood when the run of firing points began."""
    if findings.back_to is None or after <= 1:
        return findings.back_to
    begun = findings.fires & (course.streak(findings.fires, findings.known) == 1)
    return course.hold(findings.back_to, when=begun)


class _Walk:
    """The state of every course with a spell, while all are walked along together."""

    def __init__(
        self,
        findings: Findings,
        course: Course,
        opens: Mask,
        *,
        level: NDArray[np.float64] | None,
        lapse: int,
        stands: bool,
    ) -> None:
        self.course = course
        self.fires, self.known, self.opens = findings.fires, findings.known, opens
        self.calms = findings.known & ~findings.fires
        self.until, self.renew = findings.until, findings.renew
        self.level, self.lapse, self.stands = level, lapse, stands
        self.found: list[tuple[Ints, ...]] = []

    def along(self, courses: Ints) -> Spells:
        size = len(courses)
        state = {name: np.full(size, NOWHERE) for name in ("opened", "renewed", "calm")}
        self.active = np.zeros(size, bool)
        self.quiet = np.zeros(size, np.int64)
        self.back = np.full(size, np.nan)
        begin, count = self.course.offsets[:-1][courses], self.course.count[courses]
        alive = np.searchsorted(-count, -np.arange(int(count.max(initial=0))), side="left")
        for step, live in enumerate(alive):
            self._step(begin[:live] + step, {k: v[:live] for k, v in state.items()}, courses[:live])
        rest = np.flatnonzero(self.active)
        last = begin[rest] + count[rest] - 1
        self._note(courses[rest], state, rest, last, np.full(len(rest), NOWHERE), Ended.STANDING)
        return self._spells()

    def _step(self, at: Ints, state: dict[str, Ints], courses: Ints) -> None:
        active, fires, calm = self.active[: len(at)], self.fires[at], self.calms[at]
        quiet = self.quiet[: len(at)]
        quiet[:] = np.where(fires, 0, quiet + calm)
        if not self.stands:
            cleared = active & ~fires & self._cleared(at, calm)
            self._end(cleared, at, state, courses, Ended.CLEARED)
            if self.lapse > 0:
                self._end(active & (quiet >= self.lapse), at, state, courses, Ended.LAPSED)
        again = active & fires & (state["calm"] > state["renewed"]) if self.stands else np.zeros(len(at), bool)
        if self.renew is not None:
            again |= active & self.renew[at]
        state["renewed"][again] = at[again]
        state["calm"][active & calm] = at[active & calm]
        begins = self.opens[at] & ~active
        active[begins] = True
        quiet[begins] = 0
        state["opened"][begins] = state["renewed"][begins] = at[begins]
        state["calm"][begins] = NOWHERE
        if self.level is not None:
            self.back[: len(at)][begins] = self.level[at[begins]]

    def _cleared(self, at: Ints, calm: Mask) -> Mask:
        if self.level is not None:
            back = self.back[: len(at)]
            return_to = np.rint(back * 1_000_000)
            worse = (return_to - self.course.tick[at]) * self.course.scale.better
            return np.where(np.isnan(back), calm, worse <= 0)
        if self.until is not None:
            return self.until[at]
        return calm

    def _end(self, over: Mask, at: Ints, state: dict[str, Ints], courses: Ints, how: Ended) -> None:
        places = np.flatnonzero(over)
        if len(places):
            self._note(courses[places], state, places, at[places] - 1, at[places], how)
            self.active[places] = False

    def _note(self, courses: Ints, state: dict[str, Ints], places: Ints, last: Ints, end: Ints, how: Ended) -> None:
        calm = np.where(state["calm"][places] > state["renewed"][places], state["calm"][places], NOWHERE)
        row = (courses, state["opened"][places], last, end, np.full(len(places), how), state["renewed"][places], calm)
        self.found.append(tuple(np.asarray(column, np.int64) for column in row))

    def _spells(self) -> Spells:
        if not self.found:
            return Spells(*(np.empty(0, np.int64) for _ in range(7)))
        columns = [np.concatenate(parts) for parts in zip(*self.found, strict=True)]
        order = np.argsort(columns[1], kind="stable")
        return Spells(*(column[order] for column in columns))
