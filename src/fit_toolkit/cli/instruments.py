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
        "enable": ("fit_toolkit.cli.instruments_enable:command", "Write the policies it suggests into fit.toml."),
        "disable": ("fit_toolkit.cli.instruments_disable:command", "Take these policies out again."),
        "wording": ("fit_toolkit.cli.instruments_wording:command", "Type in the words you are licensed for."),
        "import": ("fit_toolkit.cli.instruments_import:command", "Make one from REDCap, FHIR, XLSForm or LimeSurvey."),
        "export": ("fit_toolkit.cli.instruments_export:command", "Write one for FHIR or REDCap."),
        "schema": ("fit_toolkit.cli.instruments_schema:command", "Print the JSON Schema for editors."),
    },
)
