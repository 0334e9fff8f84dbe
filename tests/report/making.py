"""A service in a store, written straight into its tables: courses with given ratings, or many that are made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from fit_toolkit.practice import Practice, open_practice, set_up
from fit_toolkit.store import schema as s

NOW = datetime.fromisoformat("2026-11-23T09:00")
START = date(2026, 1, 5)
PHQ, ALLIANCE = "phq-9", "today-together-client"
OCCASION = {PHQ: "start", ALLIANCE: "end"}
FACETS = ("empathy", "genuineness", "respect", "collaboration", "confidentiality")
Values = Sequence[float | None]  # one for each session; None: no form


@dataclass(kw_only=True)
class Course:
    """One client's course, with a session every week; `alliance` is also the value of its facets."""

    phq: Values = ()
    alliance: Values = ()
    sessions: int = 0  # held, by the diary; 0: as many as there are values
    reason: str = "ended as planned"
    therapist: str = "anna"
    start: date = START
    closed: bool = True
    diary: bool = True
    labels: tuple[str, ...] = ()
    born_year: int | None = None

    @property
    def length(self) -> int:
        return max(self.sessions, len(self.phq), len(self.alliance))


@dataclass
class Service:
    """A practice with courses; rows are collected and written all at once."""

    root: Path
    settings: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        set_up(self.root, policies="", given={"practice.name": "Made-up Service", **self.settings})
        self.practice: Practice = open_practice(self.root, clock=lambda: NOW)
        self.staff: dict[str, int] = {}
        self.made: Counter[str] = Counter()

    def plan(self, **every: int) -> None:
        """Plan the two forms for every so many sessions."""
        for instrument in (PHQ, ALLIANCE):
            number = every.get(instrument.partition("-")[0], 1)
            self._add(
                "plan", instrument=instrument, rater="client", occasion=OCCASION[instrument], every_sessions=number
            )

    def add(self, courses: Sequence[Course]) -> None:
        """Write the courses, after what is there."""
        for course in courses:
            self._course(course)
        self._write()

    def _course(self, course: Course) -> None:
        if course.therapist not in self.staff:
            self.staff[course.therapist] = self._add("staff", code=course.therapist, role="therapist", starts_on=START)
        staff = self.staff[course.therapist]
        days = [course.start + timedelta(days=7 * n) for n in range(course.length)]
        end = (days[-1] if days else course.start) if course.closed else None
        number = self.made["client"] + 1
        client = self._add("client", code=f"secret{number:06}", added_at=NOW, born_year=course.born_year)
        episode = self._add("episode", code=f"secret{number:06}-1", kind="individual", opened_on=course.start, closed_on=end, close_reason=course.reason if end else None)  # fmt: skip
        member = self._add("member", episode_id=episode, client_id=client, joined_on=course.start, left_on=end)
        pair = self._add("pair", member_id=member, staff_id=staff)
        self._add(
            "assignment", episode_id=episode, staff_id=staff, role="therapist", starts_on=course.start, ends_on=end
        )
        for label in course.labels:
            self._add("label", episode_id=episode, label=label)
        if course.diary:
            for day in days:
                self._add("appointment", episode_id=episode, staff_id=staff, on=day, status="held")
        for instrument, values in ((PHQ, course.phq), (ALLIANCE, course.alliance)):
            for day, value in zip(days, values, strict=False):
                if value is not None:
                    self._rate(member, pair if instrument == ALLIANCE else None, instrument, day, value)

    def _rate(self, member: int, pair: int | None, instrument: str, day: date, value: float) -> None:
        number = self.made["administration"] + 1
        self._add("administration", id=number, root_id=number, member_id=member, pair_id=pair, instrument=instrument, version="1.0",
                  definition_hash="x" * 8, rater="client", session_on=day, occasion=OCCASION[instrument], mode="paper", raw={}, numbers={},
                  entered_by="made up", entered_at=NOW)  # fmt: skip
        for scale in ("total", *(FACETS if instrument == ALLIANCE else ())):
            self._of("score").append({"administration_id": number, "scale": scale, "value_ticks": round(_of_facet(scale, value) * 1_000_000), "status": "complete",
                                      "n_answered": 9, "n_items": 9})  # fmt: skip

    def _of(self, table: str) -> list[dict[str, Any]]:
        return self.rows.setdefault(table, [])

    def _add(self, table: str, **row: Any) -> int:
        self.made[table] += 1
        self._of(table).append({"id": self.made[table], **row})
        return self.made[table]

    def _write(self) -> None:
        with self.practice.store.begin() as c:
            for table in s.metadata.sorted_tables:
                if rows := self.rows.get(table.name):
                    c.execute(sa.insert(table), rows)
        self.rows.clear()


def _of_facet(scale: str, value: float) -> float:
    """The facets differ a little from the whole, none where that is 10 or 0."""
    return value if scale == "total" or value in (0, 10) else max(0.0, value - 0.3 * (FACETS.index(scale) - 2))


def made_up(count: int, *, therapists: int = 12, seed: int = 7, diary: bool = True) -> list[Course]:
    """Courses in which clients get better on the whole, rate the relationship high, and leave for several reasons."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 16, count)
    own = random.normal(0, 1.0, therapists)
    whose = random.choice(therapists, count, p=np.linspace(1, 3, therapists) / np.linspace(1, 3, therapists).sum())
    return [_made_up(random, int(lengths[n]), int(whose[n]), float(own[whose[n]]), diary=diary) for n in range(count)]


def _made_up(random: np.random.Generator, length: int, whose: int, own: float, *, diary: bool) -> Course:
    level, pace = random.normal(15, 4.5), random.normal(0.45, 0.35)
    phq = np.clip(
        np.rint(level - pace * np.arange(length) - own * min(length / 6, 1) + random.normal(0, 2, length)), 0, 27
    )
    bond = np.clip(random.normal(8.4, 1.0) + 0.04 * np.arange(length) + random.normal(0, 0.6, length), 0, 10)
    bond = np.where(bond > 9.6, 10.0, np.round(bond, 2))
    came = random.random((2, length)) < np.array([[0.88], [0.8]])
    reason = str(
        random.choice(["ended as planned", "Planned", "did not come back", "moved away"], p=[0.4, 0.2, 0.25, 0.15])
    )
    return Course(
        phq=[float(v) if there else None for v, there in zip(phq, came[0], strict=True)],
        alliance=[float(v) if there else None for v, there in zip(bond, came[1], strict=True)],
        sessions=length, reason=reason, therapist=f"t{whose:02}", start=START + timedelta(days=int(random.integers(0, 180))), diary=diary,
        labels=(str(random.choice(["site:north", "site:south"])),),
    )  # fmt: skip
