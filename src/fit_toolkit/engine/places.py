"""Instrument files that plugins give: what each place would define, and who gives what somebody else gives too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from fit_toolkit.engine.records import INSTRUMENTS, PluginFailure, Source

ENDINGS = (".yaml", ".yml", ".json")


def definitions_in(place: Any) -> frozenset[str]:
    """Give what a file or folder of definitions would define: `instrument x`, `norm set x`, `curve pack x`, `wording de/x`."""
    if place.is_file():
        return frozenset({f"instrument {_stem(place)}"})
    found = {f"instrument {_stem(file)}" for file in _files(place)}
    for each in place.iterdir():
        if each.name == "norms" and each.is_dir():
            found |= {f"norm set {_stem(file)}" for file in _files(each)}
        if each.name == "curves" and each.is_dir():
            found |= {f"curve pack {_stem(file)}" for file in _files(each)}
        if each.name == "wording" and each.is_dir():
            languages = [language for language in each.iterdir() if language.is_dir()]
            found |= {f"wording {language.name}/{_stem(file)}" for language in languages for file in _files(language)}
    return frozenset(found)


def without_doubles(given: Iterable[tuple[Source, Any]]) -> tuple[tuple[Any, ...], tuple[PluginFailure, ...]]:
    """Leave out every place that defines what the toolkit or another plugin defines, and say whose and what."""
    places = [(source, place, definitions_in(place)) for source, place in given]
    if not places:
        return (), ()
    ours = definitions_in(resources.files("fit_toolkit.instruments"))
    kept, failures = [], []
    for source, place, mine in places:
        problems = []
        if taken := sorted(mine & ours):
            problems.append(f"gives the {taken[0]}, which ships with the toolkit")
        for other, elsewhere, theirs in places:
            if elsewhere is not place and (both := sorted(mine & theirs)):
                problems.append(f"gives the {both[0]}, which the plugin {other.name!r} gives too")
        if problems:
            error = f"{problems[0]}; nothing of that place is used until it is renamed"
            failures.append(PluginFailure(source.name, source.version, INSTRUMENTS, "", error))
        else:
            kept.append(place)
    return tuple(kept), tuple(failures)


def _files(folder: Any) -> Iterator[Any]:
    for file in folder.iterdir():
        if file.name.endswith(ENDINGS) and not file.name.startswith((".", "_")) and file.is_file():
            yield file


def _stem(file: Any) -> str:
    return str(file.name).rpartition(".")[0]
