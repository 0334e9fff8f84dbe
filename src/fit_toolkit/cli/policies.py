"""`fit policies`: what the practice wants to be told about."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "policies",
    help="What the practice wants to be told about, as written under [[policies]] in fit.toml.",
    commands={
        "list": ("fit_toolkit.cli.policies_list:command", "List the policies and whether they are ready."),
        "show": ("fit_toolkit.cli.policies_show:command", "Explain a kind of policy and its parameters."),
        "check": ("fit_toolkit.cli.policies_check:command", "Check fit.toml's policies without asking them."),
        "tune": ("fit_toolkit.cli.policies_tune:command", "The threshold that keeps within a number of alerts."),
    },
)
