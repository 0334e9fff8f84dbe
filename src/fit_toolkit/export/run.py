"""One export: a writer writes into a hidden folder, which gets its name when all is well and the record says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.engine.writing import write
from fit_toolkit.errors import ConfigError, UsageError
from fit_toolkit.export import manifest
from fit_toolkit.export.names import Names
from fit_toolkit.export.parts import Source
from fit_toolkit.model.writing import Export, ExportPart, Writer
from fit_toolkit.store import handing_on
from fit_toolkit.store.workplace import work_beside

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.engine import Provided
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.store import Store

Told = Callable[[str, int, int], object]
OURS = ("open", "local")  # licences under which our or the practice's own labels may go on


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is to be handed on, and how."""

    wanted: handing_on.Wanted
    folder: Path
    key: bytes | None
    pseudonyms: str  # none, stable or fresh
    texts: bool = False
    raw: bool = False
    zone: str = "UTC"  # of the practice: what time an appointment is
    now: datetime
    today: date
    version: str

    @property
    def filters(self) -> dict[str, Any]:
        """What was left out, as plain data; codes of people only where codes are told anyway."""
        named = {"therapists", "episodes", "labels"}  # a label may name somebody
        values = msgspec.to_builtins(self.wanted)
        hidden = {name: f"{len(values[name])} given" for name in named if values[name] and self.key is not None}
        return {name: value for name, value in (values | hidden).items() if value and name != "all_states"}


@dataclass(frozen=True)
class Done:
    """What was written where."""

    folder: Path
    counts: manifest.Counts
    files: Sequence[Mapping[str, Any]]


def run_export(store: Store, catalog: Catalog, provided: Provided, writer: Writer, ask: Ask, told: Told) -> Done:
    """Write an export into a folder that does not exist yet, or is empty; all of it appears at once, or nothing.

    Raises:
        PluginFailureError: the writer failed; nothing was written.
    """
    with _aside(ask.folder) as files:
        with store.read() as c:
            instruments = _instruments(catalog, handing_on.instruments_rated(c, ask.wanted))
            source = Source(c, ask.wanted, Names(ask.key), instruments, ask.texts, ask.zone)
            counter = _Counter(source, sum(each.forms for each in source.clients()), told)
            export = Export(
                counter.parts,
                {id: _definition(each, catalog.hash(id)) for id, each in instruments.items()},
                manifest.moment_of(ask.now),
                identified=ask.key is None,
                texts=ask.texts,
                all_states=ask.wanted.all_states,
                raw=ask.raw,
                filters={name: str(value) for name, value in ask.filters.items()},
            )
            rows = write(provided, writer, export, files)
            counts = counter.counted()
        listed = manifest.listed(files, rows)
        if any(each["path"] == manifest.FILE for each in listed):
            raise ConfigError(f"the writer {provided.kind!r} wrote a file called {manifest.FILE}, which is ours")
        manifest.write_manifest(files, _about(provided, export, ask, counts, listed))
        _make_private(files)
        with store.begin() as c:
            handing_on.note(
                c, source.told, at=ask.now, as_of=ask.today, version=ask.version, counts=_noted(provided, ask, counts)
            )
        _put(files, ask.folder)
    return Done(ask.folder, counts, listed)


class _Counter:
    """Hands the parts on, and counts what passes; a writer may go through them more than once."""

    def __init__(self, source: Source, forms: int, told: Told) -> None:
        self._source = source
        self._forms = forms
        self._told = told
        self._whole: manifest.Counts | None = None

    def parts(self) -> Iterator[ExportPart]:
        counts = manifest.Counts()
        for part in self._source.parts():
            counts.add(part)
            yield part
            self._told("writing", counts.administrations, self._forms)
        self._whole = counts

    def counted(self) -> manifest.Counts:
        """Give the counts of a whole pass; one is made where the writer did not look at everything."""
        if self._whole is None:
            for _ in self.parts():
                pass
        return self._whole or manifest.Counts()


def _instruments(catalog: Catalog, ids: Sequence[str]) -> dict[str, Instrument]:
    lost = [id for id in ids if id not in catalog]
    if lost:
        hint = "put their definitions back into instruments/, or name those to export: --instrument ID"
        raise ConfigError(f"there are ratings of instruments that are not here: {', '.join(lost)}", hint=hint)
    return {id: catalog.get(id) for id in ids}


def _definition(instrument: Instrument, digest: str) -> dict[str, Any]:
    """Give a definition as plain data; labels that may be somebody's wording are left out."""
    plain: dict[str, Any] = msgspec.to_builtins(instrument)
    for name in ("tests", "suggests"):
        plain.pop(name, None)
    if instrument.licence.text_included and instrument.licence.status not in OURS:
        for item in plain.get("items", ()):
            for each in (item, *item.get("options", ())):
                each.pop("label", None)
        for options in plain.get("option_sets", {}).values():
            for each in options:
                each.pop("label", None)
    return plain | {"definition_hash": digest}


def _about(
    provided: Provided, export: Export, ask: Ask, counts: manifest.Counts, files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    said = [manifest.IDENTIFIED if export.identified else manifest.PSEUDONYMISED]
    said += [manifest.WITH_TEXTS] if export.texts else []
    return {
        "schema": manifest.SCHEMA,
        "format": provided.kind,
        "writer": f"{provided.plugin} {provided.version}".rstrip(),
        "toolkit": ask.version,
        "made_at": export.made_at.isoformat(),
        "pseudonyms": ask.pseudonyms,
        "free_text": export.texts,
        "states": "all" if export.all_states else "valid",
        "formulas": "as they are" if export.raw else "guarded with a quote mark",
        "filters": ask.filters,
        "small_print": " ".join(said),
        "counts": counts.plain(),
        "definitions": list(counts.definition_rows()),
        "files": list(files),
    }


def _noted(provided: Provided, ask: Ask, counts: manifest.Counts) -> dict[str, Any]:
    """What the store keeps of an export: no code of an episode, which may be made of that of a client."""
    wanted = {name: value for name, value in msgspec.to_builtins(ask.wanted).items() if value}
    if ask.wanted.episodes:
        wanted["episodes"] = len(ask.wanted.episodes)
    return counts.plain() | {
        "format": provided.kind, "pseudonyms": ask.pseudonyms, "free_text": ask.texts, "wanted": wanted
    }  # fmt: skip


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Work in a hidden folder beside the one that is to be; it is gone afterwards, whatever happens."""
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("this is there already and is not empty", where=str(folder), hint="name a new folder: -o DIR")
    if not folder.parent.is_dir():
        raise UsageError("there is no such folder to write into", where=str(folder.parent))
    with work_beside(folder) as work:
        yield work.files


def _make_private(files: Path) -> None:
    for place, folders, names in os.walk(files):
        for name in folders:
            Path(place, name).chmod(0o700)
        for name in names:
            Path(place, name).chmod(0o600)


def _put(files: Path, folder: Path) -> None:
    with suppress(FileNotFoundError):
        folder.rmdir()  # it was empty; where it is no longer, this refuses
    files.rename(folder)
