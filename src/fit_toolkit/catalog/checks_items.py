"""What a schema cannot say about items, options, risk and early completion: one small check per concern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from fit_toolkit.catalog.quoting import CURLED, STRAIGHTEN
from fit_toolkit.catalog.yaml import Path
from fit_toolkit.model.instrument import TICK, Instrument, Item, split_sources, ticks
from fit_toolkit.model.terms import COMPARE

Problem: TypeAlias = tuple[Path, str, str]

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def repeated(ids: Iterable[str]) -> set[str]:
    """Give the ids that occur more than once."""
    return {each for each, count in Counter(ids).items() if count > 1}


def is_fine(value: float) -> bool:
    """Say whether a value is finer than the millionths that scores are kept in."""
    return abs(value * TICK - round(value * TICK)) > 1e-3


def check_names(instrument: Instrument) -> Iterator[Problem]:
    """Ids are safe as file names and used once; scales and items share one space because both can be watched."""
    if instrument.id in RESERVED:
        yield ("id",), "FI202", f"'{instrument.id}' is no possible file name on Windows; choose another id"
    for key in ("version", "title", "title_short"):
        if CURLED.fullmatch(getattr(instrument, key)):
            yield (key,), "FI104", f"these quotes are part of the text; {STRAIGHTEN}"
    if instrument.counterpart == instrument.id:
        yield ("counterpart",), "FI203", "an instrument cannot be its own counterpart"
    seen: set[str] = set()
    for kind, ids in (
        ("items", [item.id for item in instrument.items]),
        ("scales", [scale.id for scale in instrument.scales]),
    ):
        for number, each in enumerate(ids):
            if each in seen:
                yield (kind, number, "id"), "FI204", f"the id '{each}' is used twice"
            seen.add(each)
    risks = [risk.id for risk in instrument.risk]
    for each in repeated(risks):
        yield ("risk", len(risks) - 1 - risks[::-1].index(each), "id"), "FI204", f"the id '{each}' is used twice"


def check_items(instrument: Instrument) -> Iterator[Problem]:
    """Every item says which answers it takes, and belongs to a scale or says that it does not."""
    used = {item for scale in instrument.scales for item in scale.items}
    for number, item in enumerate(instrument.items):
        path: Path = ("items", number)
        yield from _answers(item, path)
        if item.id in used and (not item.scored or item.is_text):
            what = "free text" if item.is_text else "`scored: false`"
            yield (*path, "scored"), "FI213", f"'{item.id}' is {what} and yet belongs to a scale"
        elif item.scored and item.id not in used and not item.is_text:
            yield (*path, "id"), "FI214", f"'{item.id}' belongs to no scale; add it to one or say `scored: false`"


def _answers(item: Item, path: Path) -> Iterator[Problem]:
    if item.is_text:
        if item.range or item.options:
            yield path, "FI205", f"'{item.id}' is text and takes neither `range` nor options"
        return
    if item.type == "choice" and not item.options:
        yield path, "FI206", f"'{item.id}' is a choice and needs `options` or `option_set`"
    elif item.type == "number" and not item.range and not item.options:
        yield path, "FI207", f"'{item.id}' needs `range`, or `options`"
    if item.range and item.options:
        yield (*path, "range"), "FI208", f"'{item.id}' has both `range` and options; keep one"
    if item.range:
        yield from _range(item, path)
    yield from _options(item, path)


def _range(item: Item, path: Path) -> Iterator[Problem]:
    low, high = item.range or (0, 0)
    if low >= high:
        yield (*path, "range"), "FI209", f"the range of '{item.id}' has to rise"
    elif any(is_fine(each) for each in (low, high, item.step)):
        yield (*path, "range"), "FI210", f"'{item.id}' is finer than a millionth"
    elif (ticks(high) - ticks(low)) % ticks(item.step):
        yield (*path, "step"), "FI211", f"steps of {item.step:g} do not lead from {low:g} to {high:g}"


def _options(item: Item, path: Path) -> Iterator[Problem]:
    where: Path = (*path, "option_set") if item.option_set else (*path, "options")
    for code in repeated(option.code for option in item.options if option.code):
        yield where, "FI212", f"two options of '{item.id}' have the code '{code}'"
    values = {f"{option.value:g}": option.value for option in item.options}
    for option in item.options:
        if option.code in values and values[option.code] != option.value:
            yield where, "FI212", f"the code '{option.code}' of '{item.id}' reads like the value of another option"
        if is_fine(option.value):
            yield where, "FI210", f"an option of '{item.id}' is finer than a millionth"
    if len(item.options) == 1:
        yield where, "FI206", f"'{item.id}' needs two options or more"


def check_risk(instrument: Instrument) -> Iterator[Problem]:
    """Risk rules point to real items, and some but not all answers set them off."""
    items = {item.id: item for item in instrument.number_items}
    for number, risk in enumerate(instrument.risk):
        path: Path = ("risk", number)
        item = items.get(risk.item)
        if item is None:
            yield (*path, "item"), "FI230", f"there is no item '{risk.item}' with a number or a choice"
            continue
        fired = [fires(value, risk.operator, risk.value) for value in (item.minimum, item.maximum)]
        if all(fired) or not any(fired):
            every = "every answer" if all(fired) else "no answer"
            yield (*path, "value"), "FI231", f"{every} to '{risk.item}' would set off '{risk.id}'"
    if instrument.same_day_only and not instrument.risk:
        yield ("same_day_only",), "FI232", "`same_day_only` is for instruments with a `risk` item"


def fires(value: float, operator: str, limit: float) -> bool:
    """Say whether a value is on the side of a line that an operator means."""
    return bool(COMPARE[operator](ticks(value), ticks(limit)))


def check_skips(instrument: Instrument) -> Iterator[Problem]:
    """Early completion names real items and a value they can have."""
    items = {item.id: item for item in instrument.number_items}
    for number, skip in enumerate(instrument.skips):
        for part, ids in (("when", skip.when), ("items", skip.items)):
            for position, each in enumerate(ids):
                if each not in items:
                    yield ("skips", number, part, position), "FI233", f"there is no item '{each}'"
        for each in set(skip.items) & set(skip.when):
            yield ("skips", number, "items"), "FI234", f"'{each}' cannot decide whether it may be left out itself"
        for each in skip.items:
            if each in items and not items[each].accepts(skip.count_as):
                yield ("skips", number, "count_as"), "FI235", f"{skip.count_as:g} is no answer to '{each}'"


def check_sources(instrument: Instrument) -> Iterator[Problem]:
    """Every figure names a source that the file describes."""
    for path, reference in _references(instrument):
        for key in split_sources(reference):
            if key not in instrument.sources:
                yield (*path, "source"), "FI240", f"the source '{key}' is not described under `sources`"


def _references(instrument: Instrument) -> Iterator[tuple[Path, str]]:
    for number, scale in enumerate(instrument.scales):
        at: Path = ("scales", number)
        for name in ("cutoffs", "band_sets", "tables", "reliability", "sds", "reliable_change"):
            for position, each in enumerate(getattr(scale, name)):
                yield (*at, name, position), each.source
        if scale.missing and scale.missing.source:
            yield (*at, "missing"), scale.missing.source
    for number, risk in enumerate(instrument.risk):
        yield ("risk", number), risk.source
    for number, skip in enumerate(instrument.skips):
        yield ("skips", number), skip.source
    for number, suggestion in enumerate(instrument.suggests):
        if suggestion.source:
            yield ("suggests", number), suggestion.source
    if instrument.licence.source:
        yield ("licence",), instrument.licence.source
