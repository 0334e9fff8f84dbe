"""How far the scores of a scale reach and in which steps, worked out from what it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from fit_toolkit.catalog.checks_items import Problem
from fit_toolkit.catalog.yaml import Path
from fit_toolkit.model.instrument import Instrument, LookupRow, Scale, ticks

Ends = tuple[int, int]


def tables(scale: Scale) -> list[tuple[Path, tuple[LookupRow, ...]]]:
    """List the tables of a scale with their places in it."""
    keyed: list[tuple[Path, tuple[LookupRow, ...]]] = [
        (("tables", number, "rows"), each.rows) for number, each in enumerate(scale.tables)
    ]
    return [*keyed, *([(("table",), scale.table)] if scale.table else [])]


def check_reach(instrument: Instrument, scale: Scale, path: Path) -> Iterator[Problem]:
    """Compare the declared range with what the items, the parts or the table can give."""
    ends = _parts(instrument, scale)
    if not ends or scale.method in ("plugin", "all-of"):
        return
    if scale.method == "lookup":
        yield from _tables(instrument, scale, ends, path)
        return
    if scale.method == "weighted":
        weights = [scale.weights.get(each, 0.0) for each in scale.items]
        ends = [_ordered(low * weight, high * weight) for (low, high), weight in zip(ends, weights, strict=True)]
    share = len(ends) if scale.method == "mean" else 1
    low, high = (round(sum(side) * scale.multiply / share) for side in zip(*ends, strict=True))
    if (low, high) != (ticks(scale.minimum), ticks(scale.maximum)):
        what = "items" if scale.items else "parts"
        found = f"{low / 1e6:g} to {high / 1e6:g}"
        yield (*path, "range"), "FI223", f"the {what} of '{scale.id}' reach {found}, not what `range` says"


def _parts(instrument: Instrument, scale: Scale) -> list[Ends]:
    """Give the ends of what is put together, in ticks; nothing where a part is not there."""
    scales = {each.id: each for each in instrument.scales}
    if scale.parts:
        found = [scales[id] for id in scale.parts if id in scales]
        ends = [(ticks(each.minimum), ticks(each.maximum)) for each in found]
        return ends if len(ends) == len(scale.parts) else []
    items = {item.id: item for item in instrument.items}
    if not set(scale.items) <= set(items):
        return []
    counted = {id: (ticks(items[id].minimum), ticks(items[id].maximum)) for id in scale.items}
    for recode in scale.recode:
        worth = [ticks(each) for each in recode.worth] or [0]
        counted |= dict.fromkeys(recode.items or scale.items, (min(worth), max(worth)))
    return [counted[id] for id in scale.items]


def _ordered(one: float, two: float) -> Ends:
    return round(min(one, two)), round(max(one, two))


def _tables(instrument: Instrument, scale: Scale, ends: list[Ends], path: Path) -> Iterator[Problem]:
    low, high = (sum(side) for side in zip(*ends, strict=True))
    step = _grain(instrument, scale) or ticks(1.0)
    reached: list[int] = []
    for where, rows in tables(scale):
        have = {ticks(row.raw) for row in rows}
        lacking = next((raw for raw in range(low, high + 1, step) if raw not in have), None)
        if lacking is not None:
            message = f"the table says nothing about a raw value of {lacking / 1e6:g}"
            yield (*path, *where), "FI224", message
        reached += [round(ticks(row.value) * scale.multiply) for row in rows]
    if reached and (min(reached), max(reached)) != (ticks(scale.minimum), ticks(scale.maximum)):
        found = f"{min(reached) / 1e6:g} to {max(reached) / 1e6:g}"
        yield (*path, "range"), "FI223", f"the table of '{scale.id}' reaches {found}, not what `range` says"


def score_grain(instrument: Instrument, scale: Scale) -> int:
    """Give the smallest step between two scores, in ticks; 0 where any value may occur."""
    if scale.step is not None:
        return ticks(scale.step)
    if scale.round is not None and scale.round.when == "always":
        return ticks(scale.round.to)
    if scale.method == "all-of":
        return ticks(1.0)
    return round(_grain(instrument, scale) * scale.multiply) if scale.method in ("sum", "weighted") else 0


def _grain(instrument: Instrument, scale: Scale) -> int:
    """Give the smallest step of what is added up, before any factor."""
    if scale.parts:
        steps = [score_grain(instrument, each) for each in instrument.scales if each.id in scale.parts]
        return min(steps, default=ticks(1.0))
    recoded = {id for each in scale.recode for id in each.items or scale.items}
    items = [item for item in instrument.items if item.id in scale.items and item.range and item.id not in recoded]
    return min([ticks(item.step) for item in items] or [ticks(1.0)])
