"""The hooks a plugin may implement: each registers named things, which the engine then calls one by one.

`HOOK_API` is (major, minor): a plugin that declares `fit_hook_api = "1.0"` loads while the major is the same and its
minor is not newer than ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from fit_toolkit.course import AlertPolicy
    from fit_toolkit.model import ScoringRule
    from fit_toolkit.model.parts import Channel, Reader, Section
    from fit_toolkit.model.writing import Writer

PROJECT = "fit_toolkit"
HOOK_API = (1, 2)  # 1.1 added sheet sections and template folders, 1.2 writers


@dataclass(frozen=True)
class Deprecation:
    """Something that plugins rely on and that will be taken away: a hook, or a class attribute such as `Reader.kind`.

    It works until then; `fit plugins list` and `fit plugins check` tell who uses it. `gone_from` is the hook API
    without it, `gone_on` the day before which that is not released: two minor releases and half a year later at least.
    """

    name: str
    since: tuple[int, int]
    since_day: date
    gone_from: tuple[int, int]
    gone_on: date
    instead: str

    def __str__(self) -> str:
        """One sentence for the author."""
        since, gone = ("{}.{}".format(*each) for each in (self.since, self.gone_from))
        return (
            f"{self.name} is deprecated since hook API {since}: gone from {gone} on, not before {self.gone_on};"
            f" instead: {self.instead}"
        )


DEPRECATED: tuple[Deprecation, ...] = ()

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_alert_policies() -> Iterable[type[AlertPolicy]]:
    """Give alert policy classes.

    Called once when the plugin is loaded. Every class is known by its `kind`; a kind that somebody else gives too is
    an error that names both. All implementations are asked; there is no first result that wins.

    Returns: classes derived from `fit_toolkit.AlertPolicy`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_scoring_rules() -> Iterable[type[ScoringRule]]:
    """Give scoring rule classes.

    Called once when the plugin is loaded. Every class is known by its `kind`, the name an instrument file uses in
    `method`. All implementations are asked.

    Returns: classes derived from `fit_toolkit.ScoringRule`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_instruments() -> Iterable[Path | Traversable]:
    """Give instrument definitions: YAML files, or folders of them.

    Called once when the plugin is loaded; the files are read when an instrument is first needed. An id that somebody
    else gives too is an error that names both.

    Returns: paths, or places from `importlib.resources.files`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_readers() -> Iterable[type[Reader]]:
    """Give reader classes: a file format turned into rows of raw text.

    Called once when the plugin is loaded. Every class is known by its `kind`. All implementations are asked.

    Returns: classes derived from `fit_toolkit.Reader`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_writers() -> Iterable[type[Writer]]:
    """Give writer classes: ratings turned into files of one format. Since hook API 1.2.

    Called once when the plugin is loaded. Every class is known by its `kind`, the name used with `fit export --format`.
    All implementations are asked.

    Returns: classes derived from `fit_toolkit.Writer`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_channels() -> Iterable[type[Channel]]:
    """Give channel classes: each delivers one notification.

    Called once when the plugin is loaded. Every class is known by its `kind`, the name used under `[alerts] channels`.
    All implementations are asked.

    Returns: classes derived from `fit_toolkit.Channel`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_sheet_sections() -> Iterable[type[Section]]:
    """Give section classes: each prepares the data of one block on the sheet. Since hook API 1.1.

    Called once when the plugin is loaded. Every class is known by its `kind`, the name used in a `[[sections]]` table
    of fit.toml; a section is on no sheet until it is named there. All implementations are asked.

    Returns: classes derived from `fit_toolkit.Section`.
    """
    raise AssertionError("a specification is not called")


@hookspec
def register_template_dirs() -> Iterable[Path | Traversable]:
    """Give template folders, such as the one that holds `sections/<kind>.html`. Since hook API 1.1.

    Called once when the plugin is loaded. A template is looked for in the practice's own `templates/` folder, then in
    the folders of plugins, then among those that ship with the toolkit. A template that two plugins give is an error
    that names both.

    Returns: folders, as paths or as places from `importlib.resources.files`.
    """
    raise AssertionError("a specification is not called")
