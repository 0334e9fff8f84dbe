"""What was answered: one administration with its answers, scores and risk answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import msgspec


class AdministrationKey(NamedTuple):
    """What makes two administrations the same one; `rater_staff_id` is 0 for a client."""

    member_id: int
    instrument: str
    rater: str
    rater_staff_id: int
    session_on: date
    occasion: str


class NewAdministration(msgspec.Struct, frozen=True, kw_only=True):
    """An administration about to be stored; `replaces` is the id of the one it corrects."""

    member_id: int
    instrument: str
    version: str
    definition_hash: str
    rater: str
    session_on: date
    occasion: str
    mode: str
    raw: dict[str, str]
    numbers: dict[str, float | None]
    entered_by: str
    entered_at: datetime
    rater_staff_id: int = 0
    pair_id: int | None = None
    session_given: int | None = None
    rated_at: datetime | None = None
    rated_offset: int | None = None
    dates_assumed: bool = False
    language: str | None = None
    form_version: str | None = None
    texts: dict[str, str] | None = None
    seen_client_answers: bool | None = None
    batch_id: int | None = None
    replaces: int | None = None
    change_reason: str | None = None

    @property
    def key(self) -> AdministrationKey:
        """What makes it the same administration as another."""
        return AdministrationKey(
            self.member_id, self.instrument, self.rater, self.rater_staff_id, self.session_on, self.occasion
        )


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The number for one scale; `value_ticks` are whole millionths, None where unscorable."""

    scale: str
    value_ticks: int | None
    status: str
    reason: str | None = None
    n_answered: int
    n_items: int
    band: str | None = None

    @property
    def value(self) -> float | None:
        """The score as a float."""
        return None if self.value_ticks is None else self.value_ticks / 1_000_000


class RiskAnswer(msgspec.Struct, frozen=True):
    """A positive answer to a risk item."""

    item: str
    value: float


class Administration(msgspec.Struct, frozen=True, kw_only=True):
    """A stored administration with what was made of it."""

    id: int
    root_id: int
    member_id: int
    pair_id: int | None
    instrument: str
    version: str
    definition_hash: str
    rater: str
    rater_staff_id: int
    session_on: date
    session_given: int | None
    occasion: str
    rated_at: datetime | None
    rated_offset: int | None
    dates_assumed: bool
    mode: str
    language: str | None
    form_version: str | None
    raw: dict[str, str]
    numbers: dict[str, float | None]
    texts: dict[str, str] | None
    seen_client_answers: bool | None
    entered_by: str
    entered_at: datetime
    batch_id: int | None
    state: str
    replaced_by_id: int | None
    change_reason: str | None
    changed_by: str | None
    changed_at: datetime | None
    scores: tuple[Score, ...] = ()
    risks: tuple[RiskAnswer, ...] = ()

    @property
    def key(self) -> AdministrationKey:
        """What makes it the same administration as another."""
        return AdministrationKey(
            self.member_id, self.instrument, self.rater, self.rater_staff_id, self.session_on, self.occasion
        )

    def score(self, scale: str) -> Score | None:
        """Return the score of one scale."""
        return next((score for score in self.scores if score.scale == scale), None)


class Change(msgspec.Struct, frozen=True):
    """Who mends something, why and when."""

    by: str
    reason: str
    at: datetime


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One import, or one pile of paper."""

    id: int
    kind: str
    at: datetime
    actor: str
    source_sha256: str | None
    map_sha256: str | None
    rows_in: int
    accepted: int
    unchanged: int
    rejected: int
    undone_at: datetime | None
    undone_by: str | None
    undo_reason: str | None


class Undone(NamedTuple):
    """What undoing a batch did, as counts of administrations."""

    voided: int
    restored: int
    kept: int
