"""Checked forms into the store: batch, episodes, administrations, scores, risk answers, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pandas import DataFrame, Index

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.answers import Answers, stored_answers
from fit_toolkit.intake.check import Checked
from fit_toolkit.intake.expand import records
from fit_toolkit.intake.records import Ask, Stored
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import NewAdministration
from fit_toolkit.scoring import Rules, entered, risk, risk_left_out, score
from fit_toolkit.store import people, ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass
class Written:
    """What was written: the batch, the stored forms, the episodes opened, and forms flagged or silent about risk."""

    batch: int | None = None
    stored: list[Stored] = field(default_factory=list)
    opened: int = 0
    unassigned: int = 0
    flagged: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class _Writer:
    """What every step of writing needs."""

    c: Connection
    checked: Checked
    ask: Ask
    catalog: Catalog
    rules: Rules | None
    written: Written

    def open(self, active: DataFrame) -> DataFrame:
        """Add the clients and open the episodes that accepted forms need, from the day of the first of them."""
        active = active.copy()
        codes = {staff.id: staff.code for staff in people.list_staff(self.c)}
        for client in active.loc[active["fresh"].astype(bool), "client"].unique():
            people.add_client(self.c, str(client), at=self.ask.now)
        opened = active["new"] != ""
        if not opened.any():
            return active
        wanted = active[opened].groupby("new", sort=False).agg({"session_on": "min", "staff_id": "first"})
        episodes: dict[str, int] = {}
        for new, first, staff in zip(wanted.index, wanted["session_on"], wanted["staff_id"], strict=True):
            client, _, code = str(new).partition("\x00")
            therapist = codes.get(int(staff))
            episodes[str(new)] = people.open_episode(
                self.c, [client], therapist=therapist, opened_on=first, code=code or None, at=self.ask.now
            )
            self.written.unassigned += therapist is None
        self.written.opened = len(episodes)
        members = {member.episode_id: member.id for member in people.list_members(self.c, episodes.values())}
        active.loc[opened, "episode_id"] = active.loc[opened, "new"].map(episodes)
        active.loc[opened, "member_id"] = active.loc[opened, "episode_id"].map(members)
        return active

    def store(self, part: Answers, active: DataFrame, pairs: Mapping[tuple[int, int], int]) -> None:
        """Store the forms of one instrument with what is made of them."""
        mine = active.loc[active.index.intersection(part.numbers.index)].sort_values("row", kind="stable")
        if not len(mine):
            return
        of_version = self.catalog.hash(part.instrument.id)
        given = stored_answers(part, list(mine.index))
        rows = [
            self.administration(part.instrument, answers, values, pairs, of_version)
            for answers, values in zip(given, records(mine), strict=True)
        ]
        scores, risks = results(
            part.instrument,
            part.numbers.loc[mine.index],
            totals=part.totals,
            rules=self.rules,
            people=self.persons(part.instrument, mine),
        )
        ids = ratings.add_administrations(self.c, rows, scores, risks, why="import", at=self.ask.now)
        lines = self.checked.laid.table.lines
        flagged = {int(each["row"]) for each in risks}
        silent = set() if part.totals else _silent(part, mine.index)
        self.written.flagged += len(flagged)
        self.written.left_out += len(silent)
        self.written.stored += [
            Stored(made, lines[int(row)], str(client), part.instrument.id, day, place in flagged, place in silent)
            for place, (made, row, client, day) in enumerate(
                zip(ids, mine["row"], mine["client"], mine["session_on"], strict=True)
            )
        ]

    def persons(self, instrument: Instrument, forms: DataFrame) -> DataFrame | None:
        """Say what is known about those who are rated, where a figure of the instrument asks for it."""
        if not instrument.is_keyed:
            return None
        known = people.persons_of(self.c, [int(member) for member in forms["member_id"].unique()])
        members = (known[int(member)] for member in forms["member_id"])
        return known_of(
            [(*each, day, rater) for each, day, rater in zip(members, forms["session_on"], forms["rater"], strict=True)]
        )

    def administration(
        self,
        instrument: Instrument,
        answers: tuple[dict[str, str], dict[str, float | None], dict[str, str] | None],
        values: dict[str, Any],
        pairs: Mapping[tuple[int, int], int],
        of_version: str,
    ) -> NewAdministration:
        """Make the record of one form."""
        raw, numbers, texts = answers
        session, corrects = values["session_given"], int(values["replaces"])
        pair = pairs.get((int(values["member_id"]), int(values["staff_id"])))
        return NewAdministration(
            member_id=int(values["member_id"]),
            instrument=instrument.id,
            version=instrument.version,
            definition_hash=of_version,
            rater=values["rater"],
            rater_staff_id=int(values["rater_staff_id"]),
            pair_id=pair if values["paired"] else None,
            session_on=values["session_on"],
            session_given=int(session) if isinstance(session, int) else None,
            occasion=values["occasion"],
            mode=self.ask.mode,
            language=self.ask.language,
            form_version=instrument.version if self.ask.kind == "enter" else None,
            seen_client_answers=self.ask.seen_client_answers if values["rater"] == "therapist" else None,
            dates_assumed=bool(self.checked.laid.layout.mapping.start),
            raw=raw,
            numbers=numbers,
            texts=texts,
            entered_by=self.ask.actor,
            entered_at=self.ask.now,
            batch_id=self.written.batch,
            replaces=corrects if corrects > 0 else None,
            change_reason=self.ask.reason if corrects > 0 else None,
        )


def write(
    c: Connection, checked: Checked, ask: Ask, catalog: Catalog, *, source_sha256: str | None, rules: Rules | None
) -> Written:
    """Store every form that is new or corrects one; without any, nothing is written at all."""
    writer = _Writer(c, checked, ask, catalog, rules, Written())
    active = checked.forms[checked.forms["fate"].isin(["new", "corrected"])]
    if not len(active):
        return writer.written
    writer.written.batch = ask.batch or ratings.start_batch(
        c, ask.kind, actor=ask.actor, at=ask.now, source_sha256=source_sha256, map_sha256=ask.map_sha256
    )
    active = writer.open(active)
    pairs = people.pairs_of(c, [int(member) for member in active["member_id"].unique()])
    for part in checked.read.parts:
        writer.store(part, active, pairs)
    counts = {fate: checked.count(fate) for fate in ("accepted", "unchanged", "rejected")}
    if ask.batch:  # one more form of a pile
        there = next(each for each in ratings.list_batches(c) if each.id == ask.batch)
        counts = {fate: count + getattr(there, fate) for fate, count in counts.items()}
    ratings.finish_batch(c, writer.written.batch, **counts)
    return writer.written


def _silent(part: Answers, forms: Index[Any]) -> set[int]:
    """Give the positions of the forms that leave a flagged question out."""
    raw = part.raw.loc[forms].reset_index(drop=True)
    return {int(row) for row in risk_left_out(part.instrument, part.numbers.loc[forms], raw)["row"]}


def known_of(forms: Sequence[tuple[int | None, str | None, date, str]]) -> DataFrame:
    """Give what `score` has to know about people from their year of birth, sex, day of the session, and who rated.

    Of a year of birth one of two ages is made: the one before this year's birthday, and the one after it.
    """
    high = [float("nan") if born is None else float(day.year - born) for born, _, day, _ in forms]
    return DataFrame(
        {
            "age_low": [max(age - 1, 0.0) for age in high],
            "age_high": high,
            "sex": [sex or "" for _, sex, _, _ in forms],
            "rater": [rater for *_, rater in forms],
        }
    )


def results(
    instrument: Instrument, numbers: DataFrame, *, totals: bool, rules: Rules | None, people: DataFrame | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score a table of answers, or take totals as they are; give score and risk rows as the store wants them.

    `people` has the rows of `numbers` and says who is rated, as `score` takes it.
    """
    frame = numbers.reset_index(drop=True)
    if totals:
        scores = entered(instrument, frame, people=people)
        return records(scores[scores["status"] != "unscorable"]), []
    flagged = records(risk(instrument, frame).drop_duplicates(["row", "item"])) if instrument.risk else []
    return records(score(instrument, frame, rules, people=people)), flagged
