"""Finds the plugin to be tried, by name or by the path of a file, and loads it alone."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fit_toolkit.engine.conformance.bench import PATIENCE
from fit_toolkit.engine.conformance.plugin import Trial
from fit_toolkit.engine.discover import discover, drop_in, plugin_name
from fit_toolkit.engine.records import Defaults, PluginSettings, Source
from fit_toolkit.engine.registry import build_alone
from fit_toolkit.errors import PluginError

LOST = "fit plugins list shows all; a package has to be installed (pip install -e .), a file is given by its path"


def find(plugin: str | Path, folder: Path | None = None, root: Path | None = None) -> Source:
    """Give the plugin of this name, or the drop-in file at this path.

    `folder` is what a path starts from (left out: where we are); `root` is the practice, for its drop-ins by name.
    """
    if isinstance(plugin, Path) or plugin.endswith(".py") or "/" in plugin:
        return drop_in((folder or Path()) / plugin)
    found = discover(root)
    wanted = plugin_name(plugin)
    for source in found.sources:
        if wanted in {source.name, *source.aliases}:
            return source
    for refused in found.refused:
        if refused.source.name == wanted:
            raise PluginError(str(refused.failure))
    near = difflib.get_close_matches(wanted, [source.name for source in found.sources], n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else LOST
    raise PluginError(f"there is no plugin {plugin!r}", hint=hint)


def tried_alone(
    source: Source, parameters: Mapping[str, Any] | None = None, settings: PluginSettings | None = None
) -> Trial:
    """Load one plugin, and nothing else of others', to be tried."""
    return Trial(build_alone(source, settings or Defaults(timeout_seconds=PATIENCE)), source.name, parameters)
