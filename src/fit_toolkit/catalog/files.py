"""Definition files read into records, or into a list of everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from fit_toolkit.catalog import checks_items, checks_made, checks_people, checks_scales
from fit_toolkit.catalog.checks_items import Problem
from fit_toolkit.catalog.convert import convert, convert_mended, nearest
from fit_toolkit.catalog.finding import Finding
from fit_toolkit.catalog.words import check_wording
from fit_toolkit.catalog.yaml import MAX_BYTES, Document, read
from fit_toolkit.errors import ConfigError
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.norms import NormSet
from fit_toolkit.model.wording import Wording

File: TypeAlias = FilePath | Traversable
T = TypeVar("T", bound=Struct)

CHECKS: tuple[Callable[[Instrument], Iterator[Problem]], ...] = (
    checks_items.check_names,
    checks_people.check_aliases,
    checks_scales.check_shape,
    checks_items.check_items,
    checks_scales.check_scales,
    checks_made.check_parts,
    checks_made.check_recode,
    checks_made.check_result,
    checks_scales.check_figures,
    checks_people.check_who,
    checks_items.check_risk,
    checks_items.check_skips,
    checks_people.check_suggests,
    checks_items.check_sources,
    checks_scales.check_tests,
)


_sound: dict[tuple[str, bytes], Instrument] = {}  # by path and what is in the file: to read YAML takes 20 ms


def open_document(path: File | str) -> Document:
    """Read a file as YAML, without reading more than a definition may hold."""
    return read(_bytes(path), str(path))


def _bytes(path: File | str) -> bytes:
    file = FilePath(path) if isinstance(path, str) else path
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or 'no such file'}", where=str(path)) from error


def read_instrument(path: File | str) -> tuple[Document, Instrument | None]:
    """Read and check a definition; the record is None when the file does not fit the format."""
    return _read(open_document(path), str(path))


def check_text(text: bytes, file: str) -> list[Finding]:
    """List everything that is wrong with the text of a definition that is to be called `file`."""
    return sorted(_read(read(text, file), file)[0].findings)


def _read(document: Document, path: str) -> tuple[Document, Instrument | None]:
    fits = convert(document, Instrument)
    instrument = _expand(document, fits or convert_mended(document, Instrument))
    if instrument is None:
        return document, None
    said = {(each.line, each.column) for each in document.findings}
    name = path.replace("\\", "/").rpartition("/")[2]
    if name.rpartition(".")[0] != instrument.id and document.place(("id",)) not in said:
        document.report(("id",), "FI201", f"the file is called {name}, so the id has to be the same, or the other way")
    for check in CHECKS:
        for where, code, message in check(instrument):
            if fits or document.place(where) not in said:  # what does not fit is said already
                document.report(where, code, message)
    return document, instrument if fits else None


def check_file(path: File | str) -> list[Finding]:
    """List everything that is wrong with a definition, in the order of the file; worked tests are not run here."""
    return sorted(read_instrument(path)[0].findings)


def load_instrument(path: File | str, *, allow_findings: bool = False) -> Instrument:
    """Read a definition that has to be right; `allow_findings` lets a readable but faulty one through."""
    text = _bytes(path)
    key = (str(path), text)
    if key in _sound:
        return _sound[key]
    document, instrument = _read(read(text, str(path)), str(path))
    if instrument is None or (document.findings and not allow_findings):
        raise _refusal(document, "fit instruments check")
    if not document.findings:
        _sound[key] = instrument
    return instrument


def load_wording(path: File | str) -> Wording:
    """Read the words of a form."""
    return _load(path, Wording)


def load_norms(path: File | str) -> NormSet:
    """Read a norm set."""
    return _load(path, NormSet)


def read_wording(path: File | str, instrument: Instrument) -> Document:
    """Read and check the words of a form against its definition."""
    document = open_document(path)
    wording = convert(document, Wording)
    if wording is not None:
        check_wording(document, wording, instrument)
    return document


def check_words(text: bytes, file: str, instrument: Instrument) -> list[Finding]:
    """List everything that is wrong with the text of a wording file that is to be called `file`."""
    document = read(text, file)
    wording = convert(document, Wording)
    if wording is not None:
        check_wording(document, wording, instrument)
        if wording.instrument != instrument.id:
            document.report(("instrument",), "FI300", f"the words belong to '{wording.instrument}'")
    return sorted(document.findings)


def _load(path: File | str, kind: type[T]) -> T:
    document = open_document(path)
    record = convert(document, kind)
    if record is None or document.findings:
        raise _refusal(document, "")
    return record


def _refusal(document: Document, command: str) -> ConfigError:
    first, more = min(document.findings), len(document.findings) - 1
    place = f"{first.file}:{first.line}:{first.column}"
    hint = f"{more} more" if more else ""
    if command:
        hint = f"{hint}; {command} {first.file} lists all" if hint else f"{command} {first.file}"
    return ConfigError(f"{first.code} {first.message}", where=place, hint=hint)


def _expand(document: Document, instrument: Instrument | None) -> Instrument | None:
    """Put the options of a named list in place of its name."""
    if instrument is None:
        return None
    items = []
    for number, written in enumerate(instrument.items):
        item = written
        path = ("items", number, "option_set")
        if item.option_set and item.option_set not in instrument.option_sets:
            hint = nearest(item.option_set, instrument.option_sets) if instrument.option_sets else "there are none"
            document.report(path, "FI206", f"no list '{item.option_set}' under `option_sets`; {hint}")
        elif item.option_set and item.options:
            document.report(path, "FI206", "give `options` or `option_set`, not both")
        elif item.option_set:
            item = msgspec.structs.replace(item, options=instrument.option_sets[item.option_set])
        if item.options:
            item = msgspec.structs.replace(item, type="choice")
        items.append(item)
    return msgspec.structs.replace(instrument, items=tuple(items))
