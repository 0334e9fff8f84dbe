"""`fit plugins`: what is loaded, what it brings, whether it works."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "plugins",
    help="Plugins: what ships with the toolkit, files in the practice's plugins/ folder, installed packages.",
    commands={
        "list": ("fit_toolkit.cli.plugins_list:command", "Every plugin, what it brings and whether it works."),
        "show": ("fit_toolkit.cli.plugins_show:command", "One plugin in full, with the parameters of what it brings."),
        "new": ("fit_toolkit.cli.plugins_new:command", "Write a plugin that works at once, to begin with."),
        "check": ("fit_toolkit.cli.plugins_check:command", "Try a plugin on made-up data."),
        "enable": ("fit_toolkit.cli.plugins_enable:command", "Switch a plugin on in fit.toml."),
        "disable": ("fit_toolkit.cli.plugins_disable:command", "Switch a plugin off in fit.toml."),
    },
)
