"""Finds plugins without importing any: bundled packages, drop-in files, entry points of installed packages."""

from __future__ import annotations

import difflib
import hashlib
import importlib
import os
import pkgutil
import re
import stat
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import msgspec

from fit_toolkit.engine.failing import one_line
from fit_toolkit.engine.installing import how_to_install
from fit_toolkit.engine.records import PluginFailure, Source
from fit_toolkit.errors import PluginError

GROUP = "fit_toolkit"
BUNDLED = "fit_toolkit.plugins"
DROP_INS = "plugins"
INTENDED_USE = "intended_use.txt"
MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\s*:\s*[A-Za-z_]\w*(\.[A-Za-z_]\w*)*)?")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class Refused(msgspec.Struct, frozen=True):
    """A plugin that is not even loaded, and why."""

    source: Source
    thing: str
    error: str

    @property
    def failure(self) -> PluginFailure:
        """The same as a failure of the plugin."""
        return PluginFailure(self.source.name, self.source.version, "", self.thing, self.error)


class Found(msgspec.Struct, frozen=True):
    """What discovery saw: plugins that may be loaded, and what was refused unread."""

    sources: tuple[Source, ...]
    refused: tuple[Refused, ...] = ()

    def source(self, name: str) -> Source:
        """Give one plugin by its name or its distribution's; PluginError names the nearest, or why it was refused."""
        wanted = plugin_name(name)
        for source in self.sources:
            if wanted in {source.name, *source.aliases}:
                return source
        for refused in self.refused:
            if refused.source.name == wanted:
                raise PluginError(str(refused.failure))
        raise no_such_plugin(name, [source.name for source in self.sources])


def discover(root: Path | None, *, third_party: bool = True) -> Found:
    """Find every plugin; `third_party=False` leaves everything but the bundled ones unlooked at.

    A name that two plugins carry is refused with a text that names both; neither is taken, but a bundled plugin keeps
    its name.
    """
    sources = list(bundled())
    refused: tuple[Refused, ...] = ()
    if third_party:
        if root is not None:
            found = drop_ins(root / DROP_INS)
            sources += found.sources
            refused = found.refused
        installed = packages()
        sources += installed.sources
        refused += installed.refused
    return _without_doubles(sources, refused)


def bundled() -> Iterator[Source]:
    """Give the plugins that ship with the toolkit: every sub-package of `fit_toolkit.plugins`."""
    import fit_toolkit

    for module in pkgutil.iter_modules(importlib.import_module(BUNDLED).__path__):
        if module.ispkg and not module.name.startswith("_"):
            yield Source(
                name=plugin_name(module.name),
                origin="bundled",
                module=f"{BUNDLED}.{module.name}",
                version=fit_toolkit.__version__,
                where="fit-toolkit",
                intended_use=_intended_use(module.name),
            )


def _intended_use(name: str) -> str:
    """The text that a bundled plugin carries when it is off until it is switched on; read without importing it."""
    text = resources.files(BUNDLED).joinpath(name, INTENDED_USE)
    return text.read_text(encoding="utf-8").strip() if text.is_file() else ""


def drop_ins(folder: Path) -> Found:
    """Give the files of the practice's `plugins` folder in sorted order, unless others may write there."""
    if not folder.is_dir():
        return Found(())
    if (problem := _writable_by_others(folder) or _replaceable(folder)) is not None:
        source = Source(name=DROP_INS, origin="drop-in", module="", where=f"{DROP_INS}/")
        return Found((), (Refused(source, "folder", problem),))
    sources, refused = [], []
    for file in sorted(folder.glob("*.py")):
        if file.name.startswith("_"):
            continue
        name = plugin_name(file.stem)
        problem = _problem(file, name)
        if problem is None:
            sources.append(_drop_in(file, name))
        else:
            where = f"{DROP_INS}/{one_line(file.name)}"
            source = Source(name=one_line(name)[:64], origin="drop-in", module="", where=where)
            refused.append(Refused(source, "file", problem))
    return Found(tuple(sources), tuple(refused))


def packages() -> Found:
    """Give the entry points of the group `fit_toolkit`, read from metadata alone."""
    sources, refused = [], []
    for entry in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        dist = entry.dist
        where = f"{dist.name} {dist.version}" if dist is not None else one_line(entry.value)
        version = dist.version if dist is not None else ""
        name = plugin_name(entry.name)
        if (problem := _wrong_entry(entry, name)) is not None:
            source = Source(name=one_line(name)[:64], origin="package", module="", version=version, where=where)
            refused.append(Refused(source, "entry point", problem))
            continue
        sources.append(
            Source(
                name=name,
                origin="package",
                module=entry.module,
                attribute=entry.attr or "",
                path=(str(dist.locate_file("")),) if dist is not None else (),
                version=version,
                digest=_record_digest(entry),
                where=where,
            )
        )
    return Found(tuple(sources), tuple(refused))


def _wrong_entry(entry: EntryPoint, name: str) -> str | None:
    if not NAME.fullmatch(name):
        return "the name of its entry point cannot be a plugin's name (use letters, digits and -)"
    if not MODULE.fullmatch(entry.value.strip()):
        return "its entry point does not name a module, or an object in one (module:object)"
    return None


def plugin_name(name: str) -> str:
    """Give the one form of a plugin's name: '-' for '_'."""
    return name.replace("_", "-").lower()


def no_such_plugin(name: str, known: Iterable[str]) -> PluginError:
    """Say that there is no plugin of this name: the nearest one, or how one is installed here."""
    near = difflib.get_close_matches(plugin_name(name), list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"`fit plugins list` shows all; {how_to_install()}"
    return PluginError(f"there is no plugin {_written(name)}", hint=hint)


def _written(name: str) -> str:
    """A name somebody typed, as it may stand in an error: in one line, and no longer than a name is."""
    line = one_line(name)
    return repr(line if len(line) <= 80 else f"{line[:77]}...")


def drop_in(file: Path) -> Source:
    """Give the one file somebody points at, wherever it lies; raise PluginError where it cannot be a plugin."""
    name = plugin_name(file.stem)
    if not file.is_file():
        raise PluginError(f"there is no file {file.name}", hint="give the path of a drop-in, or the name of a plugin")
    if file.suffix != ".py" or not NAME.fullmatch(name):
        raise PluginError(f"{file.name} cannot be a drop-in", hint="a name of letters, digits and '_' that ends in .py")
    return _drop_in(file, name)


def _drop_in(file: Path, name: str) -> Source:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Source(
        name=name,
        origin="drop-in",
        module=f"fit_toolkit_drop_in_{name.replace('-', '_')}_{digest[:8]}",
        file=str(file.resolve()),
        version=f"file-{digest[:8]}",
        digest=digest,
        where=f"{DROP_INS}/{file.name}",
    )


def _problem(file: Path, name: str) -> str | None:
    if not NAME.fullmatch(name):
        return "the name of the file cannot be a plugin's name (use letters, digits and -)"
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return "is no ordinary file"
        return _writable_by_others(file)
    except OSError as error:
        return f"cannot be read ({type(error).__name__})"


def _writable_by_others(path: Path) -> str | None:
    if os.name != "posix":
        return None  # there are no such bits; the folder's access list is the administrator's
    seen = path.stat()
    if seen.st_mode & WRITABLE_BY_OTHERS:
        return f"others may write to it, so nothing in it is run (chmod go-w {DROP_INS}{'' if path.is_dir() else '/*'})"
    if seen.st_uid not in {0, os.geteuid()}:
        return "it belongs to another account, so nothing in it is run"
    return None


def _replaceable(folder: Path) -> str | None:
    """Whether anybody may put another folder in the place of this one."""
    mode = folder.resolve().parent.stat().st_mode if os.name == "posix" else 0
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        return (
            "everybody may write to the practice folder, so nothing in it is run (chmod o-w the folder with fit.toml)"
        )
    return None


def _record_digest(entry: EntryPoint) -> str:
    record = entry.dist.read_text("RECORD") if entry.dist is not None else None
    return hashlib.sha256(record.encode()).hexdigest() if record else ""


def _without_doubles(sources: Iterable[Source], refused: tuple[Refused, ...]) -> Found:
    by_name: dict[str, list[Source]] = {}
    for source in sources:
        same = by_name.setdefault(source.name, [])
        if source not in same:  # a package may be seen twice when its folder is on the path twice
            same.append(source)
    kept: list[Source] = []
    doubles: list[Refused] = []
    for name, same in by_name.items():
        both = " and ".join(f"{each.origin} {each.where}" for each in same)
        problem = f"two plugins are called {name!r}: {both}; rename one"
        kept += [each for each in same if len(same) == 1 or each.origin == "bundled"]
        doubles += [Refused(each, "name", problem) for each in same if len(same) > 1 and each.origin != "bundled"]
    return Found(tuple(kept), (*refused, *doubles))
