"""Template folders that plugins give: what a template may be called, and what lies in a folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ContractError

TEMPLATE_NAME = re.compile(r"(?:[a-z0-9_-]{1,64}/){0,3}[a-z0-9_-]{1,64}\.(?:html|css|svg)")
MOST_TEMPLATES = 256


@dataclass(frozen=True)
class TemplateFolder:
    """A folder of templates and whose it is; `without` are names that somebody else gives too, so that none is used."""

    plugin: str
    place: Path | Traversable
    names: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def read(self, name: str) -> str | None:
        """Give the text of a template, or None where this folder does not give it."""
        if name not in self.names or name in self.without:
            return None
        place: Any = self.place
        for part in name.split("/"):
            place = place / part
        return str(place.read_text(encoding="utf-8")) if place.is_file() else None


def settled(
    folders: Sequence[TemplateFolder], chosen: Mapping[str, str]
) -> tuple[list[TemplateFolder], list[tuple[str, str, str]]]:
    """Take a template that several plugins give from the one that was chosen, else from none.

    Returns: the folders without what is not to be taken from them, and (plugin, template, what is wrong).
    """
    givers: dict[str, set[str]] = {}
    for folder in folders:
        for name in folder.names:
            givers.setdefault(name, set()).add(folder.plugin)
    contested = {name: sorted(plugins) for name, plugins in givers.items() if len(plugins) > 1}
    kept, problems = [], []
    for folder in folders:
        mine = sorted(folder.names & contested.keys())
        kept.append(replace(folder, without=frozenset(name for name in mine if chosen.get(name) != folder.plugin)))
        open_ = [name for name in mine if chosen.get(name) not in contested[name]]
        problems += [(folder.plugin, name, _contested(name, contested[name])) for name in open_]
    return kept, problems


def _contested(name: str, plugins: Sequence[str]) -> str:
    both = " and ".join(repr(plugin) for plugin in plugins)
    return (
        f"the template {name} is given by the plugins {both}, so none is used; "
        f'choose in fit.toml: [plugins] choose = {{ "{name}" = "{plugins[-1]}" }}'
    )


def leads_out(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is a link to somewhere else: what is there was never meant to be on a page."""
    return not file.resolve().is_relative_to(folder.resolve())


def names_in(folder: Any) -> frozenset[str]:
    """Give the names of the templates in a folder; raise ContractError where it is none, or leads out of itself."""
    if not folder.is_dir():
        raise ContractError("gave a template folder that is not there")
    found: set[str] = set()
    _collect(folder, "", found, depth=0)
    if isinstance(folder, Path) and any(leads_out(folder / name, folder) for name in found):
        raise ContractError("gave a template folder with a link that leads out of it")
    return frozenset(found)


def _collect(folder: Any, above: str, found: set[str], *, depth: int) -> None:
    for each in sorted(folder.iterdir(), key=lambda entry: str(entry.name)):
        name = f"{above}{each.name}"
        if each.is_dir():
            if depth < 3:
                _collect(each, f"{name}/", found, depth=depth + 1)
        elif TEMPLATE_NAME.fullmatch(name):
            found.add(name)
        if len(found) > MOST_TEMPLATES:
            raise ContractError(f"gave a template folder with more than {MOST_TEMPLATES} templates")
