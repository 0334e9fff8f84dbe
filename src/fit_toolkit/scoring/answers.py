"""Raw text to numbers: what can be read exactly is read, everything else is named as a problem and never guessed."""

from __future__ import annotations

import math
import re
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.model.instrument import Instrument, Item
from fit_toolkit.scoring.grid import Floats

Decimal: TypeAlias = Literal[".", ","]

_NUMBER: Final = {
    ".": re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII),
    ",": re.compile(r"-?[0-9]{1,9}(,[0-9]{1,6})?", re.ASCII),
}
WAYS_OUT: Final = ("does-not-fit", "rather-not-say", "not-applicable")


class UnreadableError(ValueError):
    """A text is no answer to its item; the message says what would be, and never repeats the text."""


def read_answer(item: Item, text: str, decimal: Decimal = ".") -> float:
    """Read one answer: NaN where nothing was answered or a way out was taken; `UnreadableError` where it is no answer.

    A choice may be given by its value, its code or its label. `not-applicable` is for the items that offer it.
    """
    word = _word(text)
    for option in item.options:
        if word and word in (_word(option.code), _word(option.label)):
            return option.value
    if not word or (word in WAYS_OUT and (word != "not-applicable" or word in item.ways_out)):
        return math.nan
    if not _NUMBER[decimal].fullmatch(text.strip()):
        raise UnreadableError(_expected(item) + _other_sign(item, text, decimal))
    value = float(text.strip().replace(",", "."))
    if not item.accepts(value):
        raise UnreadableError(_expected(item))
    return value


def read_numbers(instrument: Instrument, raw: DataFrame, decimal: Decimal = ".") -> tuple[DataFrame, DataFrame]:
    """Read a table of raw texts, one column per item; free text is left alone and is in neither result.

    Gives the numbers (one float column per item that takes one; NaN where unanswered or unreadable) and the problems:
    `row` (position), `item`, `raw`, `problem`.
    """
    for column in raw.columns:
        instrument.item(str(column))
    count, numbers, problems = len(raw), {}, []
    for item in instrument.number_items:
        values = np.full(count, math.nan)
        if item.id in raw.columns:
            codes, texts = pd.factorize(raw[item.id].fillna("").astype(str), use_na_sentinel=False)
            read, wrong = _read_all(item, [str(text) for text in texts], decimal)
            values = read[codes] if count else values
            for row in np.flatnonzero(np.isin(codes, list(wrong))) if wrong else ():
                code = int(codes[row])
                problems.append((int(row), item.id, str(texts[code]), wrong[code]))
        numbers[item.id] = values
    problems.sort(key=lambda each: each[0])
    return DataFrame(numbers, index=range(count)), DataFrame(problems, columns=["row", "item", "raw", "problem"])


def plain_number(text: str, decimal: Decimal = ".") -> float:
    """Read a number that is written plainly, permitted or not; NaN where it is none."""
    plain = text.strip()
    return float(plain.replace(",", ".")) if _NUMBER[decimal].fullmatch(plain) else math.nan


def way_out(text: str) -> str:
    """Say which way out a raw answer takes: `does-not-fit`, `rather-not-say`, `not-applicable`, or none."""
    word = _word(text)
    return word if word in WAYS_OUT else ""


def _read_all(item: Item, texts: list[str], decimal: Decimal) -> tuple[Floats, dict[int, str]]:
    values, wrong = np.full(len(texts), math.nan), {}
    for code, text in enumerate(texts):
        try:
            values[code] = read_answer(item, text, decimal)
        except UnreadableError as error:
            wrong[code] = str(error)
    return values, wrong


def _word(text: str) -> str:
    """Bring a code or label to one form: lower case, hyphens for gaps."""
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())


def _other_sign(item: Item, text: str, decimal: Decimal) -> str:
    """Say so when it was only the decimal sign that kept an answer from being read."""
    other: Decimal = "," if decimal == "." else "."
    fits = _NUMBER[other].fullmatch(text.strip()) and item.accepts(float(text.strip().replace(",", ".")))
    return f", with a decimal {'point' if decimal == '.' else 'comma'}" if fits else ""


def _expected(item: Item) -> str:
    if item.options:
        listed = ", ".join(
            f"{option.value:g} ({option.code})"
            if option.code and option.code != f"{option.value:g}"
            else f"{option.value:g}"
            for option in item.options
        )
        return f"expected one of {listed}"
    steps = "whole numbers" if item.step == 1 else f"steps of {item.step:g}"
    return f"expected {item.minimum:g} to {item.maximum:g} in {steps}"
