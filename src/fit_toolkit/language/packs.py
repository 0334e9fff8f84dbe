"""Language packs: .po files read once per process, the practice's own in front of the bundled ones.

A pack is somebody's text, so each message is looked at: one that names a field its English does not have, or has a
markup sign where the English has none, is left out, and the English stands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from fit_toolkit.errors import ConfigError

BUNDLED = "en"
FOLDER = "locales"
LARGEST = 1024 * 1024
INSTEAD = "the bundled words are used"
NAME = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
FIELD = re.compile(r"%\((\w+)\)s|%%|\{(\w+)(?::([^{}]*))?\}|(%|[{}])")
NUMBER_FORMAT = re.compile(r"[+]?\d{0,2}(?:\.\d)?[defg%]?")


@dataclass(frozen=True)
class Language:
    """One language as it is spoken here: its messages, its direction, its way of writing numbers."""

    code: str  # as HTML has it: de, de-CH
    locale: Locale
    translations: GNUTranslations | None = field(default=None, compare=False)
    problems: tuple[str, ...] = ()  # messages of a practice's own pack that are not used

    @property
    def direction(self) -> str:
        """Whether it is written from left to right (ltr) or from right to left (rtl)."""
        return str(self.locale.text_direction)

    @cached_property
    def decimal(self) -> str:
        """What stands between whole numbers and decimals."""
        return str(self.locale.number_symbols["latn"]["decimal"])

    def gettext(self, message: str) -> str:
        """Give a message in this language, in English where it has none."""
        return message if self.translations is None or not message else self.translations.gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Give the form of a message that goes with a number."""
        if self.translations is None:
            return one if n == 1 else many
        return self.translations.ngettext(one, many, n)


ENGLISH = Language(code=BUNDLED, locale=Locale.parse("en"))


def languages(practice: Path | None = None) -> tuple[str, ...]:
    """Give the languages there is a pack for, English among them."""
    own = sorted(practice.joinpath(FOLDER).glob("*.po")) if practice is not None else []
    bundled = [entry.name for entry in files("fit_toolkit.language").joinpath(FOLDER).iterdir()]
    names = {name.removesuffix(".po").replace("_", "-") for name in bundled if name.endswith(".po")}
    return tuple(sorted({BUNDLED, *names, *(path.stem.replace("_", "-") for path in own)}))


def has_pack(code: str, practice: Path | None = None) -> bool:
    """Whether there is a pack for a language, or, as for de-CH, for the one that it is a kind of."""
    return NAME.fullmatch(code) is not None and not {*_names(code)}.isdisjoint(
        f"{each.replace('-', '_')}.po" for each in languages(practice)
    )


def language_of(code: str, practice: Path | None = None) -> Language:
    """Give a language by its code, such as de or de-CH, with the packs of a practice in front of the bundled ones."""
    if code == BUNDLED and (practice is None or not (practice / FOLDER).is_dir()):
        return ENGLISH
    stamps = tuple(_stamp(practice / FOLDER / name) for name in _names(code)) if practice is not None else ()
    return _read(code, practice, stamps)


def _names(code: str) -> tuple[str, ...]:
    whole = code.replace("-", "_")
    return tuple(dict.fromkeys(f"{name}.po" for name in (whole, whole.partition("_")[0])))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=32)
def _read(code: str, practice: Path | None, _stamps: tuple[tuple[int, int], ...]) -> Language:
    if not NAME.fullmatch(code):
        return ENGLISH
    problems: list[str] = []
    first: GNUTranslations | None = None
    for text, where in _texts(code, practice, problems):
        try:
            found = _compiled(text, where, code, problems)
        except ConfigError as error:
            if not where:
                raise
            problems.append(f"{error}; {INSTEAD}")
            continue
        if first is None:
            first = found
        else:
            first.add_fallback(found)
    return Language(code=code.replace("_", "-"), locale=locale_of(code), translations=first, problems=tuple(problems))


@lru_cache(maxsize=64)
def locale_of(code: str) -> Locale:
    """How a language writes dates and numbers; English for one that nobody knows."""
    whole = code.replace("-", "_")
    for name in (whole, whole.partition("_")[0]):  # de-XX is German all the same
        with suppress(UnknownLocaleError, ValueError):
            return Locale.parse(name)
    return Locale.parse("en")


def _texts(code: str, practice: Path | None, problems: list[str]) -> Iterator[tuple[bytes, str]]:
    """The packs of a language, the nearest first; one of the practice's that cannot be opened is a problem."""
    if practice is not None:
        for name in _names(code):
            path, where = practice / FOLDER / name, f"{FOLDER}/{name}"
            if not path.is_file():
                continue
            try:
                text = path.read_bytes() if path.stat().st_size <= LARGEST else None
            except OSError as error:
                problems.append(f"{where}: the language pack cannot be read: {error.strerror}; {INSTEAD}")
                continue
            if text is None:
                problems.append(f"{where}: the language pack is larger than {LARGEST // 1024} kB; {INSTEAD}")
            else:
                yield text, where
    for name in _names(code):
        bundled = files("fit_toolkit.language").joinpath(FOLDER, name)
        if bundled.is_file():
            yield bundled.read_bytes(), ""


def _compiled(text: bytes, where: str, code: str, problems: list[str]) -> GNUTranslations:
    """Read one pack; `where` is empty for a bundled one, whose messages tests look at."""
    try:
        catalog = read_po(io.BytesIO(text), locale=str(locale_of(code)), abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        raise ConfigError("the language pack cannot be read", where=where, hint="msgfmt --check says why") from error
    if where:
        for message in [each for each in catalog if each.id and each.string]:
            if why := wrong(message):
                problems.append(f"{where}:{message.lineno or 0}: {why}")
                catalog.delete(message.id, message.context)
    return _machine(catalog)


def _machine(catalog: Catalog) -> GNUTranslations:
    out = io.BytesIO()
    write_mo(out, catalog)
    out.seek(0)
    return GNUTranslations(out)


def wrong(message: Message) -> str:
    """Say what is wrong with a translation, "" where nothing is."""
    english = _all(message.id)
    for text in _all(message.string):
        if not text:
            continue
        known = {name for each in english for name in fields(each)}
        if not set(fields(text)) <= known:
            return "it names a field that its English does not have"
        if stray(text) and not any(stray(each) for each in english):
            return "it has a stray %, { or }"
        if any(sign in text and not any(sign in each for each in english) for sign in "<>&"):
            return "it has a sign of HTML that its English does not have"
    return ""


def _all(text: Any) -> Sequence[str]:
    return (text,) if isinstance(text, str) else tuple(text)


def fields(text: str) -> tuple[str, ...]:
    """Give the named fields of a message, %(name)s or {name:format}."""
    return tuple(found[1] or found[2] for found in FIELD.finditer(text) if found[1] or found[2])


def stray(text: str) -> bool:
    """Whether a message has a sign of a field that is none, or a format no number has."""
    return any(
        found[4] or (found[3] is not None and not NUMBER_FORMAT.fullmatch(found[3])) for found in FIELD.finditer(text)
    )
