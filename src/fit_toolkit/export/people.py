"""Who was in treatment, as a writer is handed it: members, who treated when, pauses and appointments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from fit_toolkit.engine.writing import COLUMNS
from fit_toolkit.export.names import Names
from fit_toolkit.store import diary, handing_on, people

if TYPE_CHECKING:
    from sqlalchemy import Connection

Columns = dict[str, list[Any]]
WITHHELD: Final = "withheld"
SHORTEST: Final = 3  # letters of a code that is looked for in a label
_PARTS: Final = re.compile(r"[:-]")


@dataclass(frozen=True)
class Treatment:
    """Where it is told from, and what people are called; reasons are told only where codes are the practice's own."""

    c: Connection
    wanted: handing_on.Wanted
    names: Names
    reasons: bool
    zone: str

    def members(self, ids: Iterable[int]) -> tuple[Columns, list[tuple[int, str]]]:
        """Give members, in the order of what they are called; and their episodes, in the same order, each once."""
        rows = handing_on.members_of(self.c, ids)
        rows.sort(key=lambda row: (self.names.client(row.client), self.names.episode(row.episode)))
        episodes = list(dict.fromkeys((row.episode_id, self.names.episode(row.episode)) for row in rows))
        labels = handing_on.labels_of(self.c, [id for id, _ in episodes])
        treating = handing_on.therapists_of(self.c, [id for id, _ in episodes])
        made = (
            (
                self.names.client(row.client), self.names.episode(row.episode), row.kind,
                self.names.therapist(_last(treating.get(row.episode_id, ()))), _day(row.joined_on), _day(row.left_on),
                _day(row.opened_on), _day(row.closed_on), self._reason(row.close_reason), row.sex or "",
                self.names.born(row.born_year), ";".join(self._labels(labels.get(row.episode_id, ()))),
            )
            for row in rows
        )  # fmt: skip
        return _columns("members", made), episodes

    def assignments(self, episodes: Sequence[tuple[int, str]]) -> Columns:
        """Give who treated in episodes, and when."""
        rows = handing_on.assignments_of(self.c, [id for id, _ in episodes])
        return self._of("assignments", episodes, rows, lambda row: (
            self.names.therapist(row.code), row.role, _day(row.starts_on), _day(row.ends_on)))  # fmt: skip

    def staff(self) -> Columns:
        """Give all members of staff, by code alone."""
        rows = people.list_staff(self.c)
        return _columns("staff", (
            (row.code, row.role, _day(row.starts_on), _day(row.ends_on), row.supervisor or "") for row in rows))  # fmt: skip

    def pauses(self, episodes: Sequence[tuple[int, str]]) -> Columns:
        """Give the pauses of episodes."""
        rows = diary.list_pauses(self.c, [id for id, _ in episodes])
        return self._of("pauses", episodes, rows, lambda row: (
            _day(row.starts_on), _day(row.ends_on), self._reason(row.reason)))  # fmt: skip

    def appointments(self, episodes: Sequence[tuple[int, str]]) -> Columns:
        """Give the appointments of episodes; times are those of the practice's clock."""
        rows = handing_on.appointments_of(self.c, [id for id, _ in episodes], self.wanted)
        return self._of("appointments", episodes, rows, lambda row: (
            _day(row.on), self._time(row.at), self.names.therapist(row.code or ""), row.status,
            self._reason(row.reason)))  # fmt: skip

    def _of(self, name: str, episodes: Sequence[tuple[int, str]], rows: Iterable[Any], tell: Any) -> Columns:
        """Put rows in the order of their episodes."""
        by_episode: dict[int, list[Any]] = {}
        for row in rows:
            by_episode.setdefault(row.episode_id, []).append(row)
        return _columns(name, ((code, *tell(row)) for id, code in episodes for row in by_episode.get(id, ())))

    def _labels(self, labels: Iterable[str]) -> list[str]:
        """Leave out of labels what says who somebody is, where codes are pseudonyms."""
        if not self.names.hide:
            return list(labels)
        return sorted({WITHHELD if names_somebody(label, self._codes) else label for label in labels})

    @cached_property
    def _codes(self) -> frozenset[str]:
        return handing_on.codes_of_people(self.c)

    def _reason(self, text: str | None) -> str:
        return text or "" if self.reasons else ""

    def _time(self, at: datetime | None) -> str:
        return at.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).strftime("%H:%M") if at else ""


def _columns(name: str, rows: Iterable[tuple[Any, ...]]) -> Columns:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS[name])
    return {each: list(cells) for each, cells in zip(COLUMNS[name], columns, strict=True)}


def names_somebody(label: str, codes: Collection[str]) -> bool:
    """Say whether somebody's code stands in a label as a part of its own, such as k17 in `sister-of-k17`."""
    parts = _PARTS.split(label)
    words = ("-".join(parts[start:end]) for start, end in combinations(range(len(parts) + 1), 2))
    return any(len(word) >= SHORTEST and not word.isdigit() and word in codes for word in words)


def _last(listed: Sequence[tuple[date, str]]) -> str:
    return listed[-1][1] if listed else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def unseen(episodes: Sequence[tuple[int, str]], seen: set[int]) -> Iterator[tuple[int, str]]:
    """Give the episodes that no earlier part had, and remember them."""
    for id, code in episodes:
        if id not in seen:
            seen.add(id)
            yield id, code
