"""A paper form typed as one line of digits, or item by item, with sums to check against the paper."""

from __future__ import annotations

import math
import re
from typing import Final

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Item
from fit_toolkit.scoring import read_answer

SIGNS: Final = {"-": "", "x": "does-not-fit", "n": "rather-not-say", "a": "not-applicable"}
_GAPS: Final = re.compile(r"[\s,;]+")


def split_line(instrument: Instrument, line: str) -> list[str]:
    """Cut a line into one word per item: at blanks and commas, or digit by digit where no answer has two."""
    count = len(instrument.number_items)
    words = [word for word in _GAPS.split(line.strip()) if word]
    if len(words) == 1 and count > 1:
        if not all(one_digit(item) for item in instrument.number_items):
            raise DataError("some answers have more than one digit", hint="put a blank between the answers: 8 10 7 ...")
        words = list(words[0])
    if len(words) != count:
        offered = {way for item in instrument.number_items for way in item.ways_out}
        signs = "left out is -, does not fit is x, rather not say is n"
        signs += ", does not apply is a" if "not-applicable" in offered else ""
        raise DataError(f"{len(words)} answers typed, {instrument.short} has {count}", hint=signs)
    return words


def one_digit(item: Item) -> bool:
    """Say whether every answer to an item is typed with one key."""
    return all(float(value).is_integer() and 0 <= value <= 9 for value in item.values())


def read_line(instrument: Instrument, line: str) -> dict[str, str]:
    """Read a whole form typed as one line; every answer that cannot be right is named by its place, not its value."""
    raw: dict[str, str] = {}
    wrong = []
    for number, (item, word) in enumerate(zip(instrument.number_items, split_line(instrument, line), strict=True), 1):
        try:
            raw[item.id] = read_word(item, word)
        except ValueError as error:
            wrong.append(f"answer {number} ({item.label or item.id}): {error}")
    if wrong:
        raise DataError("; ".join(wrong), findings=wrong)
    return raw


def read_word(item: Item, word: str) -> str:
    """Read what was typed for one item and give the raw answer; ValueError says what would be one."""
    raw = SIGNS.get(word.strip().lower(), word.strip())
    way = raw if raw in SIGNS.values() and raw else ""
    if way and way not in item.ways_out and all(option.code != way for option in item.options):
        raise ValueError(f"this line has no way out '{way.replace('-', ' ')}'")
    read_answer(item, raw)
    return raw


def paper_sum(instrument: Instrument, raw: dict[str, str]) -> float:
    """Add up the numbers as they stand on the paper, those of the main scale only; nothing is turned round."""
    items = instrument.items_of(instrument.main_scale)
    total = 0
    for item in instrument.number_items:
        if item.id in items and raw.get(item.id):
            value = read_answer(item, raw[item.id])
            total += 0 if math.isnan(value) else round(value * TICK)
    return total / TICK


def prompt_for(instrument: Instrument, number: int, words: str = "") -> str:
    """Write the question for one item: its place, its words or label, and what may be typed."""
    item = instrument.number_items[number]
    if item.options:
        codes = {format(option.value, "g"): option.code or option.label for option in reversed(item.options)}
        allowed = ", ".join(f"{value} {code}" if code and code != value else value for value, code in codes.items())
    else:
        allowed = f"{item.minimum:g}-{item.maximum:g}" + ("" if item.step == 1 else f" in {item.step:g}")
    return f"{number + 1}/{len(instrument.number_items)} {words or item.label or item.id} [{allowed}]"
