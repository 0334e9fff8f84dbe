"""What every policy and scoring rule has to do without: the network, other programs, files to write, the clock."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from fit_toolkit.engine import guards
from fit_toolkit.engine.conformance.bench import Room
from fit_toolkit.engine.conformance.cases import Attempt, Hint
from fit_toolkit.engine.records import PluginFailureError, Source
from fit_toolkit.errors import FitError

Ask: TypeAlias = Callable[[Room], Any]
Differ: TypeAlias = Callable[[Any, Any], str]
SHUT = (guards.NETWORK, guards.PROGRAM, guards.WRITING)
OTHER_DAYS: tuple[Room, ...] = ("other-day", "amid")
UNTRIED = "could not be tried"  # what is wrong is told by another check
FORKED = "started another process"  # as the child tells it where nothing is shut
NOW = re.compile(r"""(?:datetime64|array|asarray)\(\s*\[?\s*["'](?:now|today)["']""")


def shut_cases(source: Source, ask: Ask, differ: Differ) -> Mapping[str, tuple[str, Attempt]]:
    """Give the cases; `ask` puts one question in a room, `differ` compares two answers."""
    return {
        "no-network": ("it does without the network", partial(_without, ask, (guards.NETWORK,))),
        "no-programs": ("it starts no other program", partial(_without, ask, (guards.PROGRAM, FORKED))),
        "no-files": ("it writes no file", partial(_without, ask, (guards.WRITING,))),
        "no-clock": ("it gives the same answer on another day", partial(_on_other_days, source, ask, differ)),
    }


def _without(ask: Ask, kinds: tuple[str, ...]) -> str:
    try:
        ask("shut")
    except FitError as error:
        said = _said(error)
        return said if any(kind in said for kind in kinds) else Hint(f"{UNTRIED}: {said}")
    return ""


def _on_other_days(source: Source, ask: Ask, differ: Differ) -> str:
    if found := _asks_numpy(source):
        return found
    try:
        here = ask("shut")
        if differ(here, ask("shut")):
            return Hint(f"{UNTRIED}: it gives another answer each time")
    except FitError as error:
        return Hint(f"{UNTRIED}: {_said(error)}")
    for day in OTHER_DAYS:
        try:
            difference = differ(here, ask(day))
        except FitError as error:
            said = _said(error)
            return Hint(f"{UNTRIED}: {said}") if any(kind in said for kind in SHUT) else f"{said} on another day"
        if difference:
            return f"{difference} on another day: take the day from what is handed over"
    return ""


def _said(error: FitError) -> str:
    return error.failure.error if isinstance(error, PluginFailureError) else str(error)


def _asks_numpy(source: Source) -> str:
    """Find where NumPy is asked for today's date: its clock cannot be moved."""
    for file in _files(source):
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if NOW.search(line.partition("#")[0]):
                return f"it asks NumPy for today's date ({file.name}:{number})"
    return ""


def _files(source: Source) -> list[Path]:
    """The text of a plugin: its file, or every module of its package."""
    if source.file:
        return [Path(source.file)]
    name = source.module if source.origin == "bundled" else source.module.partition(".")[0]
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [Path(spec.origin)] if spec.origin else []
    return sorted(file for place in spec.submodule_search_locations for file in Path(place).rglob("*.py"))
