"""Who is told about an alert: today's therapist, else whoever stands in, and whom the policy names besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fit_toolkit.model.people import Assignment, Staff

NOBODY = 0  # stands for a message that no member of staff can be found for; it is still written, never dropped


class Told(NamedTuple):
    """Ids of those who are told, those who are responsible first; and whether these stand in for a therapist who left."""

    staff: tuple[int, ...]
    standing_in: bool = False
    responsible: tuple[int, ...] = ()


@dataclass(frozen=True)
class People:
    """Staff and assignments as they are on one day."""

    staff: Sequence[Staff]
    assignments: Mapping[int, Sequence[Assignment]]
    today: date

    def told(self, episode: int, to: Iterable[str] = ()) -> Told:
        """Say who is told about an alert of an episode; `to` names others: a role, or a staff code."""
        therapist = self.therapist(episode)
        here = therapist is not None and self.is_here(therapist)
        first = (therapist.id,) if therapist is not None and here else self.next_in_line(therapist)
        others = [found for name in to for found in self._named(name, episode, therapist)]
        return Told(tuple(dict.fromkeys((*first, *others))), standing_in=not here, responsible=first)

    def above(self, episode: int, responsible: Iterable[int]) -> tuple[int, ...]:
        """Return who is told when nobody has noted anything: the episode's supervisors, or who stands in next."""
        therapist = self.therapist(episode)
        here = therapist is not None and self.is_here(therapist)
        found = self._supervisors(episode) if here else ()
        for person in responsible:
            found = found or self.next_in_line(self._by_id(person))
        return tuple(person for person in found if person != NOBODY)

    def therapist(self, episode: int) -> Staff | None:
        """Return who has the episode today; after its end, who had it last."""
        begun = [
            entry for entry in self.assignments.get(episode, ())
            if entry.role == "therapist" and entry.starts_on <= self.today
        ]  # fmt: skip
        newest = max(begun, key=lambda entry: (entry.starts_on, entry.id), default=None)
        return None if newest is None else self._by_id(newest.staff_id)

    def next_in_line(self, person: Staff | None) -> tuple[int, ...]:
        """Return who stands in for a person: their supervisor, or theirs; else the administrators, else nobody."""
        passed: set[str] = set()
        while person is not None and person.supervisor is not None and person.supervisor not in passed:
            passed.add(person.supervisor)
            person = self._by_code(person.supervisor)
            if person is not None and self.is_here(person):
                return (person.id,)
        return self.administrators() or (NOBODY,)

    def administrators(self) -> tuple[int, ...]:
        """Return the administrators who are there today."""
        return tuple(one.id for one in self.staff if one.role == "administrator" and self.is_here(one))

    def is_here(self, person: Staff) -> bool:
        """Say whether a person works in the practice today."""
        return person.starts_on <= self.today and (person.ends_on is None or self.today <= person.ends_on)

    def _named(self, name: str, episode: int, therapist: Staff | None) -> tuple[int, ...]:
        if name == "therapist":
            return ()  # told anyway
        if name == "supervisor":
            return self._supervisors(episode) or self.next_in_line(therapist)
        person = self._by_code(name)
        if person is not None and self.is_here(person):
            return (person.id,)
        return self.administrators() or self.next_in_line(person)

    def _supervisors(self, episode: int) -> tuple[int, ...]:
        assigned = [
            self._by_id(entry.staff_id) for entry in self.assignments.get(episode, ())
            if entry.role == "supervisor" and entry.holds_on(self.today)
        ]  # fmt: skip
        return tuple(one.id for one in assigned if one is not None and self.is_here(one))

    def _by_id(self, staff: int) -> Staff | None:
        return next((one for one in self.staff if one.id == staff), None)

    def _by_code(self, code: str) -> Staff | None:
        return next((one for one in self.staff if one.code == code), None)
