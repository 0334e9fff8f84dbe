"""`fit norms`: frozen figures that policies rest on."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "norms",
    help="Norm sets: how clients and ratings vary. A policy names one; no run ever changes it.",
    commands={
        "list": ("fit_toolkit.cli.norms_list:command", "List the norm sets at hand and what they rest on."),
        "estimate": ("fit_toolkit.cli.norms_estimate:command", "Write one from this practice's own ratings."),
        "check": ("fit_toolkit.cli.norms_check:command", "Check norm sets against the instruments."),
    },
)
