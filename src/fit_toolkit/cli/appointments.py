"""`fit appointments`: planned contacts and what became of them."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "appointments",
    help="Planned contacts and what became of them.",
    commands={
        "list": ("fit_toolkit.cli.appointments_list:command", "The diary."),
        "add": ("fit_toolkit.cli.appointments_add:command", "Plan contacts."),
        "set": ("fit_toolkit.cli.appointments_set:command", "Say what became of one."),
        "import": ("fit_toolkit.cli.appointments_import:command", "Bring in a diary from a file."),
    },
)
