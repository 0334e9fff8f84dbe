"""`fit instruments`: the questionnaires a practice can use."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "instruments",
    help="Questionnaires as data: one YAML file each, with scoring, figures, sources and licence.",
    commands={
        "list": ("fit_toolkit.cli.instruments_list:command", "List the instruments at hand."),
        "show": ("fit_toolkit.cli.instruments_show:command", "Show items, scales, figures and sources of one."),
        "check": ("fit_toolkit.cli.instruments_check:command", "List everything that is wrong with a file."),
        "test": ("fit_toolkit.cli.instruments_test:command", "Run the worked tests in the definitions."),
        "new": ("fit_toolkit.cli.instruments_new:command", "Begin a definition file."),
        "wording": ("fit_toolkit.cli.instruments_wording:command", "Type in the words you are licensed for."),
        "schema": ("fit_toolkit.cli.instruments_schema:command", "Print the JSON Schema for editors."),
    },
)
