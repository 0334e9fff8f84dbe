"""A year of a clinic as a list of what happens on each day, made from a seed: for tests of runs that nobody watches.

Nothing happens to the clients: each rates around a level of their own, so every alert of a rating is one by chance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fit_toolkit import scoring
from fit_toolkit.model.people import Asked
from fit_toolkit.model.records import NewAdministration
from fit_toolkit.practice import Practice, open_practice, set_up
from fit_toolkit.store import diary, people, ratings
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import touch

START = date(2026, 1, 5)  # a Monday
DAYS = 364
ALLIANCE, OUTCOME = "today-together-client", "arriving-today"
CLOSED = (
    (date(2026, 4, 3), date(2026, 4, 6)),
    (date(2026, 8, 3), date(2026, 8, 16)),
    (date(2026, 12, 21), date(2027, 1, 3)),
)
NOT_ATTENDED = 0.12
SILENCE = 0.005  # how often a client gives back no form for some weeks
# on scales from 0 to 10: mean, SD between clients, SD of one client's sessions; the first as field.md 2.7 has it for SRS
LEVELS = {ALLIANCE: (8.8, 0.625, 0.375), OUTCOME: (6.0, 1.5, 0.6)}


@dataclass
class Held:
    """A client in treatment: an episode with one therapist, on one day of the week."""

    client: str
    episode: str
    therapist: int
    weekday: int
    left: int
    levels: dict[str, float]
    member: int = 0
    silent: int = 0  # sessions to come after which no form is given back
    pairs: dict[str, int] = field(default_factory=dict)


class Year:
    """The clinic as it goes through its year; `live` makes one day happen in the practice."""

    def __init__(
        self, root: Path, *, therapists: int, weekly: int, transfers: int, leavers: int, seed: int = 1
    ) -> None:
        self.random = np.random.default_rng(seed)
        self.root, self.weekly, self.transfers = root, weekly, transfers
        set_up(root, given={"safety.protocol": "made up", "safety.contact": "made up"})
        self.now = datetime.combine(START, datetime.min.time()) + timedelta(hours=6)
        self.practice: Practice = open_practice(root, clock=lambda: self.now)
        self.codes = [f"t{number:02}" for number in range(therapists)]
        self.here = set(range(therapists))
        leaving = self.random.choice(therapists, leavers, replace=False).tolist()
        self.leaves = {START + timedelta(days=7 * (18 + 11 * n) + 4): int(who) for n, who in enumerate(leaving)}
        # everybody is away three weeks of their own
        self.away = {who: sorted(self.random.choice(np.arange(5, 46), 3, replace=False).tolist()) for who in self.here}
        self.held: list[Held] = []
        self.clients = 0
        self.sessions: defaultdict[tuple[int, int], int] = defaultdict(int)  # by therapist and week
        with self.practice.store.begin() as c:
            people.add_staff(c, "sue", role="supervisor", starts_on=START)
            people.add_staff(c, "adam", role="administrator", starts_on=START)
            for code in self.codes:
                people.add_staff(c, code, starts_on=START, supervisor="sue")
            for instrument, occasion in ((OUTCOME, "start"), (ALLIANCE, "end")):
                diary.add_plan(c, Asked(instrument=instrument, rater="client", occasion=occasion, every_sessions=1))

    def live(self, day: date) -> None:
        """Let one day happen, up to the evening: pauses, transfers, new clients, sessions with their forms, ends."""
        self.now = datetime.combine(day, datetime.min.time()) + timedelta(hours=20)
        week, weekday = divmod((day - START).days, 7)
        with self.practice.store.begin() as c:
            if weekday == 0:
                self._pauses(c, day, week)
                self._transfers(c, day)
            if day in self.leaves:
                self._leave(c, self.leaves[day], day)
            if weekday < 5 and not closed(day):
                self._fill(c, day, week, weekday)
                today = [one for one in self.held if one.weekday == weekday and not self._is_away(one, week)]
                self._sessions(c, day, week, today)

    def _is_away(self, one: Held, week: int) -> bool:
        return week in self.away[one.therapist]

    def _pauses(self, c: Any, day: date, week: int) -> None:
        """A week in which the therapist or the whole clinic is away is entered on its Monday."""
        for one in self.held:
            if self._is_away(one, week) or all(closed(day + timedelta(days=n)) for n in range(5)):
                diary.add_pause(
                    c, one.episode, starts_on=day, ends_on=day + timedelta(days=6), reason="away", at=self.now
                )

    def _transfers(self, c: Any, day: date) -> None:
        count = min(self.transfers, len(self.held))
        places: list[int] = self.random.choice(len(self.held), count, replace=False).tolist() if count else []
        for place in places:
            self._hand_over(c, self.held[place], day)

    def _leave(self, c: Any, who: int, day: date) -> None:
        """The last day: the clients go to others the day after."""
        self.here.discard(who)
        for one in [one for one in self.held if one.therapist == who]:
            self._hand_over(c, one, day + timedelta(days=1))
        people.close_staff(c, self.codes[who], day)

    def _hand_over(self, c: Any, one: Held, day: date) -> None:
        others = sorted(self.here - {one.therapist})
        to = others[int(self.random.integers(len(others)))]
        people.transfer(c, one.episode, self.codes[to], on=day, at=self.now)
        one.therapist = to
        one.pairs = {}

    def _fill(self, c: Any, day: date, week: int, weekday: int) -> None:
        """Everybody who is here and has room on this day of the week takes on a new client."""
        if week > 46:
            return
        for who in sorted(self.here):
            mine = [one for one in self.held if one.therapist == who]
            if week in self.away[who]:
                continue
            room = min(self.weekly - len(mine), -(-self.weekly // 5) - sum(one.weekday == weekday for one in mine))
            for _ in range(max(room, 0)):
                self._take_on(c, who, day, weekday)

    def _take_on(self, c: Any, who: int, day: date, weekday: int) -> None:
        self.clients += 1
        client = f"c{self.clients:05}"
        people.add_client(c, client, at=self.now)
        people.open_episode(c, [client], therapist=self.codes[who], opened_on=day, at=self.now)
        levels = {name: float(self.random.normal(mean, between)) for name, (mean, between, _) in LEVELS.items()}
        length = int(np.clip(self.random.lognormal(2.7, 0.5), 3, 60))
        self.held.append(Held(client, f"{client}-1", who, weekday, length, levels))

    def _sessions(self, c: Any, day: date, week: int, today: list[Held]) -> None:
        came = self.random.random(len(today)) >= NOT_ATTENDED
        ids = self._ids(c, [one.episode for one in today])
        rows = [
            {"episode_id": ids[one.episode], "staff_id": None, "on": day, "at": None, "reason": None if here else "no word",
             "status": "held" if here else "not-attended"}
            for one, here in zip(today, came.tolist(), strict=True)
        ]  # fmt: skip
        if rows:
            c.execute(s.appointment.insert(), rows)
            touch(c, ids.values(), "appointment", self.now)
        there = [one for one, here in zip(today, came.tolist(), strict=True) if here]
        for one in there:
            self.sessions[one.therapist, week] += 1
            one.left -= 1
            one.silent = max(one.silent - 1, 0) or 6 * int(self.random.random() < SILENCE)
        for instrument in LEVELS:
            self._rated(c, day, [one for one in there if not one.silent], instrument)
        for one in [one for one in there if one.left <= 0]:
            people.close_episode(c, one.episode, on=day, reason="ended as planned", at=self.now)
            self.held.remove(one)

    def _ids(self, c: Any, codes: list[str]) -> dict[str, int]:
        found = c.execute(
            s.episode.select().with_only_columns(s.episode.c.code, s.episode.c.id).where(s.episode.c.code.in_(codes))
        )
        return {row.code: row.id for row in found}

    def _rated(self, c: Any, day: date, there: list[Held], instrument: str) -> None:
        if not there:
            return
        form = self.practice.catalog.get(instrument)
        scored = [item.id for item in form.number_items if item.scored]
        _, _, within = LEVELS[instrument]
        level = np.array([one.levels[instrument] for one in there])
        session = level + self.random.normal(0, within, len(there))
        items = np.clip(np.rint(session[:, None] + self.random.normal(0, 0.5, (len(there), len(scored)))), 0, 10)
        answers = pd.DataFrame(items, columns=scored)
        for item in form.number_items:
            if not item.scored:
                answers[item.id] = 0.0 if instrument == OUTCOME and item.id == "q7" else 5.0
        self._know(c, there, day)
        rows = []
        for one, given in zip(there, answers.to_dict("records"), strict=True):
            numbers: dict[str, float | None] = {str(name): float(value) for name, value in given.items()}
            rows.append(
                NewAdministration(
                    member_id=one.member, instrument=instrument, version=form.version,
                    definition_hash=self.practice.catalog.hash(instrument), rater="client", session_on=day,
                    occasion=form.usual_occasion, mode="paper", raw={name: f"{value:g}" for name, value in numbers.items()},
                    numbers=numbers, entered_by="desk", entered_at=self.now, pair_id=one.pairs[self.codes[one.therapist]],
                )
            )  # fmt: skip
        scores = scoring.score(form, answers).to_dict("records")
        risks = scoring.risk(form, answers).to_dict("records")
        ratings.add_administrations(c, rows, scores, risks, at=self.now)

    def _know(self, c: Any, there: list[Held], day: date) -> None:
        """Look up member and pair of those who came for the first time, or to somebody new."""
        new = [one for one in there if not one.pairs]
        if not new:
            return
        ids = self._ids(c, [one.episode for one in new])
        members = {member.episode_id: member.id for member in people.list_members(c, ids.values())}
        staff = {one.id: one.code for one in people.list_staff(c)}
        pairs: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for (member, who), pair in people.pairs_of(c, members.values()).items():
            pairs[member][staff[who]] = pair
        for one in new:
            one.member = members[ids[one.episode]]
            one.pairs = pairs[one.member]


def closed(day: date) -> bool:
    """Whether the whole clinic is closed."""
    return any(first <= day <= last for first, last in CLOSED)


def days() -> list[date]:
    """Every day of the year."""
    return [START + timedelta(days=number) for number in range(DAYS)]
