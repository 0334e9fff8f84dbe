"""`fit plugins check`: try a plugin on made-up data."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ExitCode

if TYPE_CHECKING:
    from fit_toolkit.engine.conformance import Check

COLUMNS = ("result", "thing", "name", "check", "detail")
STABLE = ("passed", *COLUMNS)  # of the JSON and CSV


@click.command("check")
@click.argument("name")
@format_option
@pass_app
def command(app: App, name: str, fmt: str) -> int:
    """Load the plugin NAME alone and try what it brings on made-up data, in a child process.

    A package need not be enabled for it; NAME may be the path of a drop-in file. Ends with 5 when something does not
    hold. The same checks run in pytest: test_my_plugin = fit_toolkit.testing.plugin_checks("NAME").
    """
    from fit_toolkit.cli.plugins_common import options_of
    from fit_toolkit.engine.conformance import find, tried_alone
    from fit_toolkit.practice.tryout import all_cases

    options, root = options_of(app)
    trial = tried_alone(find(name, root=root), settings=options)
    try:
        checks = [case.run() for case in all_cases(trial)]
    finally:
        trial.close()
    emit("checks", [_row(check) for check in checks], fmt=fmt, columns=COLUMNS if fmt == "table" else STABLE)
    failed = sum(not check.passed for check in checks)
    hints = sum(check.hint for check in checks)
    app.say(f"{failed} of {len(checks)} checks failed" if failed else f"all {len(checks) - hints} checks passed")
    for sentence in trial.info.deprecated:
        app.say(sentence)
    if hints:
        app.say(f"{hints} more could be made: see the hints")
    return ExitCode.CONFIG if failed else ExitCode.OK


def _row(check: Check) -> dict[str, object]:
    result = "hint" if check.hint else "ok" if check.passed else "failed"
    return {"result": result} | dataclasses.asdict(check)
