"""A diary from another system: appointments as rows, checked all at once, stored together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from fit_toolkit.errors import DataError
from fit_toolkit.intake.layout import ALWAYS_IGNORED, listed, refuse_headless
from fit_toolkit.intake.mapping import DIARY_ROLES, Map, Target
from fit_toolkit.intake.moments import TWICE, Moments, time_of
from fit_toolkit.intake.records import Ask, Problem
from fit_toolkit.model.parts import RawTable
from fit_toolkit.model.people import Appointment, Candidate, Episode
from fit_toolkit.model.writing import unguarded
from fit_toolkit.store import diary, people

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROLES: Final = ("client", "episode", "therapist", "date", *DIARY_ROLES)
NAMES: Final = {role: role for role in ROLES} | {"start": "date"}  # taken without a map
SETTLED: Final = frozenset({"held", "not-attended"})
STATES: Final = ("planned", "held", "cancelled", "not-attended")
WITHOUT_REASON: Final = "cancelled in the diary"


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a diary: rows = accepted + unchanged + rejected; `added` and `changed` count appointments."""

    rows: int
    accepted: int
    unchanged: int
    rejected: int
    added: int
    changed: int
    written: bool
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    """One row that could be read."""

    row: int
    booking: diary.Booking


@dataclass
class _Check:
    """A table by the roles of its columns, and what is wrong with its rows."""

    table: RawTable
    places: dict[str, int]
    targets: dict[str, Target]
    problems: list[Problem] = field(default_factory=list)
    twice: int = 0
    assumed: bool = False

    def text(self, row: int, role: str) -> str:
        """Give what a row says about a role, by the map's words."""
        if role not in self.places:
            return ""
        text = self.table.rows[row][self.places[role]].strip()
        target = self.targets[role]
        return "" if text in target.missing else target.words.get(text, text)

    def wrong(self, row: int, role: str, said: str) -> None:
        """Report a cell, or a row where there is no such column."""
        at = self.places.get(role, -1)
        name, value = (self.table.columns[at], self.table.rows[row][at]) if at >= 0 else ("", "")
        self.problems.append(Problem(row, int(self.table.lines[row]), name, value, said))


def by_names(table: RawTable, base: Map) -> Map:
    """Give the map of a diary: the one given, or one of the columns whose names say what they are."""
    if base.columns:
        return base
    named = {column: table.meant.get(column) or NAMES.get(column.strip().casefold(), "") for column in table.columns}
    columns: dict[str, str | Target] = {column: Target(role=role) for column, role in named.items() if role in ROLES}
    return msgspec.structs.replace(base, columns=columns)


def import_diary(c: Connection, table: RawTable, mapping: Map, ask: Ask, *, file: str) -> Came:
    """Check every row; with a bad one nothing is stored, unless the ask says to keep going.

    A later file may say more of an appointment that is known: what became of it, another time, another therapist.
    `planned` never takes back what became of one.
    """
    check = _laid(table, mapping, file)
    entries = list(_read(c, check, mapping, ask))
    entries = _one_a_day(check, entries)
    bad = {problem.row for problem in check.problems}
    known = {(each.episode_id, each.on): each for each in diary.list_appointments(c, episode_ids=_episodes(entries))}
    new: list[diary.Booking] = []
    changed: list[diary.Booking] = []
    rows = 0
    done: set[tuple[int, date]] = set()
    for entry in entries:
        booking = entry.booking
        there = known.get((booking.episode_id, booking.on))
        booking = _kept(booking, there, ask)
        if there is not None and _same(booking, there):
            continue
        rows += 1
        if (booking.episode_id, booking.on) not in done:
            done.add((booking.episode_id, booking.on))
            (new if there is None else changed).append(booking)
    write = bool(new or changed) and (ask.keep_going or not bad)
    if write:
        diary.put_appointments(c, new, changed, at=ask.now)
    return Came(
        rows=len(table), accepted=rows, unchanged=len(table) - rows - len(bad), rejected=len(bad), added=len(new),
        changed=len(changed), written=write and not ask.dry_run, problems=tuple(sorted(set(check.problems))),
        notes=tuple(_notes(check, mapping, ask)),
    )  # fmt: skip


def _laid(table: RawTable, mapping: Map, file: str) -> _Check:
    """Find the columns; missing, unknown and doubled ones are refused, all of them at once."""
    roles: dict[str, Target] = {}
    places: dict[str, int] = {}
    missing = [column for column in mapping.columns if column not in table.columns]
    unknown: list[str] = []
    said = [f"missing columns: {listed(missing)}"] if missing else []
    for at, column in enumerate(table.columns):
        target = _target(column, mapping)
        if target is None:
            passed = column in (*mapping.ignore, *ALWAYS_IGNORED) or mapping.on_unknown_column == "ignore"
            if column.strip() and not passed and table.meant.get(column) != "":
                unknown.append(column)
        elif target.role not in ROLES:
            said.append(f"a diary has no column for the {target.role or target.item or target.scale}: {column}")
        elif target.role in places:
            said.append(f"two columns for the {target.role}: {table.columns[places[target.role]]} and {column}")
        else:
            places[target.role], roles[target.role] = at, target
    refuse_headless(unknown, file)
    if unknown and places:  # without any that is known they may be cells: the header line may be missing
        said.append(f"unknown columns: {listed(unknown)}")
    if not {"client", "episode"} & set(places):
        said.append("no column for the client (or the episode)")
    if "date" not in places:
        said.append("no column for the date ('date' or 'start')")
    if said:
        hint = f"columns are {', '.join(NAMES)}; others need a map: --map MAP"
        raise DataError("; ".join(said), where=f"{file}:1", hint=hint, findings=tuple(said))
    return _Check(table, places, roles)


def _target(column: str, mapping: Map) -> Target | None:
    if column not in mapping.columns:
        return None
    target = mapping.target(column)
    return Target(role=target.item) if target.item in ROLES else target


def _read(c: Connection, check: _Check, mapping: Map, ask: Ask) -> Iterator[_Entry]:
    count = len(check.table)
    codes = {check.text(row, "client") for row in range(count)} - {""}
    members = people.candidates(c, codes)
    episodes = {each.code: each for each in people.list_episodes(c)} if "episode" in check.places else {}
    staff = {each.code: each.id for each in people.list_staff(c)}
    dates = Moments(mapping.date_format, mapping.timezone or ask.zone, ask.zone)
    for row in range(count):
        before = len(check.problems)
        when = _when(check, row, dates)
        status = _status(check, row)
        therapist = check.text(row, "therapist")
        if therapist and therapist not in staff:
            check.wrong(row, "therapist", "no member of staff has this code (fit staff add)")
        if when is None:
            continue
        day, at = when
        if status in SETTLED and day > ask.today:
            check.wrong(row, "status", "this day is still to come: it can be planned or cancelled")
        episode = _episode(check, row, day, members, episodes)
        if len(check.problems) == before:
            reason = unguarded(check.text(row, "reason")) or (WITHOUT_REASON if status == "cancelled" else None)
            yield _Entry(
                row,
                diary.Booking(
                    episode_id=episode, on=day, at=at, staff_id=staff.get(therapist), status=status, reason=reason
                ),
            )


def _when(check: _Check, row: int, dates: Moments) -> tuple[date, datetime | None] | None:
    text, time = check.text(row, "date"), check.text(row, "time")
    found = dates.read(text) if text else "the date is missing"
    if not isinstance(found, str) and time:
        clock = time_of(time)
        if found.at is not None:
            found = "the time stands in the date already"
        elif clock is None:
            check.wrong(row, "time", "not a time such as 09:30")
            return None
        else:
            found = dates.local(found.day, *clock)
    if isinstance(found, str):
        check.wrong(row, "date", found)
        return None
    check.twice += found.twice
    check.assumed |= found.at is not None
    return found.day, found.at


def _status(check: _Check, row: int) -> str:
    text = check.text(row, "status")
    plain = text.casefold().replace("_", "-").replace(" ", "-") or "planned"
    if plain not in STATES:
        check.wrong(row, "status", f"one of {', '.join(STATES)}; other words stand in the map under `words`")
    return plain


def _episode(
    check: _Check,
    row: int,
    day: date,
    members: dict[str, list[Candidate]],
    episodes: dict[str, Episode],
) -> int:
    """Find the one episode that is meant and open on the day; 0 with a problem where there is none."""
    client, episode = check.text(row, "client"), check.text(row, "episode")
    if not client and not episode:
        check.wrong(row, "client", "the client is missing")
        return 0
    if client and client not in members:
        check.wrong(row, "client", "no client has this code (fit clients add)")
        return 0
    if client:
        open_then = [
            each.episode_id
            for each in members[client]
            if each.since <= day and (each.until is None or day <= each.until) and episode in {"", each.episode}
        ]
    else:
        named = episodes.get(episode)
        fits = named is not None and named.opened_on <= day and (named.closed_on is None or day <= named.closed_on)
        open_then = [named.id] if named is not None and fits else []
    if len(open_then) == 1:
        return open_then[0]
    role = "episode" if episode else "client"
    many = "several episodes are open on this day: name one in a column 'episode'"
    check.wrong(row, role, many if open_then else "no episode is open on this day (fit episodes open)")
    return 0


def _one_a_day(check: _Check, entries: Sequence[_Entry]) -> list[_Entry]:
    """Keep one appointment an episode and day: one that was cancelled gives way, others must say the same."""
    by_day: dict[tuple[int, date], list[_Entry]] = {}
    for entry in entries:
        by_day.setdefault((entry.booking.episode_id, entry.booking.on), []).append(entry)
    kept = []
    for together in by_day.values():
        standing = [each for each in together if each.booking.status != "cancelled"] or together[-1:]
        if len({each.booking for each in standing}) > 1:
            lines = " and ".join(str(check.table.lines[each.row]) for each in standing)
            for each in standing:
                check.wrong(each.row, "date", f"one appointment an episode and day, but lines {lines} differ")
        else:
            kept += standing
    return sorted(kept, key=lambda each: each.row)


def _kept(booking: diary.Booking, there: Appointment | None, ask: Ask) -> diary.Booking:
    """Leave what is known where the file says less: what became of a contact, who it was with, and when."""
    if there is None:
        return booking
    stands = there.status in SETTLED or (there.status == "cancelled" and booking.on < ask.today)
    if booking.status == "planned" and stands:
        booking = msgspec.structs.replace(booking, status=there.status, reason=there.reason)
    reason = (
        there.reason if booking.status == there.status and booking.reason in {None, WITHOUT_REASON} else booking.reason
    )
    return msgspec.structs.replace(
        booking,
        at=there.at if booking.at is None else booking.at,
        staff_id=there.staff_id if booking.staff_id is None else booking.staff_id,
        reason=reason,
    )


def _same(booking: diary.Booking, there: Appointment) -> bool:
    return (booking.at, booking.staff_id, booking.status, booking.reason) == (
        there.at, there.staff_id, there.status, there.reason,
    )  # fmt: skip


def _episodes(entries: Sequence[_Entry]) -> list[int]:
    return sorted({each.booking.episode_id for each in entries})


def _notes(check: _Check, mapping: Map, ask: Ask) -> Iterator[str]:
    if not len(check.table):
        yield "the file has no rows below its header line"
    yield from (note for note in check.table.notes if not note.startswith(("encoding:", "delimiter:")))
    if check.assumed and not mapping.timezone:
        yield f"times without an offset are the practice's ({ask.zone})"
    if check.twice:
        yield f"{check.twice} {TWICE}"
