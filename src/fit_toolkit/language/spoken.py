"""The language that is spoken just now, and messages in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fit_toolkit.language.packs import ENGLISH, Language

_NOW: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def spoken() -> Language:
    """Give the language that is spoken now; English unless somebody set another."""
    return _NOW.get()


@contextmanager
def speaking(language: Language) -> Iterator[Language]:
    """Speak a language for as long as this lasts."""
    before = _NOW.set(language)
    try:
        yield language
    finally:
        _NOW.reset(before)


def say(message: str, /, **fields: object) -> str:
    """Give a message in the language spoken now, with its named fields such as %(n)s filled in."""
    text = _NOW.get().gettext(message)
    return text % fields if fields else text


def plural(one: str, many: str, n: int, /, **fields: object) -> str:
    """Give the form of a message that goes with the number `n`, which is filled in as `num`."""
    return _NOW.get().ngettext(one, many, n) % {"num": n, **fields}


def mark(message: str) -> str:
    """Mark a message that is kept in English and said later, so that translators are shown it."""
    return message


def decimals(text: str) -> str:
    """Write a number that was formatted with a point with the decimal sign of the language spoken now."""
    return text.replace(".", _NOW.get().decimal)
