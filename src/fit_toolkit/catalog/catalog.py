"""All definitions a practice can use: found by name at once, read when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, cast

from fit_toolkit.catalog.convert import nearest
from fit_toolkit.catalog.files import File, load_instrument, load_norms, load_wording
from fit_toolkit.catalog.hashing import definition_hash
from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.norms import NormSet
from fit_toolkit.model.wording import Wording

R = TypeVar("R")
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Catalog:
    """Instruments, wordings, norm sets and curve packs of some folders; each file is read once, when asked for."""

    files: dict[str, File]
    wordings: dict[tuple[str, str], File]
    norm_files: dict[str, File]
    curve_files: dict[str, File] = field(default_factory=dict)
    _read: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def ids(self) -> tuple[str, ...]:
        """List the ids of all instruments."""
        return tuple(sorted(self.files))

    def __contains__(self, id: object) -> bool:
        """Say whether there is an instrument of this id."""
        return id in self.files

    def __iter__(self) -> Iterator[Instrument]:
        """Go through all instruments, by id."""
        return (self.get(id) for id in self.ids())

    def get(self, id: str) -> Instrument:
        """Give an instrument; an unknown id is refused with the nearest known one."""
        if id not in self.files:
            stem = id.rpartition("/")[2].removesuffix(".yaml")  # a file's name where an id is due
            raise DataError(f"there is no instrument '{id}'", hint=nearest(stem, self.files))
        return self._once(("instrument", id), lambda: load_instrument(self.files[id]))

    def readable(self, ids: Iterable[str]) -> Catalog:
        """Give the same catalog without those of `ids`, and of their counterparts, that cannot be read."""
        broken = set()
        asked = [id for id in ids if id in self.files]
        for id in asked:
            try:
                other = self.get(id).counterpart
            except ConfigError:
                broken.add(id)
            else:
                asked += [other] if other in self.files and other not in asked else []
        if not broken:
            return self
        return replace(self, files={id: file for id, file in self.files.items() if id not in broken})

    def hash(self, id: str) -> str:
        """Give the fingerprint of the scoring part of an instrument."""
        return self._once(("hash", id), lambda: definition_hash(self.get(id)))

    def languages(self, id: str) -> tuple[str, ...]:
        """List the languages in which an instrument has words."""
        return tuple(sorted(language for each, language in self.wordings if each == id))

    def wording(self, id: str, language: str) -> Wording | None:
        """Give the words of an instrument in a language, or in the language without its region, or None."""
        for tag in dict.fromkeys((language, language.partition("-")[0])):
            if (id, tag) in self.wordings:
                return self._once(("wording", id, tag), partial(self._wording, id, tag))
        return None

    def usable_wording(self, id: str, language: str) -> Wording | None:
        """Give the words as `wording` does, but None where they do not fit: a sheet is made without them all the same."""
        try:
            return self.wording(id, language)
        except FitError:
            return None

    def norms(self, name: str) -> NormSet:
        """Give a norm set; an unknown name is refused with the nearest known one."""
        if name not in self.norm_files:
            hint = nearest(name, self.norm_files) if self.norm_files else "there are none yet"
            raise DataError(f"there is no norm set '{name}'", hint=hint)
        return self._once(("norms", name), lambda: load_norms(self.norm_files[name]))

    def curve_file(self, name: str) -> File:
        """Give the file of a curve pack, unread; an unknown name is refused with the nearest known one."""
        if name not in self.curve_files:
            hint = nearest(name, self.curve_files) if self.curve_files else "there are none yet"
            raise DataError(f"there is no curve pack '{name}'", hint=hint)
        return self.curve_files[name]

    def _wording(self, id: str, language: str) -> Wording:
        file = self.wordings[id, language]
        wording = load_wording(file)
        if (wording.instrument, wording.language) != (id, language):
            raise ConfigError(f"says instrument '{wording.instrument}', language '{wording.language}'", where=str(file))
        if wording.version != self.get(id).version:
            message = f"the words belong to version {wording.version}, the definition is {self.get(id).version}"
            raise ConfigError(message, where=str(file))
        return wording

    def _once(self, key: tuple[str, ...], read: Callable[[], R]) -> R:
        if key not in self._read:
            self._read[key] = read()
        return cast("R", self._read[key])


def build(folders: Sequence[File]) -> Catalog:
    """Find the definitions in folders (or single files); an id that two of them give is an error naming both.

    A folder holds `<id>.yaml`, `wording/<language>/<id>.yaml`, `norms/<name>.yaml` and
    `curves/<name>.json`.
    """
    catalog = Catalog({}, {}, {})
    for folder in folders:
        if folder.is_file():
            _add(catalog.files, _stem(folder), folder, "instrument")
            continue
        for file in _definitions(folder):
            _add(catalog.files, _stem(file), file, "instrument")
        for file in _definitions(_child(folder, "norms")):
            _add(catalog.norm_files, _stem(file), file, "norm set")
        for file in _definitions(_child(folder, "curves")):
            _add(catalog.curve_files, _stem(file), file, "curve pack")
        for language in _entries(_child(folder, "wording")):
            for file in _definitions(language):
                _add(catalog.wordings, (_stem(file), language.name), file, "wording")
    return catalog


def bundled() -> File:
    """Give the folder of definitions that come with the toolkit."""
    return resources.files("fit_toolkit.instruments")


def _add(files: dict[Any, File], key: Any, file: File, what: str) -> None:
    if key in files:
        name = " in ".join(key) if isinstance(key, tuple) else key
        hint = "rename one: a changed instrument is another instrument"
        raise ConfigError(f"two files give the {what} '{name}': {files[key]} and {file}", hint=hint)
    files[key] = file


def _entries(folder: File | None) -> Iterable[File]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(folder.iterdir(), key=lambda each: each.name)


def _definitions(folder: File | None) -> Iterable[File]:
    for file in _entries(folder):
        if file.name.endswith(SUFFIXES) and not file.name.startswith((".", "_")) and file.is_file():
            yield file


def _child(folder: File, name: str) -> File | None:
    child = Path(folder, name) if isinstance(folder, Path) else folder.joinpath(name)
    return child if child.is_dir() else None


def _stem(file: File) -> str:
    return file.name.rpartition(".")[0]
