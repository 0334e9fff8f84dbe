"""`fit plugins enable`: switch a plugin on in fit.toml."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import PluginError


@click.command("enable")
@click.argument("name")
@dry_run_option
@pass_app
def command(app: App, name: str, dry_run: bool) -> None:
    """Switch the plugin NAME on in fit.toml, after loading it once in a child process to show what it is.

    A plugin is code that runs under your account: enable only what you trust. Everything else in fit.toml stays as it
    is, comments included. A plugin that ships with the toolkit but is off says here what it is for. Of a package its version and fingerprint are written down too, so that a change is told;
    calling this again accepts the change.
    """
    from fit_toolkit.cli.plugins_common import change_settings, registry_of, source_of

    source = source_of(app, name)
    registry = registry_of(app, only=name)
    info = registry.plugin(source.name)
    app.say(f"{info.name}: {info.source} {info.where}, version {info.version or 'unknown'}")
    app.say(f"hooks: {', '.join(info.hooks) or 'none'}; brings: {', '.join(info.kinds) or 'nothing'}")
    if source.intended_use:
        app.say(f"\n{source.intended_use}\n")
    if registry.failures:
        raise PluginError(f"nothing was changed: {registry.failures[0]}", hint=f"fit plugins check {info.name}")
    if not change_settings(app, source, on=True, dry_run=dry_run):
        app.say(f"{info.name} is on already; nothing was changed")
    else:
        app.say(f"{info.name} {'would be' if dry_run else 'is'} switched on in fit.toml")
