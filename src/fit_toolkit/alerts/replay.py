"""What other policies would have said about the same ratings, alert by alert; nothing is stored and nobody is told.

Both sides are reckoned afresh from all ratings there are, so that a difference is one of the policies alone, and not of what had
been entered at the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.asking import Asking, Parts
from fit_toolkit.courses.evaluate import Failed, evaluate
from fit_toolkit.courses.slices import all_slices
from fit_toolkit.engine import PluginFailure, Registry
from fit_toolkit.errors import ConfigError
from fit_toolkit.model.alerts import Key, Spell
from fit_toolkit.settings import Settings, load_policies
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import frames
from fit_toolkit.store.people import list_staff

if TYPE_CHECKING:
    import sqlalchemy as sa

OPENED, GONE, SEVERITY, DAY, END = "opened", "gone", "other severity", "other day", "other end"


@dataclass(frozen=True)
class With:
    """A practice's parts with other policies."""

    settings: Settings
    registry: Registry
    catalog: Catalog


@dataclass(frozen=True)
class Difference:
    """One alert by the present policies (`before`), by the others (`after`), or by both; `alert` is its number, if it has one."""

    changes: tuple[str, ...]
    key: Key
    before: Spell | None
    after: Spell | None
    client: str = ""
    therapist: str = ""
    alert: int | None = None


@dataclass(frozen=True)
class Replayed:
    """All alerts that differ, how many are the same, and what failed on either side."""

    differences: tuple[Difference, ...]
    before: int
    after: int
    failures: tuple[PluginFailure, ...]

    @property
    def same(self) -> int:
        """How many alerts are the same on both sides."""
        return self.before - sum(each.before is not None for each in self.differences)


def with_policies(parts: Parts, file: Path) -> With:
    """Give the practice's parts with the policies of a file in the place of its own."""
    read = load_policies(file)
    if read.either or read.norms:
        hint = "they are for fit analyze evaluate; a practice's norms are files, fit norms list"
        raise ConfigError("[[either]] and [norms.NAME] are nothing a practice knows", where=file.name, hint=hint)
    return With(replace(parts.settings, policies=read.policies), parts.registry, parts.catalog)


def replay(c: sa.Connection, present: Parts, others: Parts, *, as_of: date) -> Replayed:
    """Ask both sets of policies about all ratings, and match what they find."""
    failures: list[PluginFailure] = []
    before, lost = _spells(c, present, as_of, failures)
    after, lost_too = _spells(c, others, as_of, failures)
    lost |= lost_too  # a policy that failed on one side says nothing about a difference
    before, after = ([spell for spell in side if spell.key.policy not in lost] for side in (before, after))
    found = [each for each in differences(before, after) if each.changes]
    return Replayed(tuple(_named(c, found, as_of)), len(before), len(after), tuple(dict.fromkeys(failures)))


def differences(before: Iterable[Spell], after: Iterable[Spell]) -> Iterator[Difference]:
    """Match spells of the same key: by the rating that opened them, then by overlap in time; the rest is gone or opened."""
    sides: dict[Key, tuple[list[Spell], list[Spell]]] = {}
    for place, spells in enumerate((before, after)):
        for spell in spells:
            sides.setdefault(spell.key, ([], []))[place].append(spell)
    for key, (old, new) in sides.items():
        pairs = _matched(old, new, _same_opening)
        pairs += _matched(*_rest(old, new, pairs), _overlap)
        gone, opened = _rest(old, new, pairs)
        yield from (Difference(_changes(one, two), key, one, two) for one, two in pairs)
        yield from (Difference((GONE,), key, one, None) for one in gone)
        yield from (Difference((OPENED,), key, None, two) for two in opened)


def _matched(
    old: Sequence[Spell], new: Sequence[Spell], fits: Callable[[Spell, Spell], bool]
) -> list[tuple[Spell, Spell]]:
    free = list(new)
    pairs = []
    for one in old:
        place = next((place for place, two in enumerate(free) if fits(one, two)), None)
        if place is not None:
            pairs.append((one, free.pop(place)))
    return pairs


def _same_opening(one: Spell, two: Spell) -> bool:
    return one.about_member or one.root == two.root


def _overlap(one: Spell, two: Spell) -> bool:
    return one.opened <= two.last and two.opened <= one.last


def _rest(
    old: Sequence[Spell], new: Sequence[Spell], pairs: Iterable[tuple[Spell, Spell]]
) -> tuple[list[Spell], list[Spell]]:
    """What of both sides is in no pair; two spells of one key may be equal, so they are told apart by identity."""
    used = {id(spell) for pair in pairs for spell in pair}
    return [spell for spell in old if id(spell) not in used], [spell for spell in new if id(spell) not in used]


def _changes(one: Spell, two: Spell) -> tuple[str, ...]:
    checks = ((SEVERITY, one.severity != two.severity), (DAY, one.opened != two.opened), (END, one.ended != two.ended))
    return tuple(name for name, differs in checks if differs)


def _spells(c: sa.Connection, parts: Parts, as_of: date, failures: list[PluginFailure]) -> tuple[list[Spell], set[str]]:
    found: list[Spell] = []
    with Asking(parts) as asking:
        failures += asking.failures
        lost = set(asking.unready)
        gap = parts.settings.number("alerts.max_gap_days")
        for part in all_slices(c, as_of=as_of, max_gap_days=gap):
            done = evaluate(part, asking.uses, asking.find)
            found += done.spells
            lost |= _failed(done.failed, failures)
    return found, lost


def _failed(failed: Iterable[Failed], failures: list[PluginFailure]) -> set[str]:
    lost = set()
    for each in failed:
        failures.append(each.error.failure)
        lost.add(each.use.id)
    return lost


def _named(c: sa.Connection, found: Sequence[Difference], as_of: date) -> list[Difference]:
    """Add whose they are, and the number of the alert that was raised for the same rating, where one was."""
    members = frames.member_columns(c, None, on=as_of)
    whose = {
        member: (client, staff)
        for member, client, staff in zip(
            members["member_id"].tolist(), members["client"].tolist(), members["staff_id"].tolist(), strict=True
        )
    }
    codes = {person.id: person.code for person in list_staff(c)}
    numbers = {(alert.key, alert.root): alert.id for alert in stored.read_alerts(c)}
    named = []
    for each in found:
        client, staff = whose[each.key.member]
        raised = numbers.get((each.key, each.before.root)) if each.before is not None else None
        named.append(replace(each, client=client, therapist=codes.get(staff, ""), alert=raised))
    return sorted(named, key=lambda each: (each.key.policy, each.client, _day(each)))


def _day(each: Difference) -> int:
    spell = each.before or each.after
    return spell.opened if spell is not None else 0
