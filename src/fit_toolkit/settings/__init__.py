"""Settings: declared once, read from fit.toml with line numbers, and never guessed."""

from fit_toolkit.settings.declared import SECTIONS, SETTINGS, Setting
from fit_toolkit.settings.loading import (
    FILE,
    PluginOptions,
    PolicyFile,
    PolicyTable,
    Settings,
    find_practice,
    load_policies,
    load_settings,
)

__all__ = [
    "FILE",
    "SECTIONS",
    "SETTINGS",
    "PluginOptions",
    "PolicyFile",
    "PolicyTable",
    "Setting",
    "Settings",
    "find_practice",
    "load_policies",
    "load_settings",
]
