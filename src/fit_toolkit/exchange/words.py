"""The words of a foreign form as a wording pack, for a practice that says under which licence it uses them."""

from __future__ import annotations

import re

from fit_toolkit.catalog.words_file import as_yaml
from fit_toolkit.errors import UsageError
from fit_toolkit.exchange.decide import Decisions, Settled
from fit_toolkit.exchange.definition import instrument_id
from fit_toolkit.exchange.draft import Field
from fit_toolkit.exchange.text import plain
from fit_toolkit.model.instrument import Item, Option
from fit_toolkit.model.wording import LANGUAGE, ItemWording, Wording


def language_of(settled: Settled, decided: Decisions) -> str:
    """Give the language of the words: as said, else as the file says."""
    language = decided.language or settled.form.language
    if not re.fullmatch(LANGUAGE, language):
        raise UsageError("in which language are the words?", hint="--language en")
    return language


def wording(settled: Settled, decided: Decisions, licence: str) -> str:
    """Write the wording pack; refused when an item or an answer has no words in the file."""
    silent = [field.name for field in settled.fields if not field.text]
    if silent:
        names = ", ".join(plain(each, 40) for each in silent[:10])
        raise UsageError(f"these fields have no words in the file: {names}", hint="leave --with-wording away")
    form = settled.form
    id = instrument_id(settled, decided)
    words = Wording(
        format="fit-wording/1",
        instrument=id,
        version=plain(form.version, 40) or "1",
        language=language_of(settled, decided),
        title=plain(decided.title or form.title or id),
        licence=plain(licence, 400),
        holder=plain(form.holder),
        items={item.id: _item(item, field) for item, field in zip(settled.items, settled.fields, strict=True)},
    )
    return as_yaml(
        words, f"# The words of a {form.source}, taken over as they stand there; compare them with the published form."
    )


def _item(item: Item, field: Field) -> ItemWording:
    texts = {choice.code: choice.text for choice in field.choices}
    return ItemWording(
        text=plain(field.text, 2000),
        low=plain(field.low, 1000),
        high=plain(field.high, 1000),
        help=plain(field.help, 1000),
        options={option.code: _answer(option, texts) for option in item.options},
    )


def _answer(option: Option, texts: dict[str, str]) -> str:
    return plain(texts.get(option.code) or texts.get(option.code.removeprefix("code-")) or option.code, 500)
