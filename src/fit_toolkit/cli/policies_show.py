"""`fit policies show KIND`: what a kind of policy does, and its parameters."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import visible
from fit_toolkit.errors import ConfigError


@click.command("show")
@click.argument("kind")
@pass_app
def command(app: App, kind: str) -> None:
    """Explain one kind of policy: what it finds, who brings it, and its parameters for fit.toml."""
    from fit_toolkit.engine import build_registry

    try:
        registry = app.practice.registry
    except ConfigError:  # without a practice the kinds that ship with the toolkit can still be explained
        registry = build_registry(third_party=False)
    provided = registry.provided("policy", kind)
    thing = provided.thing
    lines = [
        f"{thing.kind} (plugin {provided.plugin} {provided.version})".rstrip(),
        "",
        visible_text(thing.doc or thing.title),
        "",
        f"basis {thing.basis}; severity {thing.severity} and after {thing.after} unless fit.toml says otherwise",
        "",
        "parameters:" if thing.parameters else "no parameters",
    ]
    for parameter in thing.parameters:
        need = "required" if parameter.required else f"default {visible(parameter.default) or 'none'}"
        lines.append(f"  {parameter.name}  {parameter.type}, {need}: {visible(parameter.help)}")
    click.echo("\n".join(lines))


def visible_text(text: str) -> str:
    """Keep the line breaks of a docstring, and nothing a terminal could take for a command."""
    return "\n".join(visible(line.strip()) for line in text.strip().splitlines())
