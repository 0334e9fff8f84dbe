"""A practice of made-up clients in a folder of its own: for trying a plugin, and for the tests of its author."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fit_toolkit.practice.practice import Practice, open_practice
from fit_toolkit.practice.setting_up import set_up
from fit_toolkit.settings import FILE

if TYPE_CHECKING:
    from fit_toolkit.alerts.run import RunResult

START = date(2026, 1, 5)
MADE_UP = "made-up"
LOWER = "made-up-lower"
WEEK = 7
DEFINITION = """\
format: fit-instrument/1
id: {id}
version: "1"
title: Made up
construct: alliance
raters: [client, therapist]
occasion: end
direction: {direction}
recall: P1D
licence: {{status: open, electronic_use: allowed, text_included: false, name: CC0-1.0, holder: nobody}}
validation: {{status: unknown, note: made up for tests}}
items:
  - {{id: q1, label: made up, range: [0, 10], step: 0.01}}
scales:
  - {{id: total, title: Made up, method: mean, items: [q1], range: [0, 10], cutoffs: [{cutoffs}]}}
sources: {{made-up: {{text: made up}}}}
tests:
  - {{name: as it is, given: {{q1: 7.5}}, expect: {{total: 7.5}}}}
"""
SAFETY = {"safety.protocol": "made up", "safety.contact": "made up"}


@dataclass
class Clock:
    """A clock that stands still: a call gives the moment, `today` its date, `move` puts it forward."""

    now: datetime = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Give the moment."""
        return self.now

    @property
    def today(self) -> date:
        """The date at that moment."""
        return self.now.date()

    def move(self, *, days: float = 0, hours: float = 0) -> datetime:
        """Put it forward, or back with less than nothing; give the new moment."""
        self.now += timedelta(days=days, hours=hours)
        return self.now


class MadeUpPractice:
    """A practice with therapist `anna` and no client yet, at noon on 1 June 2026.

    It has two questionnaires of one line: `made-up`, from 0 to 10, higher is better, and `made-up-lower`, where lower is.
    `root` is its folder. `client` adds a client with ratings, `configure` adds to fit.toml, `drop_in` adds a plugin;
    `run` evaluates the policies, `alerts` lists what came of it, `sheet` gives a client's page as HTML.
    """

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        from fit_toolkit.store import people

        self.clock = clock or Clock()
        self.root = set_up(root, policies="", given=SAFETY)
        self._define({})
        self.practice: Practice = open_practice(self.root, clock=self.clock)
        with self.practice.store.begin() as c:
            people.add_staff(c, "anna", role="therapist", starts_on=START)

    def configure(self, text: str) -> None:
        """Add lines to fit.toml, and read it again."""
        file = self.root / FILE
        file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
        self._reopen()

    def lines(self, limits: Mapping[str, float]) -> None:
        """Give the two questionnaires lines by these names, as if somebody had published them."""
        self._define(limits)
        self._reopen()

    def drop_in(self, file: Path) -> Path:
        """Copy a file into the practice's folder of plugins, and the templates beside it."""
        placed = self.root / "plugins" / file.name
        shutil.copyfile(file, placed)
        placed.chmod(0o600)
        if (templates := file.parent / "templates").is_dir():
            shutil.copytree(templates, placed.parent / "templates", dirs_exist_ok=True)
        self._reopen()
        return placed

    def client(
        self,
        code: str = "k01",
        ratings: Sequence[float] = (),
        *,
        instrument: str = MADE_UP,
        start: date = START,
        every: int = WEEK,
    ) -> str:
        """Add a client with an open episode, rated once `every` so many days; give the code of the episode."""
        from fit_toolkit.store import people

        with self.practice.store.begin() as c:
            people.add_client(c, code, at=self.practice.now())
            made = people.open_episode(c, [code], therapist="anna", opened_on=start)
            episode = people.list_episodes(c, ids=[made])[0].code
        for place, value in enumerate(ratings):
            self.rate(code, start + timedelta(days=place * every), value, instrument=instrument)
        return str(episode)

    def rate(
        self,
        code: str,
        on: date,
        value: float,
        answers: Mapping[str, float | None] | None = None,
        *,
        instrument: str = MADE_UP,
        rater: str = "",
    ) -> int:
        """Enter one form: every scored item gets `value`, the items in `answers` what is given; give its number."""
        from pandas import DataFrame

        from fit_toolkit import scoring
        from fit_toolkit.store import people, ratings

        form = self.practice.catalog.get(instrument)
        numbers: dict[str, float | None] = {item.id: float(value) for item in form.number_items if item.scored}
        numbers |= answers or {}
        frame = DataFrame([numbers])
        with self.practice.store.begin() as c:
            (found,) = people.find_open_episodes(c, code, on)
            row = self._row(c, form, numbers, found, on, rater or form.raters[0])
            scores = scoring.score(form, frame).to_dict("records")
            risks = scoring.risk(form, frame).to_dict("records")
            return ratings.add_administrations(c, [row], scores, risks, at=self.practice.now())[0]

    def run(self) -> RunResult:
        """Evaluate every policy, without sending anything."""
        from fit_toolkit.alerts.run import run_alerts

        return run_alerts(self.practice, tell=False)

    def alerts(self) -> list[dict[str, Any]]:
        """The live alerts, as `fit alerts list` tells them."""
        from fit_toolkit.store import alerts

        with self.practice.store.read() as c:
            return alerts.list_alerts(c, on=self.practice.today(), states=("open", "acknowledged", "snoozed"))

    def sheet(self, code: str = "k01", *, page: str = "therapist") -> tuple[str, tuple[str, ...]]:
        """Give a client's page as HTML, and what on it could not be made."""
        from fit_toolkit.sheets.making import find_member, make_sheet

        today = self.practice.today()
        with self.practice.store.read() as c:
            member = find_member(c, code, as_of=today)
        problems: list[str] = []
        html = make_sheet(self.practice, member, as_of=today, page=page, failed=problems.append)
        return html.decode(), tuple(problems)

    def close(self) -> None:
        """Let go of the store."""
        self.practice.store.close()

    def enable(self, plugins: Iterable[str]) -> None:
        """Switch installed packages on."""
        from fit_toolkit.engine.enabling import with_name

        file = self.root / FILE
        text = file.read_text(encoding="utf-8")
        for name in plugins:
            text = with_name(text, "enabled", name)
        file.write_text(text, encoding="utf-8")
        self._reopen()

    def _define(self, limits: Mapping[str, float]) -> None:
        for id, direction, sign in ((MADE_UP, "higher_is_better", "<"), (LOWER, "higher_is_worse", ">=")):
            lines = ", ".join(
                json.dumps({"value": value, "operator": sign, "label": name, "source": "made-up", "verified": True})
                for name, value in limits.items()
            )
            text = DEFINITION.format(id=id, direction=direction, cutoffs=lines)
            (self.root / "instruments" / f"{id}.yaml").write_text(text, encoding="utf-8")

    def _reopen(self) -> None:
        self.close()
        self.practice = open_practice(self.root, clock=self.clock)

    def _row(self, c: Any, form: Any, numbers: dict[str, float | None], found: Any, on: date, rater: str) -> Any:
        from fit_toolkit.model.records import NewAdministration
        from fit_toolkit.store import people

        pairs = people.pairs_of(c, [found.member_id])
        therapist = people.list_episodes(c, ids=[found.episode_id])[0].therapist_on(on)
        return NewAdministration(
            member_id=found.member_id,
            instrument=form.id,
            version=form.version,
            definition_hash=self.practice.catalog.hash(form.id),
            rater=rater,
            session_on=on,
            occasion=form.usual_occasion,
            mode="paper",
            raw={name: "" if value is None else str(value) for name, value in numbers.items()},
            numbers=numbers,
            entered_by="made up",
            entered_at=self.practice.now(),
            pair_id=pairs[found.member_id, therapist.staff_id] if therapist else None,
        )
