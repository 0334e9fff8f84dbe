"""The facets of the relationship as both people rated them at the newest session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fit_toolkit.language import say
from fit_toolkit.sheets.apart import far_apart, far_from
from fit_toolkit.sheets.data import Facet, Facets

if TYPE_CHECKING:  # who only draws loads none of these, and nothing of the store with them
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.model.instrument import Instrument, Item
    from fit_toolkit.model.records import Administration
    from fit_toolkit.sheets.reading import Reading

ONE, TWO = (
    0.3,
    0.2,
)  # named: one answer down by 3 of 10, or two of them by 2 (a convention; simulated: 3 to 28 % by chance)


def facets_of(reading: Reading, form: Instrument | None, catalog: Catalog, language: str) -> Facets:
    """Compare the newest answers of the client with the ones before, and with the therapist's at that session."""
    if form is None:
        return Facets(why_none=say("No alliance rating yet."))
    items = items_of(form)
    if form.totals_only or not items:
        return Facets(why_none=say("Only totals of %(form)s are kept, no single answers.", form=form.short))
    given = reading.of(form.id, form.raters[0])
    if not given:
        return _therapist_only(reading, form, catalog)
    now = given[-1]
    before = _before(given, reading.part.max_gap_days)
    first = _first(given, before)
    other = _partner(reading, form, catalog, now.session_on)
    wording = catalog.usable_wording(form.id, language)
    rows = []
    low, high = min(item.minimum for item in items), max(item.maximum for item in items)
    for item in items:
        earlier = _earlier(given, item.id) if now.numbers.get(item.id) is None else _answer(before, item.id)
        theirs = beside(other, form, item, catalog)
        value = now.numbers.get(item.id)
        if value is None and earlier is None and theirs is None:
            continue
        words = wording.items[item.id].text if wording is not None and item.id in wording.items else ""
        label = item.label or item.facet or item.id
        rows.append(
            Facet(
                label=label, client=value, client_before=earlier, client_first=_answer(first, item.id),
                therapist=theirs, wording=words, key=item.facet or item.id,
                apart=value is not None and theirs is not None and far_apart(value, theirs, low, high),
            )
        )  # fmt: skip
    return Facets(
        on=now.session_on,
        before=None if before is None else before.session_on,
        first=None if first is None else first.session_on,
        therapist_on=None if other is None else other.session_on,
        therapist_had_seen=None if other is None else other.seen_client_answers,
        minimum=low,
        maximum=high,
        rows=_named(rows, items[0], form),
        apart=far_from(low, high),
    )


def items_of(form: Instrument) -> list[Item]:
    """The items that make up the score of a form."""
    inside = set(form.items_of(form.main_scale))
    return [item for item in form.number_items if item.id in inside]


def _before(given: Sequence[Administration], max_gap_days: int) -> Administration | None:
    """The rating before, unless it belongs to another therapist or is too old to compare."""
    if len(given) < 2:
        return None
    now, last = given[-1], given[-2]
    same = now.pair_id == last.pair_id and (now.session_on - last.session_on).days <= max_gap_days
    return last if same else None


def _first(given: Sequence[Administration], before: Administration | None) -> Administration | None:
    """The first rating with the therapist of now, where it is neither the newest nor the one before."""
    first = next(a for a in given if a.pair_id == given[-1].pair_id)
    return None if first is given[-1] or first is before else first


def _answer(given: Administration | None, item: str) -> float | None:
    return None if given is None else given.numbers.get(item)


def _earlier(given: Sequence[Administration], item: str) -> float | None:
    """The newest answer to an item that was not asked or not answered this time."""
    return next((a.numbers[item] for a in reversed(given) if a.numbers.get(item) is not None), None)


def _partner(reading: Reading, form: Instrument, catalog: Catalog, on: date) -> Administration | None:
    if form.counterpart not in catalog:
        return None
    other = catalog.get(form.counterpart)
    return next((a for a in reversed(reading.of(other.id, other.raters[0])) if a.session_on == on), None)


def beside(other: Administration | None, form: Instrument, item: Item, catalog: Catalog) -> float | None:
    """The other person's answer about the same facet; the two forms may name their items differently."""
    if other is None:
        return None
    for twin in catalog.get(form.counterpart).number_items:
        if (twin.facet or twin.id) == (item.facet or item.id):
            return other.numbers.get(twin.id)
    return None


def _therapist_only(reading: Reading, form: Instrument, catalog: Catalog) -> Facets:
    other = catalog.get(form.counterpart) if form.counterpart in catalog else None
    given = reading.of(other.id, other.raters[0]) if other is not None else []
    if not given:
        return Facets(why_none=say("No alliance rating yet."))
    rows = tuple(
        Facet(label=item.label or item.id, therapist=beside(given[-1], form, item, catalog)) for item in items_of(form)
    )
    return Facets(on=given[-1].session_on, therapist_on=given[-1].session_on, rows=rows)


def _named(rows: Sequence[Facet], item: Item, form: Instrument) -> tuple[Facet, ...]:
    """Name the lowest facet, where there is one, and the one that moved most for the worse; of several, the lowest."""
    sign = 1 if form.direction == "higher_is_better" else -1
    values = [sign * f.client for f in rows if f.client is not None]
    lowest = min(values, default=0.0)
    alone = values.count(lowest) == 1 and len(values) > 1
    falls = [
        sign * (f.client_before - f.client) if f.client is not None and f.client_before is not None else 0.0
        for f in rows
    ]
    worst = max(falls, default=0.0)
    span = item.maximum - item.minimum
    several = sum(fall >= TWO * span for fall in falls) >= 2
    most = [i for i, fall in enumerate(falls) if fall == worst] if worst >= ONE * span or several else []
    moved = min(most, key=lambda i: sign * (rows[i].client or 0.0), default=-1)
    return tuple(
        replace(f, lowest=alone and f.client is not None and sign * f.client == lowest, moved=i == moved)
        for i, f in enumerate(rows)
    )  # fmt: skip
