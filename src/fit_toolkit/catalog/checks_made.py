"""What a schema cannot say about scales made of scales, recoded answers, factors and rounding."""

from __future__ import annotations

from collections.abc import Iterator

from fit_toolkit.catalog.checks_items import Problem, fires, is_fine, repeated
from fit_toolkit.catalog.convert import nearest
from fit_toolkit.catalog.yaml import Path
from fit_toolkit.model.instrument import Instrument, Item, Recode, Scale, ticks

OF_ITEMS = ("reverse", "missing", "recode")  # what only a scale of items can have


def check_parts(instrument: Instrument) -> Iterator[Problem]:
    """Scales of scales name other scales, in no circle, and have nothing that belongs to items."""
    scales = {scale.id: scale for scale in instrument.scales}
    for number, scale in enumerate(instrument.scales):
        path: Path = ("scales", number)
        yield from _named(scale, scales, path)
        if scale.items and scale.parts:
            name = "scales" if scale.scales else "conditions"
            yield (*path, name), "FI260", f"'{scale.id}' is made of items or of scales, not of both"
        if scale.scales and scale.method not in ("sum", "mean", "lookup"):
            message = f"`scales` goes with the methods sum, mean and lookup, not with `{scale.method}`"
            yield (*path, "scales"), "FI263", message
        if scale.parts:
            for name in OF_ITEMS:
                if getattr(scale, name):
                    yield (*path, name), "FI263", f"`{name}` belongs to the scales that '{scale.id}' is made of"
        circle = _circle(scale.id, scales)
        if circle:
            name = "scales" if scale.scales else "conditions"
            yield (*path, name), "FI262", f"'{scale.id}' is made of itself: {' -> '.join(circle)}"


def _named(scale: Scale, scales: dict[str, Scale], path: Path) -> Iterator[Problem]:
    for position, each in enumerate(scale.scales):
        if each not in scales:
            yield (*path, "scales", position), "FI261", f"there is no scale '{each}'; {nearest(each, scales)}"
    for each in repeated(scale.scales):
        yield (*path, "scales"), "FI261", f"'{each}' is listed twice in '{scale.id}'"
    for position, condition in enumerate(scale.conditions):
        where: Path = (*path, "conditions", position)
        if condition.scale not in scales:
            hint = nearest(condition.scale, scales)
            yield (*where, "scale"), "FI261", f"there is no scale '{condition.scale}'; {hint}"
            continue
        part = scales[condition.scale]
        hold = [fires(end, condition.operator, condition.value) for end in part.range]
        if all(hold) or not any(hold):
            word = "always" if all(hold) else "never"
            yield (*where, "value"), "FI264", f"this {word} holds: '{part.id}' reaches {_reach(part)}"
    if scale.method == "all-of" and scale.range != (0, 1):
        yield (*path, "range"), "FI223", "`method: all-of` gives 0 or 1: the range is [0, 1]"


def _reach(scale: Scale) -> str:
    return f"{scale.minimum:g} to {scale.maximum:g}"


def _circle(start: str, scales: dict[str, Scale]) -> list[str]:
    """Give a way from a scale back to itself, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for part in scales[way[-1]].parts if way[-1] in scales else ():
            if part == start:
                return [*way, start]
            if part not in seen:
                seen.add(part)
                ways.append([*way, part])
    return []


def check_recode(instrument: Instrument) -> Iterator[Problem]:
    """Every permitted answer counts something, and nothing counts that is no answer."""
    items = {item.id: item for item in instrument.number_items}
    for number, scale in enumerate(instrument.scales):
        taken: list[str] = []
        for position, recode in enumerate(scale.recode):
            path: Path = ("scales", number, "recode", position)
            for place, id in enumerate(recode.items):
                if id not in scale.items:
                    message = f"'{id}' is recoded but does not belong to '{scale.id}'"
                    yield (*path, "items", place), "FI270", message
            mine = recode.items or scale.items
            taken += mine
            yield from _values(recode, [items[id] for id in mine if id in items], path)
        for id in sorted(repeated(taken)):
            yield ("scales", number, "recode"), "FI270", f"'{id}' is recoded twice"


def _values(recode: Recode, items: list[Item], path: Path) -> Iterator[Problem]:
    if bool(recode.values) == (recode.at_least is not None):
        yield path, "FI271", "give `values` or `at_least`, one of the two"
        return
    if recode.at_least is not None:
        for item in items:
            hold = [fires(end, ">=", recode.at_least) for end in (item.minimum, item.maximum)]
            if all(hold) or not any(hold):
                every = "every answer" if all(hold) else "no answer"
                yield (*path, "at_least"), "FI272", f"{every} to '{item.id}' is {recode.at_least:g} or more"
                return
        return
    numbers = {key: _number(key) for key in recode.values}
    for key, number in numbers.items():
        if number is None or not any(item.accepts(number) for item in items):
            yield (*path, "values", key), "FI272", f"'{key}' is no answer to any of these items"
        elif is_fine(recode.values[key]):
            yield (*path, "values", key), "FI210", "finer than a millionth"
    known = {ticks(number) for number in numbers.values() if number is not None}
    for item in items:
        lacking = [value for value in item.values() if ticks(value) not in known]
        if lacking:
            message = f"`values` does not say what the answer {lacking[0]:g} to '{item.id}' counts"
            yield (*path, "values"), "FI272", message
            return


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def check_result(instrument: Instrument) -> Iterator[Problem]:
    """Factors and rounding fit the range that a scale declares."""
    for number, scale in enumerate(instrument.scales):
        path: Path = ("scales", number)
        if is_fine(scale.multiply):
            yield (*path, "multiply"), "FI210", "a factor finer than a millionth"
        if scale.method == "all-of" and scale.multiply != 1:
            yield (*path, "multiply"), "FI221", "`multiply` means nothing with `method: all-of`"
        if scale.round is None:
            continue
        if scale.method == "all-of":
            yield (*path, "round"), "FI221", "`round` means nothing with `method: all-of`"
        to = ticks(scale.round.to)
        if to == 0 or is_fine(scale.round.to):
            yield (*path, "round", "to"), "FI210", "finer than a millionth"
        elif ticks(scale.minimum) % to or ticks(scale.maximum) % to:
            message = f"the ends of the range of '{scale.id}' are no multiples of {scale.round.to:g}"
            yield (*path, "round", "to"), "FI273", message
