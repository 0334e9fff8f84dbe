"""Scores stored answers by the definition now in force, and says first what that changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from pandas import DataFrame

from fit_toolkit.intake.write import known_of, results
from fit_toolkit.scoring import read_answer
from fit_toolkit.scoring.answers import UnreadableError
from fit_toolkit.store import people, ratings, rescoring

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fit_toolkit.catalog import Catalog
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.records import Administration
    from fit_toolkit.scoring import Rules
    from fit_toolkit.store import Store

SLICE = 500  # members whose forms are in memory at a time
FLAGGED = "flagged answers"
GONE = "their instrument's definition is not here"
NO_RULE = "no plugin gives their scoring rule now"
NO_PLACE = "the definition now in force has not all of their answers"
OTHER = "some of their answers would stand for another number now"


@dataclass
class Difference:
    """What becomes of one scale of an instrument: forms with another score or band, without one now, with one now."""

    forms: int = 0
    changed: int = 0
    gone: int = 0
    new: int = 0
    largest: float = 0.0

    def add(self, before: tuple[Any, ...] | None, after: tuple[Any, ...] | None) -> None:
        """Count one form; a score is its value in millionths, and its band."""
        self.forms += 1
        old, new = (None if each is None else each[0] for each in (before, after))
        self.gone += old is not None and new is None
        self.new += old is None and new is not None
        if old is not None and new is not None:
            self.changed += before != after
            self.largest = max(self.largest, abs(new - old) / 1_000_000)


@dataclass
class Rescored:
    """What comes of it, by instrument and scale, and how many forms are left as they are, and why."""

    forms: Counter[str] = field(default_factory=Counter)
    scales: dict[tuple[str, str], Difference] = field(default_factory=dict)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    members: set[int] = field(default_factory=set)

    def of(self, instrument: str, scale: str) -> Difference:
        """Give what becomes of a scale."""
        return self.scales.setdefault((instrument, scale), Difference())


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Which instruments (none: all), when, and whether anything is kept."""

    instruments: Sequence[str] = ()
    now: datetime
    today: date
    version: str
    dry_run: bool = False


def rescore(store: Store, catalog: Catalog, rules: Rules | None, ask: Ask, sound: Callable[[], object]) -> Rescored:
    """Score every valid form anew whose definition has changed since; all of them in one transaction, or none.

    Answers stay as they are. A form stays as it was scored where an answer has no place in the definition now in force, or
    its text would stand for another number there. `sound` is called before anything is kept, and may raise.
    """
    done = Rescored()
    with store.begin(dry_run=ask.dry_run) as c:
        members = iter([member.id for member in people.list_members(c)])
        while ids := list(islice(members, SLICE)):
            older: dict[str, list[Administration]] = {}
            for form in ratings.history(c, ids):
                if ask.instruments and form.instrument not in ask.instruments:
                    continue
                if form.instrument not in catalog:
                    done.left[form.instrument, GONE] += 1
                elif form.definition_hash != catalog.hash(form.instrument):
                    older.setdefault(form.instrument, []).append(form)
            for id, forms in older.items():
                _instrument(c, catalog, id, forms, rules, done)
        sound()
        if done.forms:
            rescoring.note(
                c, done.members, at=ask.now, as_of=ask.today, version=ask.version, counts={"forms": dict(done.forms)}
            )
    return done


def _instrument(
    c: Connection, catalog: Catalog, id: str, forms: Iterable[Administration], rules: Rules | None, done: Rescored
) -> None:
    instrument = catalog.get(id)
    lacking = any(scale.method == "plugin" and scale.rule not in (rules or ()) for scale in instrument.scales)
    alike: dict[bool, list[Administration]] = {}
    for form in forms:
        totals = is_totals(form)
        why = NO_RULE if lacking and not totals else _unfit(instrument, form, totals=totals)
        if why:
            done.left[id, why] += 1
        else:
            alike.setdefault(totals, []).append(form)
    for totals, mine in alike.items():
        columns = [each.id for each in (instrument.scales if totals else instrument.number_items)]
        known = None
        if instrument.is_keyed:
            persons = people.persons_of(c, {form.member_id for form in mine})
            known = known_of([(*persons[form.member_id], form.session_on, form.rater) for form in mine])
        numbers = DataFrame([form.numbers for form in mine], columns=columns, dtype="float64")
        scores, risks = results(instrument, numbers, totals=totals, rules=rules, people=known)
        _compare(instrument.id, mine, scores, risks, done)
        rescoring.replace_scores(
            c, [form.id for form in mine], version=instrument.version, definition_hash=catalog.hash(id),
            scores=scores, risks=risks,
        )  # fmt: skip
        done.forms[id] += len(mine)
        done.members.update(form.member_id for form in mine)


def is_totals(form: Administration) -> bool:
    """Whether the scores of a form came in ready made."""
    return bool(form.scores) and all(score.status == "entered" for score in form.scores)


def _unfit(instrument: Instrument, form: Administration, *, totals: bool) -> str:
    """Say why a form cannot be scored by this definition; nothing where it can."""
    given = {name: value for name, value in form.numbers.items() if value is not None}
    if totals:
        return "" if given.keys() <= {scale.id for scale in instrument.scales} else NO_PLACE
    items = {item.id: item for item in instrument.number_items}
    for name, value in given.items():
        if name not in items:
            return NO_PLACE
        try:
            read = read_answer(items[name], form.raw.get(name, ""))
        except UnreadableError:
            read = value  # it came in through a map, which said what it stands for
        if read == read and read != value:  # noqa: PLR0124 - not a number: nothing was answered
            return OTHER
        if not items[name].accepts(value):
            return NO_PLACE
    return ""


def _compare(
    id: str,
    forms: Sequence[Administration],
    scores: Iterable[Mapping[str, Any]],
    risks: Iterable[Mapping[str, Any]],
    done: Rescored,
) -> None:
    made: list[dict[str, tuple[Any, ...] | None]] = [{} for _ in forms]
    for row in scores:
        ticks = row["value_ticks"]
        lost = ticks is None or ticks != ticks  # noqa: PLR0124 - not a number
        made[row["row"]][str(row["scale"])] = None if lost else (int(ticks), row.get("band") or "")
    flagged: list[set[str]] = [set() for _ in forms]
    for row in risks:
        flagged[row["row"]].add(str(row["item"]))
    for form, after, now in zip(forms, made, flagged, strict=True):
        before = {
            each.scale: None if each.value_ticks is None else (each.value_ticks, each.band or "")
            for each in form.scores
        }
        for scale in dict.fromkeys((*before, *after)):
            done.of(id, scale).add(before.get(scale), after.get(scale))
        were = {risk.item for risk in form.risks}
        if were or now:
            answers = done.of(id, FLAGGED)
            answers.forms += 1
            answers.gone += len(were - now)
            answers.new += len(now - were)
