"""`fit plugins disable`: switch a plugin off in fit.toml."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.cli.plugins_common import change_settings, source_of, uses_of


@click.command("disable")
@click.argument("name")
@dry_run_option
@pass_app
def command(app: App, name: str, dry_run: bool) -> None:
    """Switch the plugin NAME off in fit.toml: a package, a file in plugins/, or one that ships with the toolkit.

    Policies of fit.toml that need it are refused from then on, sections and channels left out; it says which those are.
    Everything else in fit.toml stays as it is.
    """
    source = source_of(app, name)
    uses = uses_of(app, source)
    if not change_settings(app, source, on=False, dry_run=dry_run):
        app.say(f"{source.name} is off already; nothing was changed")
    else:
        app.say(f"{source.name} {'would be' if dry_run else 'is'} switched off in fit.toml")
        for use in uses:
            app.say(f"{use} uses what it brings")
