"""A small practice in a folder, rated straight through the store: for tests of what happens after ratings are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from fit_toolkit import scoring
from fit_toolkit.alerts.run import RunResult, run_alerts
from fit_toolkit.model.records import NewAdministration
from fit_toolkit.practice import Practice, open_practice, set_up
from fit_toolkit.store import alerts, people, ratings

START = date(2026, 1, 5)
TODAY = "today-together-client"
ARRIVING = "arriving-today"

POLICIES = """
[[policies]]
id = "drop"
kind = "drop"
instrument = "today-together-client"
points = 2.0

[[policies]]
id = "low"
kind = "cutoff"
instrument = "today-together-client"
line = 5.0
operator = "<"

[[policies]]
id = "safe"
kind = "risk"
instrument = "arriving-today"
"""


@dataclass
class Clinic:
    """A practice whose clock the test sets; days are counted from `START`."""

    root: Path
    policies: str = POLICIES
    day: int = 200
    numbers: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        set_up(self.root, policies=self.policies, given={"safety.protocol": "ask", "safety.contact": "the duty phone"})
        self.practice: Practice = open_practice(self.root, clock=self.clock)
        with self.practice.store.begin() as c:
            for code in ("anna", "ben"):
                people.add_staff(c, code, role="therapist", starts_on=START)

    def clock(self) -> datetime:
        return datetime.combine(START, datetime.min.time()) + timedelta(days=self.day, hours=12)

    def open(self, *clients: str, therapist: str = "anna", day: int = 0) -> str:
        """Open an episode and return its code."""
        with self.practice.store.begin() as c:
            for client in clients:
                people.add_client(c, client, at=self.clock())
            made = people.open_episode(c, list(clients), therapist=therapist, opened_on=START + timedelta(days=day))
            return people.list_episodes(c, ids=[made])[0].code

    def rate(self, client: str, day: int, value: float = 8, *, instrument: str = TODAY, **answers: float) -> int:
        """Give every scored item `value` and the named items what is given; a day rated before is corrected."""
        form = self.practice.catalog.get(instrument)
        numbers: dict[str, float | None] = {item.id: float(value) for item in form.number_items if item.scored}
        numbers |= answers
        on = START + timedelta(days=day)
        with self.practice.store.begin() as c:
            (found,) = people.find_open_episodes(c, client, on)
            pairs = people.pairs_of(c, [found.member_id])
            therapist = people.list_episodes(c, ids=[found.episode_id])[0].therapist_on(on)
            row = NewAdministration(
                member_id=found.member_id,
                instrument=instrument,
                version=form.version,
                definition_hash=self.practice.catalog.hash(instrument),
                rater=form.raters[0],
                session_on=on,
                occasion=form.usual_occasion,
                mode="paper",
                raw={k: str(v) for k, v in numbers.items()},
                numbers=numbers,
                entered_by="test",
                entered_at=self.clock(),
                pair_id=pairs[found.member_id, therapist.staff_id] if therapist else None,
            )
            known = ratings.find_valid(c, [row.key])
            if row.key in known:
                change = {"replaces": known[row.key].id, "change_reason": "misread"}
                row = NewAdministration(**{name: getattr(row, name) for name in row.__struct_fields__} | change)
            frame = pd.DataFrame([numbers])
            scores = scoring.score(form, frame).to_dict("records")
            risks = scoring.risk(form, frame).to_dict("records")
            return ratings.add_administrations(c, [row], scores, risks, at=self.clock())[0]

    def run(self, **how: Any) -> RunResult:
        """One run of the alerts, without messages."""
        return run_alerts(self.practice, **{"tell": False, **how})

    def alerts(self, states: tuple[str, ...] | None = ("open", "acknowledged", "snoozed")) -> list[dict[str, Any]]:
        """Rows of `fit alerts list`."""
        with self.practice.store.read() as c:
            return alerts.list_alerts(c, on=self.clock().date(), states=states)

    def live(self) -> set[tuple[Any, ...]]:
        """The live alerts as (client, policy, scale, therapist of the course, day of the opening)."""
        return {(a["client"], a["policy"], a["scale"], a["staff_id"], a["opened_day"]) for a in self.alerts()}
