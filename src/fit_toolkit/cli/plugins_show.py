"""`fit plugins show`: one plugin in full, with the parameters of what it brings."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option, visible
from fit_toolkit.errors import ExitCode

FACTS = ("name", "version", "source", "where", "state", "reason", "hooks", "api", "isolated", "digest", "load_seconds",
         "changed", "deprecated")  # fmt: skip
COLUMNS = ("brings", "parameter", "type", "required", "default", "help")


@click.command("show")
@click.argument("name")
@format_option
@pass_app
def command(app: App, name: str, fmt: str) -> int:
    """Show the plugin NAME: where it comes from, what it brings, and every parameter with its help."""
    from fit_toolkit.cli.plugins_common import registry_of

    registry = registry_of(app)
    info = registry.plugin(name)
    things = [each.thing for group in registry.groups.values() for each in group.values() if each.plugin == info.name]
    failures = [failure for failure in registry.failures if failure.plugin == info.name]
    facts = msgspec.structs.asdict(info)
    intended = registry.sources[info.name].intended_use if info.name in registry.sources else ""
    if fmt == "json":
        told = {"things": msgspec.to_builtins(things), "failures": msgspec.to_builtins(failures)}
        emit("plugin", [{**{fact: facts[fact] for fact in FACTS}, "intended_use": intended, **told}], fmt=fmt)
    else:
        if fmt == "table":
            for fact in FACTS:
                click.echo(f"{fact.replace('_', ' '):<13} {visible(_plain(facts[fact]))}".rstrip())
            if intended:
                click.echo(f"\n{intended}")
            for thing in things:
                click.echo(f"\n{thing.what} {thing.kind}: {visible(thing.title)}")
            click.echo()
        rows = [_row(f"{thing.what} {thing.kind}", each) for thing in things for each in thing.parameters]
        emit("parameters", rows, fmt=fmt, columns=COLUMNS)
    for failure in failures:
        app.say(str(failure))
    return ExitCode.PARTIAL if failures else ExitCode.OK


def _row(brings: str, parameter: Any) -> dict[str, Any]:
    facts = msgspec.structs.asdict(parameter)
    return {"brings": brings, "parameter": facts.pop("name"), **facts}


def _plain(value: object) -> object:
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else value
