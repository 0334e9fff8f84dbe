"""What a schema cannot say about scales: their items, arithmetic, bands, figures and worked tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fit_toolkit.catalog.checks_items import Problem, is_fine, repeated
from fit_toolkit.catalog.reach import check_reach, score_grain, tables
from fit_toolkit.catalog.yaml import Path
from fit_toolkit.model.instrument import BandSet, Instrument, Item, Scale, ticks


def check_shape(instrument: Instrument) -> Iterator[Problem]:
    """A definition has items and tests, or is totals-only and has neither."""
    if instrument.main_scale not in {scale.id for scale in instrument.scales}:
        hint = "call one scale `total` or name the main one in `main_scale`"
        yield ("main_scale",), "FI215", f"there is no scale '{instrument.main_scale}'; {hint}"
    if instrument.totals_only:
        for name in ("items", "risk", "skips", "tests"):
            if getattr(instrument, name):
                yield (name,), "FI216", f"a totals-only definition has no `{name}`"
    elif not instrument.items:
        yield ("items",), "FI217", "no items; if scores come in ready made, say `totals_only: true`"


def check_scales(instrument: Instrument) -> Iterator[Problem]:
    """Scales are made of real items, by a method that has what it needs, and reach the range they declare."""
    items = {item.id: item for item in instrument.items}
    for number, scale in enumerate(instrument.scales):
        path: Path = ("scales", number)
        if scale.minimum >= scale.maximum:
            yield (*path, "range"), "FI209", f"the range of '{scale.id}' has to rise"
        yield from _members(scale, items, path)
        yield from _method(scale, path)
        if instrument.totals_only:
            if scale.items or scale.parts:
                name = "items" if scale.items else "scales"
                yield (*path, name), "FI216", "scores of a totals-only definition come in ready made"
            continue
        if not scale.items and not scale.parts and scale.method != "all-of":
            yield path, "FI218", f"'{scale.id}' has no items"
        elif scale.items and set(scale.items) <= set(items) and scale.method != "plugin":
            yield from _missing(scale, items, path)
        yield from check_reach(instrument, scale, path)


def _members(scale: Scale, items: dict[str, Item], path: Path) -> Iterator[Problem]:
    for position, each in enumerate(scale.items):
        if each not in items:
            yield (*path, "items", position), "FI219", f"there is no item '{each}'"
    for each in repeated(scale.items):
        yield (*path, "items"), "FI219", f"'{each}' is listed twice in '{scale.id}'"
    for position, each in enumerate(scale.reverse):
        if each not in scale.items:
            yield (*path, "reverse", position), "FI220", f"'{each}' is reversed but does not belong to '{scale.id}'"


def _method(scale: Scale, path: Path) -> Iterator[Problem]:
    needs = {"weighted": "weights", "lookup": "table", "plugin": "rule", "all-of": "conditions"}
    for method, name in needs.items():
        given = bool(getattr(scale, name)) or (name == "table" and bool(scale.tables))
        if scale.method == method and not given:
            yield path, "FI221", f"`method: {method}` needs `{name}`"
        elif scale.method != method and given:
            key = "tables" if name == "table" and scale.tables else name
            yield (*path, key), "FI221", f"`{key}` goes with `method: {method}`, not with `{scale.method}`"
    if scale.parameters and scale.method != "plugin":
        yield (*path, "parameters"), "FI221", "`parameters` go with `method: plugin`"
    if scale.method == "weighted" and scale.weights and set(scale.weights) != set(scale.items):
        yield (*path, "weights"), "FI221", "`weights` has to name every item of the scale once, and no other"
    for where, rows in tables(scale):
        raws = [ticks(row.raw) for row in rows]
        if any(low >= high for low, high in pairwise(raws)):
            yield (*path, *where), "FI221", "the raw values of a table have to rise"


def _missing(scale: Scale, items: dict[str, Item], path: Path) -> Iterator[Problem]:
    rule, count = scale.missing, len(scale.items)
    if scale.method != "mean":
        for each in scale.items:
            if items[each].asked:
                yield (*path, "items"), "FI222", f"'{each}' is not on every form: only a mean can do without it"
    if rule is None:
        return
    where: Path = (*path, "missing")
    if rule.min_answered > count:
        yield (*where, "min_answered"), "FI222", f"'{scale.id}' has only {count} items"
    if rule.min_answered < count and not rule.prorate:
        yield (*where, "prorate"), "FI222", "a part of the answers without prorating would read as a low score"
    if rule.min_answered < count and scale.method == "lookup":
        yield (*where, "min_answered"), "FI222", "a table needs every item"
    for each in rule.may_miss:
        if each not in scale.items:
            yield (*where, "may_miss"), "FI222", f"'{each}' does not belong to '{scale.id}'"


def check_figures(instrument: Instrument) -> Iterator[Problem]:
    """Cut-offs and bands lie inside the range; bands cover it without gap or overlap."""
    for number, scale in enumerate(instrument.scales):
        path: Path = ("scales", number)
        for position, cutoff in enumerate(scale.cutoffs):
            if not scale.minimum <= cutoff.value <= scale.maximum:
                yield (*path, "cutoffs", position, "value"), "FI225", f"{cutoff.value:g} is outside the range"
            sides = {each.operator for each in scale.cutoffs[: position + 1] if each.label == cutoff.label}
            if len(sides) > 1:
                message = (
                    f"'{cutoff.label}' is {' in one line and '.join(sorted(sides))} in another; one name, one side"
                )
                yield (*path, "cutoffs", position, "operator"), "FI229", message
        for id in repeated(each.id for each in scale.band_sets):
            yield (*path, "band_sets"), "FI204", f"the id '{id}' is used twice"
        for position, band_set in enumerate(scale.band_sets):
            yield from _bands(scale, band_set, score_grain(instrument, scale), (*path, "band_sets", position, "bands"))
    drives = [scale for scale in instrument.scales if scale.bands or any(each.verified for each in scale.cutoffs)]
    if instrument.validation.status == "unvalidated" and drives:
        yield ("validation",), "FI226", "an unvalidated instrument has no verified cut-offs or bands"


def _bands(scale: Scale, band_set: BandSet, grain: int, path: Path) -> Iterator[Problem]:
    bands = band_set.bands
    for position, band in enumerate(bands):
        if is_fine(band.low) or is_fine(band.high):
            yield (*path, position), "FI210", "finer than a millionth"
        if band.low > band.high:
            yield (*path, position), "FI227", f"the band '{band.label}' ends before it begins"
    for position, (one, two) in enumerate(pairwise(bands), start=1):
        step = ticks(two.low) - ticks(one.high)
        touching = step == grain or (step == 0 and grain == 0)
        if step < 0 or (step == 0 and grain):
            yield (*path, position, "low"), "FI227", f"the bands '{one.label}' and '{two.label}' overlap"
        elif not touching:
            message = (
                f"no band between {one.high:g} and {two.low:g}; if no score can lie there, give the scale a `step`"
            )
            yield (*path, position, "low"), "FI228", message
    if ticks(bands[0].low) != ticks(scale.minimum):
        yield (*path, 0, "low"), "FI228", f"the first band has to begin at {scale.minimum:g}"
    if ticks(bands[-1].high) != ticks(scale.maximum):
        yield (*path, len(bands) - 1, "high"), "FI228", f"the last band has to end at {scale.maximum:g}"


def check_tests(instrument: Instrument) -> Iterator[Problem]:
    """Each scale has a worked test with a value, and tests name real items and scales."""
    items = set(instrument.item_ids)
    scales = {scale.id for scale in instrument.scales}
    for number, test in enumerate(instrument.tests):
        for key in test.given.keys() - items:
            yield ("tests", number, "given", key), "FI250", f"there is no item '{key}'"
        for part in ("expect", "status", "band"):
            for key in getattr(test, part).keys() - scales:
                yield ("tests", number, part, key), "FI250", f"there is no scale '{key}'"
    if instrument.totals_only:
        return
    tested = {key for test in instrument.tests for key, value in test.expect.items() if value is not None}
    for number, scale in enumerate(instrument.scales):
        if scale.id not in tested:
            yield ("scales", number, "id"), "FI251", f"no worked test expects a value of '{scale.id}'"
