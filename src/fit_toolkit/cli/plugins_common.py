"""What the commands about plugins share: the registry, with or without a practice."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App

if TYPE_CHECKING:
    from fit_toolkit.engine import Registry
    from fit_toolkit.engine.records import Source, What
    from fit_toolkit.settings import PluginOptions, PolicyTable


def options_of(app: App) -> tuple[PluginOptions | None, Path | None]:
    """Give the practice's settings about plugins and its folder; nothing where there is no practice."""
    if not app.in_practice:
        return None, None
    return app.practice.settings.plugins, app.practice.root


def registry_of(app: App, *, only: str | None = None) -> Registry:
    """Load the plugins to look at them: one that is required and broken is shown here, not refused.

    `only` loads that plugin alone, whether or not it is enabled.
    """
    from fit_toolkit.engine.registry import build_alone, build_registry

    options, root = options_of(app)
    if options is not None:
        options = dataclasses.replace(options, required=())
    if only is not None:
        return build_alone(source_of(app, only), options)
    return build_registry(options, root, third_party=app.plugins)


def source_of(app: App, name: str) -> Source:
    """Find a plugin by its name or its distribution's, without loading any."""
    from fit_toolkit.engine.discover import discover

    _, root = options_of(app)
    return discover(root, third_party=app.plugins).source(name)


def uses_of(app: App, source: Source) -> tuple[str, ...]:
    """Name what in fit.toml rests on this plugin now: policies, sections and channels, each with its place."""
    settings, groups = app.practice.settings, registry_of(app).groups

    def its(what: What, kind: object) -> bool:
        provided = groups[what].get(str(kind))
        return provided is not None and provided.plugin == source.name

    def kind_of(table: PolicyTable) -> object:
        return table.values.get("kind")

    policies = [
        f"{table.where()}: the policy {table.values.get('id', kind_of(table))!r}"
        for table in settings.policies
        if its("policy", kind_of(table))
    ]
    sections = [
        f"{table.where()}: the section {kind_of(table)!r}"
        for table in settings.sections
        if its("section", kind_of(table))
    ]
    place = settings.origins["alerts.channels"]
    channels = [f"{place}: the channel {kind!r}" for kind in settings.texts("alerts.channels") if its("channel", kind)]
    return (*policies, *sections, *channels)


def change_settings(app: App, source: Source, *, on: bool, dry_run: bool) -> bool:
    """Switch a plugin on or off in fit.toml; say whether that changes the file."""
    from fit_toolkit.cli.output import write_atomic
    from fit_toolkit.engine.enabling import with_name, with_pin, without_name, without_pin
    from fit_toolkit.settings import FILE

    file = app.practice.root / FILE
    before = file.read_bytes().decode("utf-8")
    text = before
    for name in (source.name, *source.aliases):
        if on:
            text = without_name(text, "disabled", name)
        elif source.opt_in:
            text = without_name(text, "enabled", name)
        text = text if on else without_pin(text, name)
    if on and source.opt_in:
        text = with_name(text, "enabled", source.name)
    if on and source.origin == "package":
        text = with_pin(text, source.name, source.pin)
    if not on and not source.opt_in:
        text = with_name(text, "disabled", source.name)
    if text != before and not dry_run:
        write_atomic(file, text.encode("utf-8"), settings=True)
    return text != before
