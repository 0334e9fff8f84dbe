"""Spells and alerts as plain records, and the words for what becomes of them."""

from __future__ import annotations

import enum
from typing import Any, Literal, NamedTuple

import msgspec

Severity = Literal["safety", "attention", "notice"]
State = Literal["open", "acknowledged", "snoozed", "resolved", "voided", "superseded", "closed"]
LIVE: frozenset[str] = frozenset({"open", "acknowledged", "snoozed"})
GONE: frozenset[str] = frozenset({"voided", "superseded"})
RANK: dict[str, int] = {"safety": 0, "attention": 1, "notice": 2}
SEEN_AS: dict[str, str] = {"open": "new", "acknowledged": "seen", "snoozed": "seen"}  # people see three words
PLANNED = "known and planned"
ACTIONS = (
    "talked about it",
    "changed something",
    "took to supervision",
    "referred",
    PLANNED,
    "false alarm",
    "other",
)


def seen_as(state: str) -> str:
    """The word people see for a state: new, seen or done."""
    return SEEN_AS.get(state, "done")


class Cause(enum.StrEnum):
    """Why an alert changed."""

    NEW = "new"
    LATE = "seen late"
    CLEARED = "cleared"
    LAPSED = "not confirmed"
    CORRECTED = "source corrected"
    MERGED = "merged"
    STANDS_AGAIN = "stands again"
    ASKS_AGAIN = "asks again"
    WITHIN_PLAN = "within the plan"
    BELOW = "answer now below its trigger"
    AMENDED = "amended"
    ENDED = "episode ended"
    SNOOZE_OVER = "snooze over"
    ARRIVED = "no longer missing"
    POLICY_GONE = "policy removed"
    PERSON = "by a person"


class Key(NamedTuple):
    """What makes two alerts the same one: no score, no date, no version."""

    policy: str
    member: int
    staff: int
    instrument: str
    scale: str
    rater: str
    occasion: str


class Ask(NamedTuple):
    """A point inside a spell that asks for a person again: its administration root, day, and how bad (millionths)."""

    root: int
    day: int
    level: int


class Handled(msgspec.Struct, frozen=True):
    """What a person had before them when they acted: up to which day, the worst level, the ratings by root.

    `latest` is the level of the newest answer that asked for a person (safety): what a plan was made for.
    """

    day: int
    level: int | None = None
    roots: tuple[int, ...] = ()
    latest: int | None = None


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """One unbroken stretch of one course during which a policy holds; days count from 1970-01-01.

    `root` is the first administration in the chain of the opening rating (0 for a finding about a member). `asks` are
    the points that ask for a person: for safety each of them, else those from which on it is worse again. `calm` is the
    day of a later point that did not fire, `worst` the worst level so far; `ratings` are the days and `roots` the
    administrations of all ratings since the opening. `closed`: the episode has ended.
    """

    key: Key
    severity: Severity
    basis: str
    root: int
    opened: int
    last: int
    ended: int | None = None
    lapsed: bool = False
    asks: tuple[Ask, ...] = ()
    calm: int | None = None
    worst: int | None = None
    ratings: tuple[int, ...] = ()
    roots: tuple[int, ...] = ()
    closed: bool = False
    reason: str = ""
    evidence: dict[str, Any] = {}

    @property
    def stands(self) -> bool:
        """Whether nothing has ended it."""
        return self.ended is None

    @property
    def seen(self) -> Handled:
        """What somebody who acts now has before them."""
        level = max((ask.level for ask in self.asks), default=None) if self.worst is None else self.worst
        latest = self.asks[-1].level if self.asks and self.severity == "safety" else None
        return Handled(day=max(self.ratings, default=self.last), level=level, roots=self.roots, latest=latest)

    @property
    def about_member(self) -> bool:
        """Whether it is a finding about the member, such as a missing rating."""
        return self.root == 0


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """The lasting record of a spell and of what people did about it.

    `seen` is what somebody who acts on it now has before them; `handled` is that when a person last acted.
    """

    id: int
    key: Key
    state: State
    cause: str
    severity: Severity
    basis: str
    root: int
    opened: int
    last: int
    ended: int | None = None
    calm: int | None = None
    seen: Handled
    handled: Handled | None = None
    snooze_until: int | None = None
    snooze_ratings: int | None = None
    regressed: bool = False
    reason: str = ""
    evidence: dict[str, Any] = {}

    @property
    def live(self) -> bool:
        """Whether it still asks for somebody's attention."""
        return self.state in LIVE

    @property
    def done_by_person(self) -> bool:
        """Whether a person resolved it, so that it stays resolved for this spell."""
        return self.state == "resolved" and self.cause == Cause.PERSON


class Transition(msgspec.Struct, frozen=True):
    """An alert as it is from now on; `before` is the state it had ("" for a new one).

    `event` says that it belongs in the alert's history, `tells` that somebody should hear of it.
    """

    alert: Alert
    before: str
    event: bool
    tells: bool
