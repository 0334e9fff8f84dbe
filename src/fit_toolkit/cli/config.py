"""`fit config`: the settings."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "config",
    help="The settings in force and where each comes from.",
    commands={"show": ("fit_toolkit.cli.config_show:command", "Every setting with its value.")},
)
