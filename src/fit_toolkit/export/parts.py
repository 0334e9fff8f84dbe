"""Ratings of the store as a writer is handed them: frames for some clients at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta, timezone
from typing import TYPE_CHECKING, Any

from fit_toolkit.engine.writing import COLUMNS, part_from
from fit_toolkit.export.names import Names
from fit_toolkit.export.people import Columns, Treatment, unseen
from fit_toolkit.model.instrument import TICK, Instrument
from fit_toolkit.scoring.answers import way_out
from fit_toolkit.store import handing_on
from fit_toolkit.store.handing_on import Rated, Wanted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fit_toolkit.model.writing import ExportPart

FORMS = 2_000  # in a part; a client is never cut
EPOCH = date(1970, 1, 1).toordinal()
NAN = float("nan")


@dataclass(frozen=True)
class Source:
    """Everything that parts are made of; the same transaction for all of them, so that they are of one moment."""

    c: Connection
    wanted: Wanted
    names: Names
    instruments: Mapping[str, Instrument]
    texts: bool
    zone: str
    told: set[int] = field(default_factory=set)  # the clients that are in it

    def clients(self) -> list[Rated]:
        """Give the clients in the order of an export: by what they are called there.

        Where everything is asked for, with codes as they are, those without a rating are among them.
        """
        found = {each.client_id: each for each in handing_on.unrated(self.c)} if self._whole else {}
        found |= {each.client_id: each for each in handing_on.rated(self.c, self.wanted)}
        return sorted(found.values(), key=lambda each: self.names.client(each.code))

    @property
    def _whole(self) -> bool:
        return self.names.plain and self.wanted.everything

    def parts(self) -> Iterator[ExportPart]:
        """Make the parts one after the other; one without rows where there is nothing."""
        some: list[int] = []
        seen: set[int] = set()
        count = before = 0
        for each in self.clients():
            if some and count + each.forms > FORMS:
                part = self.part(some, before, seen)
                before += len(part.administrations)
                yield part
                some, count = [], 0
            some.append(each.client_id)
            count += each.forms
        yield self.part(some, before, seen)

    def part(self, clients: Sequence[int], before: int, seen: set[int]) -> ExportPart:
        """Make the part of some clients; `before` says how many administrations have their numbers already.

        `seen` are the episodes that earlier parts had.
        """
        rows = handing_on.ratings_of(self.c, clients, self.wanted)
        whose = handing_on.therapists_of(self.c, {row.episode_id for row in rows})
        found = [(row, row.therapist or _on(whose.get(row.episode_id, ()), row.session_on)) for row in rows]
        if self.wanted.therapists:
            found = [(row, therapist) for row, therapist in found if therapist in self.wanted.therapists]
        found.sort(key=self._place)
        known = {row.id: number for number, (row, _) in enumerate(found, before + 1)}
        ids = [row.id for row, _ in found]
        self.told.update(clients if self._whole else (row.client_id for row, _ in found))
        scores = handing_on.scores_of(self.c, ids)
        return part_from(
            {
                **self._treatment(clients, {row.member_id for row, _ in found}, seen),
                "administrations": self._administrations(found, scores, known),
                "answers": self._answers([row for row, _ in found], scores, known),
                "scores": _scores(ids, scores, known),
            }
        )

    def _treatment(self, clients: Sequence[int], rated: set[int], seen: set[int]) -> dict[str, Columns]:
        """Tell who was in treatment; pauses and appointments only where codes are the practice's own."""
        teller = Treatment(self.c, self.wanted, self.names, self.names.plain and self.texts, self.zone)
        members, episodes = teller.members(handing_on.memberships_of(self.c, clients) if self._whole else rated)
        first, new = not seen, list(unseen(episodes, seen))
        told = {"members": members, "assignments": teller.assignments(new)}
        if self.names.plain:
            told |= {"pauses": teller.pauses(new), "appointments": teller.appointments(new)}
        if self._whole and first:
            told["staff"] = teller.staff()
        return told

    def _place(self, rated: tuple[Any, str]) -> tuple[Any, ...]:
        row, therapist = rated
        names = self.names
        return (names.client(row.client), names.episode(row.episode), row.session_on, row.instrument, row.rater,
                row.occasion, names.therapist(therapist), row.id)  # fmt: skip

    def _administrations(
        self, found: Sequence[tuple[Any, str]], scores: Mapping[int, Sequence[Any]], known: Mapping[int, int]
    ) -> Columns:
        numbers = handing_on.session_numbers(self.c, {row.episode_id for row, _ in found})
        made = _empty("administrations")
        replaced = {row.replaced_by_id: row.id for row, _ in found if row.replaced_by_id is not None}
        for row, therapist in found:
            made["administration"].append(known[row.id])
            made["client"].append(self.names.client(row.client))
            made["episode"].append(self.names.episode(row.episode))
            made["therapist"].append(self.names.therapist(therapist))
            for name in (
                "instrument",
                "version",
                "definition_hash",
                "rater",
                "occasion",
                "session_given",
                "mode",
                "state",
            ):
                made[name].append(getattr(row, name))
            made["dates_assumed"].append(row.dates_assumed)
            made["language"].append(row.language or "")
            made["date"].append(row.session_on.isoformat())
            made["session"].append(numbers.get((row.episode_id, row.session_on.toordinal() - EPOCH), 0))
            made["rated_at"].append(_moment(row))
            made["totals"].append(_is_total(scores.get(row.id, ())))
            made["replaces"].append(known.get(replaced.get(row.id, 0)))
        return made

    def _answers(self, rows: Sequence[Any], scores: Mapping[int, Sequence[Any]], known: Mapping[int, int]) -> Columns:
        made = _empty("answers")
        add = [made[name].append for name in ("administration", "item", "value", "raw", "missing")]
        for row in rows:
            if _is_total(scores.get(row.id, ())):
                continue
            number = known[row.id]
            for item, value, raw, missing in self._form(row):
                for append, each in zip(add, (number, item, value, raw, missing), strict=True):
                    append(each)
        return made

    def _form(self, row: Any) -> Iterator[tuple[str, float, str, str]]:
        """Give the answers of one form in the order of the instrument, and what an older version had besides."""
        instrument = self.instruments[row.instrument]
        texts: Mapping[str, str] = row.texts or {}
        ids = dict.fromkeys((*instrument.item_ids, *row.numbers, *texts))
        free = {item.id for item in instrument.items if item.is_text} | texts.keys()
        for item in ids:
            if item in free:
                said = texts.get(item, "")
                withheld = bool(said) and not self.texts
                yield item, NAN, "" if withheld else said, "withheld" if withheld else "" if said else "left-out"
                continue
            raw = row.raw.get(item, "")
            value = row.numbers.get(item)
            if value is None:
                yield item, NAN, raw, way_out(raw) or "left-out"
            else:
                yield item, float(value), raw, ""


def _scores(ids: Sequence[int], scores: Mapping[int, Sequence[Any]], known: Mapping[int, int]) -> Columns:
    made = _empty("scores")
    for id in ids:
        for row in scores.get(id, ()):
            made["administration"].append(known[id])
            made["value"].append(NAN if row.value_ticks is None else row.value_ticks / TICK)
            made["reason"].append(row.reason or "")
            made["band"].append(row.band or "")
            for name in ("scale", "status", "n_answered", "n_items"):
                made[name].append(getattr(row, name))
    return made


def _empty(name: str) -> Columns:
    return {column: [] for column in COLUMNS[name]}


def _on(listed: Sequence[tuple[date, str]], day: date) -> str:
    """Whose the episode was on a day."""
    codes = [code for since, code in listed if since <= day]
    return codes[-1] if codes else ""


def _is_total(scores: Sequence[Any]) -> bool:
    return bool(scores) and scores[0].status == "entered"


def _moment(row: Any) -> str:
    if row.rated_at is None:
        return ""
    zone = timezone(timedelta(minutes=row.rated_offset)) if row.rated_offset is not None else UTC
    return str(row.rated_at.replace(tzinfo=UTC).astimezone(zone).isoformat(timespec="seconds"))
