"""Finds the plugin to be tried, by name or by the path of a file, and loads it alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fit_toolkit.engine.conformance.bench import PATIENCE
from fit_toolkit.engine.conformance.plugin import Trial
from fit_toolkit.engine.discover import discover, drop_in
from fit_toolkit.engine.records import Defaults, PluginSettings, Source
from fit_toolkit.engine.registry import build_alone


def find(plugin: str | Path, folder: Path | None = None, root: Path | None = None) -> Source:
    """Give the plugin of this name, or the drop-in file at this path.

    `folder` is what a path starts from (left out: where we are); `root` is the practice, for its drop-ins by name.
    """
    if isinstance(plugin, Path) or plugin.endswith(".py") or "/" in plugin:
        return drop_in((folder or Path()) / plugin)
    return discover(root).source(plugin)


def tried_alone(
    source: Source, parameters: Mapping[str, Any] | None = None, settings: PluginSettings | None = None
) -> Trial:
    """Load one plugin, and nothing else of others', to be tried."""
    return Trial(build_alone(source, settings or Defaults(timeout_seconds=PATIENCE)), source.name, parameters)
