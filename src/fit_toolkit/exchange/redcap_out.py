"""A definition as a REDCap data dictionary: 18 columns, and a calculated field only where it is exactly right."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode

import msgspec

from fit_toolkit.exchange.label import NOT_THE_WORDS, Labels, lost, refuse_totals
from fit_toolkit.exchange.redcap import COLUMNS, OURS
from fit_toolkit.exchange.text import decimal, inert, is_whole
from fit_toolkit.model.instrument import Instrument, Item, Scale

_RAW = re.compile(r"-?[A-Za-z0-9_.]{1,100}")  # what REDCap takes as the code of a choice
# What a scale may say beside its items and its turning round without being more than a sum of all of them.
_PLAIN_SUM = {"id", "range", "title", "items", "method", "reverse", "direction", "step"}
_FIGURES = {"cutoffs", "band_sets", "reliability", "sds", "reliable_change"}


def dictionary(instrument: Instrument, labels: Labels) -> str:
    """Write the data dictionary: a record id, every item, and the totals that REDCap can compute without error."""
    refuse_totals(instrument)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    form = prefix(instrument)
    rows = [_row(field_name="record_id", form_name=form, field_type="text", field_label="Record ID")]
    rows += [
        _row(field_name=f"{form}_intro_{at}", form_name=form, field_type="descriptive", field_label=inert(text))
        for at, text in enumerate(labels.introduction, start=1)
    ]
    rows += [_item(instrument, item, labels) for item in instrument.items]
    rows += [_total(instrument, scale) for scale in instrument.scales if expression(instrument, scale)]
    writer.writerows(rows)
    return target.getvalue()


def notices(instrument: Instrument, labels: Labels) -> list[str]:
    """Say what the file does not hold, and what uploading it does."""
    found = lost(instrument, has_words=labels.wording is not None)
    if labels.wording is None:
        found.append(f"no words: items carry labels marked as `{NOT_THE_WORDS}`")
    without = [scale.id for scale in instrument.scales if not expression(instrument, scale)]
    if without:
        found.append(f"no calculated field for {', '.join(without)}: REDCap could not compute it exactly as defined")
    first = prefix(instrument) + "_" + instrument.items[0].id
    instead = "for one that has forms, put these rows, without record_id, under its own"
    return [
        *found,
        f"the columns will be called {first} and so on; `fit import FILE --save-map MAP` recognises them",
        f"uploading a dictionary replaces all forms of a project: {instead}",
    ]


def prefix(instrument: Instrument) -> str:
    """Begin every field with the instrument's id, because names are unique in a whole project."""
    return instrument.id.replace("-", "_")


def field(instrument: Instrument, name: str) -> str:
    """Name the field of an item or a scale."""
    return f"{prefix(instrument)}_{name.replace('-', '_')}"


def expression(instrument: Instrument, scale: Scale) -> str:
    """Give the calculation of a plain sum, blank unless every item is answered; nothing where a sum is not all there is.

    REDCap's `sum` passes over blank fields, which would make a low score of a gap, so blanks are asked for first.
    """
    usual = {each.name: each.default if each.default_factory is msgspec.NODEFAULT else each.default_factory()
             for each in msgspec.structs.fields(Scale) if not each.required}  # fmt: skip
    beyond = any(
        getattr(scale, name) != default for name, default in usual.items() if name not in _PLAIN_SUM | _FIGURES
    )
    if scale.method != "sum" or not scale.items or beyond or instrument.skips:
        return ""
    terms = []
    for id in scale.items:
        item = instrument.item(id)
        if item.asked or not _counts_as_typed(item):
            return ""
        name = f"[{field(instrument, id)}]"
        turned = item.minimum + item.maximum
        terms.append(f"({decimal(turned)}-{name})" if id in scale.reverse else name)
    blank = " or ".join(f'[{field(instrument, id)}]=""' for id in scale.items)
    return f'if({blank}, "NaN", sum({", ".join(terms)}))'


def _counts_as_typed(item: Item) -> bool:
    """Say whether what REDCap stores for every answer is the whole number that it counts."""
    if item.options:
        return all(raw == decimal(option.value) and is_whole(option.value)
                   for raw, option in zip(_raws(item), item.options, strict=True))  # fmt: skip
    return is_whole(item.minimum, item.maximum, item.step)


def _total(instrument: Instrument, scale: Scale) -> list[str]:
    return _row(
        field_name=field(instrument, scale.id), form_name=prefix(instrument), field_type="calc",
        field_label=inert(scale.title or scale.id), select_choices_or_calculations=expression(instrument, scale),
    )  # fmt: skip


def _item(instrument: Instrument, item: Item, labels: Labels) -> list[str]:
    cells: dict[str, str] = {
        "field_name": field(instrument, item.id),
        "form_name": prefix(instrument),
        "field_label": inert(labels.item(item)),
        "field_note": inert(_ends(item, labels)),
        "field_annotation": OURS + urlencode(_ours(item)),
    }
    if item.is_text:
        return _row(field_type="notes", **cells)
    if item.options:
        choices = (f"{raw}, {_words(labels, item, at)}" for at, raw in enumerate(_raws(item)))
        return _row(field_type="radio", select_choices_or_calculations=" | ".join(choices), **cells)
    whole = is_whole(item.minimum, item.maximum, item.step)
    return _row(
        field_type="text", text_validation_type_or_show_slider_number="integer" if whole else "number",
        text_validation_min=decimal(item.minimum), text_validation_max=decimal(item.maximum), **cells,
    )  # fmt: skip


def _ends(item: Item, labels: Labels) -> str:
    """Write the words at the two ends of a line into one note."""
    low, high = labels.ends(item)
    pairs = ((item.minimum, low), (item.maximum, high))
    return "; ".join(f"{decimal(value)}: {words}" for value, words in pairs if words)


def _words(labels: Labels, item: Item, at: int) -> str:
    return " ".join(labels.answer(item, item.options[at]).replace("|", "/").split())


def _raws(item: Item) -> list[str]:
    """Choose what REDCap stores for each answer: our code, else its value, else its place in the list."""
    codes = [option.code for option in item.options]
    values = [decimal(option.value) for option in item.options]
    if all(_RAW.fullmatch(code) for code in codes) and len(set(codes)) == len(codes):
        return codes
    return values if len(set(values)) == len(values) else [f"a{place}" for place in range(1, len(codes) + 1)]


def _ours(item: Item) -> list[tuple[str, str]]:
    """List what the dictionary has no column for, so that coming back nothing is lost."""
    found = [("id", item.id), ("label", item.label)]
    found += [(f"alias.{place}", each) for place, each in enumerate(item.aliases, start=1)]
    if item.step != 1:
        found.append(("step", decimal(item.step)))
    for raw, option in zip(_raws(item), item.options, strict=True) if item.options else ():
        if raw != decimal(option.value):
            found.append((f"value.{raw}", decimal(option.value)))
        if raw != option.code:
            found.append((f"code.{raw}", option.code or decimal(option.value)))
    return found


def _row(**cells: Any) -> list[str]:
    return [cells.get(name, "") for name in COLUMNS.values()]
