"""`fit policies check`: every [[policies]] table, checked with its line."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app


@click.command("check")
@pass_app
def command(app: App) -> int:
    """Check the policies of fit.toml: kinds, parameters, instruments, scales, norm sets. Changes nothing."""
    from fit_toolkit.courses.asking import Asking

    with Asking(app.practice) as asking:
        for failure in asking.failures:
            app.say(f"fit: {failure}")
        count = len({use.id for use in asking.uses})
        app.say(f"{count} {'policy' if count == 1 else 'policies'} can be asked")
        return 4 if asking.failures else 0
