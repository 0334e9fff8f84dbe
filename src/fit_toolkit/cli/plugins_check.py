"""`fit plugins check`: try a plugin on made-up data."""

from __future__ import annotations

import dataclasses

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ExitCode

COLUMNS = ("passed", "thing", "check", "detail")


@click.command("check")
@click.argument("name")
@format_option
@pass_app
def command(app: App, name: str, fmt: str) -> int:
    """Load the plugin NAME alone and try what it brings on made-up data, in a child process.

    A package need not be enabled for it. Ends with 5 when something does not hold.
    """
    from fit_toolkit.cli.plugins_common import registry_of, source_of
    from fit_toolkit.engine.conformance import check_plugin

    checks = list(check_plugin(registry_of(app, only=name), source_of(app, name).name))
    emit("checks", [dataclasses.asdict(check) for check in checks], fmt=fmt, columns=COLUMNS)
    failed = sum(not check.passed for check in checks)
    app.say(f"{failed} of {len(checks)} checks failed" if failed else f"all {len(checks)} checks passed")
    return ExitCode.CONFIG if failed else ExitCode.OK
