"""The words of a foreign form as a wording pack, for a practice that says under which licence it uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fit_toolkit.errors import UsageError
from fit_toolkit.exchange.decide import Decisions, Settled
from fit_toolkit.exchange.definition import instrument_id
from fit_toolkit.exchange.text import plain, quoted
from fit_toolkit.model.instrument import Option

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def language_of(settled: Settled, decided: Decisions) -> str:
    """Give the language of the words: as said, else as the file says."""
    language = decided.language or settled.form.language
    if not _LANGUAGE.fullmatch(language):
        raise UsageError("in which language are the words?", hint="--language en")
    return language


def wording(settled: Settled, decided: Decisions, licence: str) -> str:
    """Write the wording pack; refused when an item or an answer has no words in the file."""
    silent = [field.name for field in settled.fields if not field.text]
    if silent:
        names = ", ".join(plain(each, 40) for each in silent[:10])
        raise UsageError(f"these fields have no words in the file: {names}", hint="leave --with-wording away")
    form = settled.form
    return "\n".join([
        f"# The words of a {form.source}, taken over as they stand there; compare them with the published form.",
        "format: fit-wording/1",
        f"instrument: {instrument_id(settled, decided)}",
        f"version: {quoted(plain(form.version, 40) or '1')}",
        f"language: {language_of(settled, decided)}",
        f"title: {quoted(plain(decided.title or form.title or instrument_id(settled, decided)))}",
        f"licence: {quoted(plain(licence, 400))}",
        *([f"holder: {quoted(plain(form.holder))}"] if form.holder else []),
        "",
        "items:",
        *_items(settled),
    ]) + "\n"  # fmt: skip


def _items(settled: Settled) -> Iterator[str]:
    for item, field in zip(settled.items, settled.fields, strict=True):
        yield f"  {item.id}:"
        yield f"    text: {quoted(plain(field.text, 2000))}"
        for name, words in (("low", field.low), ("high", field.high), ("help", field.help)):
            if words:
                yield f"    {name}: {quoted(plain(words, 1000))}"
        if item.options:
            texts = {choice.code: choice.text for choice in field.choices}
            pairs = ", ".join(f"{quoted(each.code)}: {quoted(_words(each, texts))}" for each in item.options)
            yield f"    options: {{{pairs}}}"


def _words(option: Option, texts: dict[str, str]) -> str:
    return plain(texts.get(option.code) or texts.get(option.code.removeprefix("code-")) or option.code, 500)
