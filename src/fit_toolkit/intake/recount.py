"""Scores stored answers once more and says where the stored scores differ; reads only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pandas import DataFrame

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.write import known_of, results
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Administration
from fit_toolkit.scoring import Rules
from fit_toolkit.store import Store, people, ratings

SLICE = 5000


class Recount(NamedTuple):
    """What came of it: forms scored again, forms left out and why, and the ids of those that differ."""

    same: int
    other_definition: int
    no_rule: int
    differing: tuple[int, ...]


def recount(store: Store, catalog: Catalog, rules: Rules | None) -> Recount:
    """Score every stored form whose definition is still the same, and compare value by value.

    A form of another definition, or of an instrument whose scoring rule no plugin gives now, is counted and left out.
    """
    same = other = no_rule = 0
    differing: list[int] = []
    for forms in _slices(store):
        by_instrument: dict[str, list[Administration]] = {}
        for form in forms:
            by_instrument.setdefault(form.instrument, []).append(form)
        for id, mine in by_instrument.items():
            if id not in catalog:
                other += len(mine)
                continue
            instrument, now = catalog.get(id), catalog.hash(id)
            standing = [form for form in mine if form.definition_hash == now]
            other += len(mine) - len(standing)
            if any(scale.method == "plugin" and scale.rule not in (rules or ()) for scale in instrument.scales):
                no_rule += len(standing)
                continue
            found = _differing(store, instrument, standing, rules)
            differing += found
            same += len(standing) - len(found)
    return Recount(same, other, no_rule, tuple(sorted(differing)))


def _slices(store: Store) -> Iterator[list[Administration]]:
    with store.read() as c:
        members = iter([member.id for member in people.list_members(c)])
    while ids := list(islice(members, SLICE // 10)):
        with store.read() as c:
            yield ratings.history(c, ids, valid_only=False)


def _differing(store: Store, instrument: Instrument, forms: list[Administration], rules: Rules | None) -> list[int]:
    found: list[int] = []
    alike: dict[tuple[bool, tuple[str, ...]], list[Administration]] = {}
    for form in forms:
        alike.setdefault((_is_totals(form), tuple(sorted(form.numbers))), []).append(form)
    for (totals, _), mine in alike.items():
        known = None
        if instrument.is_keyed:
            with store.read() as c:
                persons = people.persons_of(c, {form.member_id for form in mine})
            known = known_of([(*persons[form.member_id], form.session_on, form.rater) for form in mine])
        numbers = DataFrame([form.numbers for form in mine], dtype="float64")
        scores, risks = results(instrument, numbers, totals=totals, rules=rules, people=known)
        made: list[set[tuple[object, ...]]] = [set() for _ in mine]
        for row in scores:
            value = row["value_ticks"]
            whole = None if value is None or value != value else int(value)  # noqa: PLR0124 - not a number
            made[row["row"]].add((row["scale"], whole, row["status"], int(row["n_answered"]), int(row["n_items"])))
        for row in risks:
            made[row["row"]].add((row["item"], float(row["value"])))
        found += [form.id for form, wanted in zip(mine, made, strict=True) if _stored(form) != wanted]
    return found


def _is_totals(form: Administration) -> bool:
    return bool(form.scores) and all(score.status == "entered" for score in form.scores)


def _stored(form: Administration) -> set[tuple[object, ...]]:
    scores = {(each.scale, each.value_ticks, each.status, each.n_answered, each.n_items) for each in form.scores}
    return scores | {(each.item, each.value) for each in form.risks}
