"""Turns alerts that come up in a run into items for messages: whom each concerns today, why, and what is held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts import inhibit
from fit_toolkit.alerts.compose import Frame, Item
from fit_toolkit.alerts.escalate import Ladder
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.recipients import People
from fit_toolkit.alerts.repeats import Facts, Pace, decide
from fit_toolkit.alerts.standing import newest_events
from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import outbox, people
from fit_toolkit.store.reminders import Opening, openings, remind

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.settings import Settings


@dataclass
class Round:
    """One look at alerts for messages, at the end of a slice or of a run."""

    c: sa.Connection
    settings: Settings
    frame: Frame
    today: date
    stale: frozenset[str] = frozenset()
    held: dict[int, str] = field(default_factory=dict)  # which alerts are held back, and why

    def items(self, alerts: Iterable[int]) -> list[Item]:
        """Return what is to be told now of some alerts, and keep for each when it comes up again."""
        rows = stored.alert_rows(self.c, ids=alerts)
        over = {row["id"]: (None, None) for row in rows if row["state"] != "open"}
        remind(self.c, over)
        standing = self.not_held([row for row in rows if row["id"] not in over])
        waits = self.for_digest(standing)
        remind(self.c, dict.fromkeys(waits, (None, None)))
        return self._told([row for row in standing if row["id"] not in waits])

    def not_held(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Leave out what is held back just now: it is looked at again in the next run."""
        held = inhibit.held(self.c, rows, old_days=self.frame.old_days, stale=self.stale)
        self.held |= held
        remind(self.c, {alert: (self.frame.now, why) for alert, why in held.items()})
        return [row for row in rows if row["id"] not in held]

    def for_digest(self, rows: Sequence[Mapping[str, Any]]) -> frozenset[int]:
        """Say which of some alerts only the weekly digest tells of."""
        if not self.settings.text("alerts.digest"):
            return frozenset()
        only = self.settings.text("alerts.notices") == "digest"
        notices = {row["id"] for row in rows if only and row["severity"] == "notice"}
        return unstable(self.c, [row["id"] for row in rows if row["severity"] != "safety"]) | notices

    @cached_property
    def routes(self) -> dict[str, tuple[str, ...]]:
        """Whom each policy names in `to`, besides the therapist."""
        routes: dict[str, tuple[str, ...]] = {}
        for table in self.settings.policies:
            to = table.values.get("to", ())
            routes[str(table.values.get("id", ""))] = (to,) if isinstance(to, str) else tuple(str(name) for name in to)
        return routes

    @cached_property
    def pace(self) -> Pace:
        """How often something is told again."""
        return Pace.of(self.settings)

    @cached_property
    def ladder(self) -> Ladder:
        """When somebody else is told."""
        return Ladder.of(self.settings)

    def _told(self, rows: Sequence[Mapping[str, Any]]) -> list[Item]:
        ids = [row["id"] for row in rows]
        crowd = people_of(self.c, rows, self.today)
        codes = {member.id: member.client for member in people.list_members(self.c, {r["episode_id"] for r in rows})}
        opened, newest = openings(self.c, ids), newest_events(self.c, ids)
        closed = inhibit.closed_episodes(self.c, rows)
        told: dict[int, list[outbox.Telling]] = {}
        for telling in outbox.told_of(self.c, ids):
            told.setdefault(telling.alert, []).append(telling)
        items: list[Item] = []
        when: dict[int, tuple[datetime | None, str | None]] = {}
        for row in rows:
            opening = opened.get(row["id"], Opening(0, row["opened_at"], again=False))
            opening = opening._replace(again=opening.again or row["regressed"])
            facts = Facts(
                row["severity"],
                inhibit.is_old(row, self.frame.old_days, closed),
                opening,
                [telling for telling in told.get(row["id"], ()) if telling.seq >= opening.seq],
                crowd.told(row["episode_id"], self.routes.get(row["policy"], ())),
            )
            tell, again = self._decided(row, facts, crowd)
            when[row["id"]] = (again, None)
            lap = facts.lap + 1 if facts.told else 0
            items += [
                Item(
                    alert=row["id"],
                    seq=newest.get(row["id"], 0),
                    lap=lap,
                    severity=row["severity"],
                    reason=reason,
                    staff=(person,),
                    client=codes.get(row["member_id"], ""),
                    age=self._age(row),
                    old=facts.old,
                )
                for person, reason in tell.items()
            ]
        remind(self.c, when)
        return items

    def _decided(
        self, row: Mapping[str, Any], facts: Facts, crowd: People
    ) -> tuple[dict[int, Reason], datetime | None]:
        """Add to what is due whom the steps reached tell who were not told by one before."""
        due = decide(facts, self.pace, self.ladder, self.frame.now)
        above = self.ladder.whom(due.steps, row["episode_id"], facts.whom.responsible, crowd)
        knows = {telling.staff for telling in facts.told if telling.reason == Reason.ESCALATED.value}
        new = [person for person in above if person not in knows and person not in facts.whom.responsible]
        return {**due.tell, **dict.fromkeys(new, Reason.ESCALATED)}, due.again

    def _age(self, row: Mapping[str, Any]) -> int:
        day = inhibit.answered_on(row) if row["severity"] == "safety" else row["opened_day"]
        return max(0, (self.today - (stored.EPOCH + timedelta(days=day))).days)


def people_of(c: sa.Connection, rows: Iterable[Mapping[str, Any]], today: date) -> People:
    """Read staff, and the assignments of the episodes of some alerts."""
    by_episode: dict[int, list[Any]] = {}
    for entry in people.assignments_of(c, {row["episode_id"] for row in rows}):
        by_episode.setdefault(entry.episode_id, []).append(entry)
    return People(people.list_staff(c), by_episode, today)
