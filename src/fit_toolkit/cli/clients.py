"""`fit clients`: the people in therapy, by code."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "clients",
    help="Clients, by code; names live elsewhere.",
    commands={
        "list": ("fit_toolkit.cli.clients_list:command", "Every client."),
        "add": ("fit_toolkit.cli.clients_add:command", "Add clients."),
        "hold": ("fit_toolkit.cli.clients_hold:command", "Keep a client from being erased."),
        "release": ("fit_toolkit.cli.clients_release:command", "Release such a hold."),
        "holds": ("fit_toolkit.cli.clients_holds:command", "The holds in force."),
    },
)
