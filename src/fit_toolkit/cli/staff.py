"""`fit staff`: therapists, supervisors, administrators."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "staff",
    help="Therapists, supervisors, administrators.",
    commands={
        "list": ("fit_toolkit.cli.staff_list:command", "Who works here."),
        "add": ("fit_toolkit.cli.staff_add:command", "Add a member of staff."),
        "close": ("fit_toolkit.cli.staff_close:command", "Say when a member of staff leaves."),
    },
)
