"""`fit plan`: what is asked of whom, and how often."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "plan",
    help="What is asked of whom, and how often; what is expected and has not come is overdue.",
    commands={
        "list": ("fit_toolkit.cli.plan_list:command", "The practice's default and what episodes have of their own."),
        "add": ("fit_toolkit.cli.plan_add:command", "Plan an instrument."),
        "remove": ("fit_toolkit.cli.plan_remove:command", "Take an entry out."),
    },
)
