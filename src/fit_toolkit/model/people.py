"""Who takes part: staff, clients, episodes, and what is planned with them. Every end is the last day that counts."""

from __future__ import annotations

import re
from datetime import date, datetime

import msgspec

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE_RULE = "a code has 1 to 64 letters (a to z), digits, dots, dashes or underscores and starts with a letter or digit"


def is_code(text: str) -> bool:
    """Say whether `text` may be the code of a person or an episode."""
    return _CODE.fullmatch(text) is not None


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who treats, supervises or administers."""

    id: int
    code: str
    role: str
    name: str | None
    email: str | None
    supervisor: str | None
    starts_on: date
    ends_on: date | None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A person in therapy, by code; names live elsewhere."""

    id: int
    code: str
    born_year: int | None
    sex: str | None
    episodes: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One client in one episode: whose ratings these are."""

    id: int
    episode_id: int
    client_id: int
    client: str
    joined_on: date
    left_on: date | None


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Which member of staff, in which role, from when to when."""

    id: int
    episode_id: int
    staff_id: int
    staff: str
    role: str
    starts_on: date
    ends_on: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether the assignment holds on `day`."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One course of treatment with its members and assignments."""

    id: int
    code: str
    kind: str
    opened_on: date
    closed_on: date | None
    close_reason: str | None
    members: tuple[Member, ...]
    assignments: tuple[Assignment, ...]

    def therapist_on(self, day: date) -> Assignment | None:
        """Return the therapist's assignment on `day`; after the end, the last one."""
        held = [entry for entry in self.assignments if entry.role == "therapist" and entry.starts_on <= day]
        return max(held, key=lambda entry: entry.starts_on, default=None)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An episode of a client that was open on the day asked for."""

    episode_id: int
    episode: str
    kind: str
    member_id: int
    client: str
    since: date
    until: date | None


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A planned contact and what became of it."""

    id: int
    episode_id: int
    episode: str
    therapist: str | None
    staff_id: int | None
    on: date
    at: datetime | None
    status: str
    reason: str | None


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of days on which nothing is expected."""

    id: int
    episode_id: int
    starts_on: date
    ends_on: date
    reason: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of whom, when and how often; every 0 sessions means: not expected."""

    instrument: str
    rater: str
    occasion: str
    every_sessions: int | None = None
    every_days: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class PlanEntry(Asked, frozen=True, kw_only=True):
    """An entry of the plan; without an episode it is the practice's default."""

    id: int
    episode_id: int | None
    episode: str | None
