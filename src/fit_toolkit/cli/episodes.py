"""`fit episodes`: courses of treatment."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "episodes",
    help="Courses of treatment: open, close, transfer, pause.",
    commands={
        "list": ("fit_toolkit.cli.episodes_list:command", "Episodes with clients and therapist."),
        "open": ("fit_toolkit.cli.episodes_open:command", "Open an episode for a client, a couple or a group."),
        "close": ("fit_toolkit.cli.episodes_close:command", "Close an episode, with a reason."),
        "reopen": ("fit_toolkit.cli.episodes_reopen:command", "Take back a closing made by mistake."),
        "add-member": ("fit_toolkit.cli.episodes_add_member:command", "Add a client to a couple, family or group."),
        "end-member": (
            "fit_toolkit.cli.episodes_end_member:command",
            "Say when a member left an episode that goes on.",
        ),
        "transfer": ("fit_toolkit.cli.episodes_transfer:command", "Hand an episode to another therapist."),
        "assign": ("fit_toolkit.cli.episodes_assign:command", "Add a cotherapist or a supervisor."),
        "label": ("fit_toolkit.cli.episodes_label:command", "Labels by which a report may be narrowed."),
        "import": ("fit_toolkit.cli.episodes_import:command", "Bring episodes in from files, with their clients."),
        "pause": ("fit_toolkit.cli.episodes_pause:command", "Expect nothing for a while."),
    },
)
