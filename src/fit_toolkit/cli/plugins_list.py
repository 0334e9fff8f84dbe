"""`fit plugins list`: every plugin, what it brings and whether it works."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ExitCode

SHORT = ("name", "version", "source", "state", "brings", "reason")
FULL = ("name", "version", "source", "where", "state", "reason", "hooks", "api", "kinds", "isolated", "digest",
        "load_seconds")  # fmt: skip


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List every plugin: bundled, in the practice's plugins/ folder, installed.

    Ends with 4 when one of them failed. Packages that are not enabled are listed from their metadata, unread.
    """
    import msgspec

    from fit_toolkit.cli.plugins_common import registry_of

    registry = registry_of(app)
    rows = [msgspec.structs.asdict(info) | {"brings": ", ".join(info.kinds)} for info in registry.plugins]
    emit("plugins", rows, fmt=fmt, columns=SHORT if fmt == "table" else FULL)
    for failure in registry.failures:
        app.say(str(failure))
    return ExitCode.PARTIAL if registry.failures else ExitCode.OK
