"""The forms of the demo: dates, and answers whose mean lies where the story wants it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from fit_toolkit.catalog import Catalog
from fit_toolkit.demo import words
from fit_toolkit.demo.cast import RATES_EVERY, Story, episodes
from fit_toolkit.demo.days import GOODBYE, Days
from fit_toolkit.demo.norms import ALLIANCE, ITEM_NOISE, OUTCOME, Spread
from fit_toolkit.demo.shapes import TOP, levels
from fit_toolkit.model.instrument import Item

CLIENT: Final = ALLIANCE.instrument
THERAPIST: Final = "today-together-therapist"
ARRIVING: Final = OUTCOME.instrument
HANDED_OVER: Final = 4  # weeks before the end
GERMAN_SINCE: Final = 3
FIRST_THERAPY: Final = 6  # sessions of the client who came back


@dataclass(frozen=True)
class Form:
    """One filled-in form; `week` counts back from the end."""

    client: str
    therapist: str
    instrument: str
    on: date
    week: int
    answers: Mapping[str, str]
    language: str = ""


@dataclass(frozen=True)
class Session:
    """One session of a story with all its forms."""

    story: Story
    on: date
    week: int
    therapist: str
    forms: tuple[Form, ...] = field(repr=False)


def make_sessions(seed: int, days: Days, catalog: Catalog) -> list[Session]:
    """Make every session of every client, oldest first; the same seed and day give the same ones."""
    made: list[Session] = []
    for index, members in enumerate(episodes()):
        for story in members:
            made += _Person(story, seed, days, catalog, weekday=index % 5).sessions()
    return sorted(made, key=lambda session: (session.on, session.story.number))


class _Person:
    """One client while the forms are filled in; every client has dice of their own."""

    def __init__(self, story: Story, seed: int, days: Days, catalog: Catalog, weekday: int) -> None:
        self.story, self.days, self.weekday = story, days, weekday
        self.rng = random.Random(f"{seed}/{story.client}")
        self.items: dict[str, Sequence[Item]] = {id: catalog.get(id).items for id in (CLIENT, THERAPIST, ARRIVING)}
        self.sore = self.rng.choice(["q1", "q4", "q5", "q7"])  # what goes first when the work together gets worse
        self.leaning = {
            (id, item.id): self.rng.gauss(0, 0.45) for id, items in self.items.items() for item in items
        }  # fmt: skip

    def sessions(self) -> list[Session]:
        """Give the sessions of all episodes of this client."""
        story = self.story
        earlier: list[Session] = []
        if story.special == "return":
            earlier = self._therapy("steady", "improving", FIRST_THERAPY, GOODBYE)
        return earlier + self._therapy(story.alliance, story.outcome, story.sessions, story.ended)

    def _therapy(self, alliance: str, outcome: str, n: int, ended: int) -> list[Session]:
        together = self._levels(alliance, ALLIANCE, n, (7.3, 8.9))
        weeks = self._levels(outcome, OUTCOME, n, (4.2, 6.8))
        return [self._session(number, n, ended, together, weeks[number - 1]) for number in range(1, n + 1)]

    def _levels(self, shape: str, spread: Spread, n: int, within: tuple[float, float]) -> list[float]:
        base = min(max(self.rng.gauss(spread.mean, spread.between), within[0]), within[1])
        return levels(shape, base, n, noise=spread.session_noise, rng=self.rng)

    def _session(self, number: int, n: int, ended: int, together: list[float], arriving: float) -> Session:
        week = ended + n - number
        on = self.days.day(week, self.weekday)
        handed_over = self.story.special == "transfer" and week > HANDED_OVER
        therapist = "birch" if handed_over else self.story.therapist
        level = together[number - 1]
        worse = level < max(together[:number]) - 1.5
        filled = [
            (ARRIVING, self._arriving(arriving, number, n)),
            (CLIENT, self._client(level, number, worse=worse)),
        ]
        if (number - 1) % RATES_EVERY[therapist] == 0:
            seen = 8.7 if self.story.alliance == "apart" else 0.45 * level + 0.55 * 8.0
            filled.append((THERAPIST, self._therapist(seen, number, worse=worse)))
        forms = tuple(
            Form(self.story.client, therapist, instrument, on, week, answers, self._language(week))
            for instrument, answers in filled
        )
        return Session(self.story, on, week, therapist, forms)

    def _language(self, week: int) -> str:
        if self.story.special != "language":
            return ""
        return "de" if week <= GERMAN_SINCE else "en"

    def _arriving(self, level: float, number: int, n: int) -> dict[str, str]:
        answers = self._numbers(ARRIVING, ["q1", "q2", "q3", "q4", "q5"], level)
        answers["q6"] = _whole(level - 1.5 + self.rng.gauss(0, 0.8))
        answers["q7"] = "no"
        if self.story.special == "risk" and number == n:
            answers["q7"] = "yes"
        if self.story.special == "low-risk" and number > n - 6:
            answers["q7"] = "not-sure"
        if self.story.special == "no-answer" and number == n:
            answers["q7"] = ""
        return answers

    def _client(self, level: float, number: int, *, worse: bool) -> dict[str, str]:
        asked = [item.id for item in self.items[CLIENT] if item.scored and not item.is_text]
        asked = [id for id in asked if id != "q8" or self._asked(CLIENT, id, number)]
        answers = self._numbers(CLIENT, asked, level, sore=self.sore if worse else "")
        answers["q10"] = _whole(level + self.rng.gauss(0, 0.7)) if level < TOP else "10"
        answers |= self._remark(worse=worse)
        if level < TOP and self.rng.random() < 0.03:
            answers["q9"] = "does-not-fit"
        return answers

    def _remark(self, *, worse: bool) -> dict[str, str]:
        """Now and then a sentence; more often when something was not right."""
        if worse:
            return {"change": self.rng.choice(words.WORSE)} if self.rng.random() < 0.7 else {}
        if self.rng.random() > 0.25:
            return {}
        if self.rng.random() < 0.6:
            return {"keep": self.rng.choice(words.KEEP)}
        return {"change": self.rng.choice(words.CHANGE)}

    def _therapist(self, level: float, number: int, *, worse: bool) -> dict[str, str]:
        level = min(max(level + self.rng.gauss(0, 0.4), 0.0), 9.6)
        asked = [item.id for item in self.items[THERAPIST] if item.scored and not item.is_text]
        asked = [id for id in asked if id != "q8" or self._asked(THERAPIST, id, number)]
        answers = self._numbers(THERAPIST, asked, level)
        answers["q10"] = _whole(level + self.rng.gauss(0, 0.6))
        answers["q11"] = "a-little" if worse and self.rng.random() < 0.6 else "no"
        if answers["q11"] != "no" and self.rng.random() < 0.5:
            answers["strain_note"] = self.rng.choice(words.STRAIN)
        return answers

    def _asked(self, instrument: str, id: str, number: int) -> bool:
        rule = next(item.asked for item in self.items[instrument] if item.id == id)
        return rule is None or rule.at(number)

    def _numbers(self, instrument: str, asked: Sequence[str], level: float, sore: str = "") -> dict[str, str]:
        """Spread a level over the lines: each person leans a little their own way, and the sore point goes lowest."""
        if level == TOP:
            return dict.fromkeys(asked, "10")
        lean = {id: self.leaning[instrument, id] for id in asked}
        middle = sum(lean.values()) / len(lean)
        found = {}
        for id in asked:
            off = lean[id] - middle + self.rng.gauss(0, ITEM_NOISE)
            if sore:
                off += -1.8 if id == sore else 1.8 / (len(asked) - 1)
            found[id] = _whole(level + off)
        return found


def _whole(value: float) -> str:
    return str(min(max(round(value), 0), 10))
