"""What `fit sheet --explain` says: every number of a sheet with the records it was made from, as plain data."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Traced(Struct, frozen=True, kw_only=True):
    """One number, or one sentence with numbers, as it is printed, and what it rests on."""

    place: str  # the block of the page: head, risk, relationship, alerts, course, words, sections, foot
    what: str
    shown: str
    how: str = ""
    forms: tuple[int, ...] = ()  # administrations
    policy: str = ""
    alert: int | None = None


class FormRow(Struct, frozen=True, kw_only=True):
    """One scale of one administration."""

    form: int
    session: date
    session_number: int
    occasion: str
    rater: str
    instrument: str
    version: str
    definition: str  # hash of the definition it was scored by
    scale: str
    value: float | None
    rule: str
    answers: str  # used, of how many
    prorated: bool
    status: str
    replaces: int | None = None  # the first form of a chain of corrections


class PolicyRow(Struct, frozen=True, kw_only=True):
    """One policy that looked at something on the sheet."""

    policy: str
    kind: str
    watches: str
    rests_on: str
    parameters: str
    figures: str  # norm sets and curve packs by name
    plugin: str
    hash: str


class PackRow(Struct, frozen=True, kw_only=True):
    """One norm set or curve pack behind a policy."""

    name: str
    version: str
    what: str
    standing: str
    figures: str
    hash: str


class AlertRow(Struct, frozen=True, kw_only=True):
    """One alert of the sheet, with the figures it was opened with."""

    alert: int
    policy: str
    kind: str
    state: str
    session: date
    forms: tuple[int, ...]
    evidence: str
    policy_hash: str
    found_by: str


class Explanation(Struct, frozen=True, kw_only=True):
    """Where all numbers of one sheet come from."""

    client: str
    as_of: date
    session: date | None
    session_number: int | None
    number: str
    version: str
    numbers: tuple[Traced, ...]
    dates: tuple[str, ...]  # the days on the page, each way they are written there
    forms: tuple[FormRow, ...]
    policies: tuple[PolicyRow, ...]
    packs: tuple[PackRow, ...]
    alerts: tuple[AlertRow, ...]
