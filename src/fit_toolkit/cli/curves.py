"""`fit curves`: expected courses that policies and sheets rest on."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "curves",
    help="Curve packs: where ratings of comparable clients lay. Off until `fit plugins enable expected-response`.",
    commands={
        "list": ("fit_toolkit.cli.curves_list:command", "List the curve packs at hand and what they rest on."),
        "fit": ("fit_toolkit.cli.curves_fit:command", "Fit one to this practice's own closed episodes."),
        "check": ("fit_toolkit.cli.curves_check:command", "Check packs, and whether newer episodes still fit."),
        "calibration": ("fit_toolkit.cli.curves_calibration:command", "Show what share of ratings lies in each range."),
        "neighbours": ("fit_toolkit.cli.curves_neighbours:command", "Set a client beside those who began alike."),
        "export": ("fit_toolkit.cli.curves_export:command", "Write a pack to hand on: figures, no row about anybody."),
        "import": ("fit_toolkit.cli.curves_import:command", "Take in a pack that was made elsewhere."),
    },
)
