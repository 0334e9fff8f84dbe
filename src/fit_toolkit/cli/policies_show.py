"""`fit policies show KIND`: what a kind of policy does, and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import visible
from fit_toolkit.errors import ConfigError

if TYPE_CHECKING:
    from fit_toolkit.course import Example


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
    for words, example in (("fires at the last of", thing.fires_on), ("stays quiet in", thing.quiet_on)):
        if example is not None:
            lines += ["", f"for example, it {words} {visible(ratings_of(example))}"]
    click.echo("\n".join(lines))


def ratings_of(example: Example) -> str:
    """Tell made-up ratings of one client in a line."""
    from fit_toolkit.settings.suggested import as_toml

    told = [", ".join(f"{rating:g}" for rating in example.ratings) or "no ratings"]
    if example.days:
        told.append(f"on the days {', '.join(str(day) for day in example.days)}")
    if example.other:
        others = ("none" if other is None else f"{other:g}" for other in example.other)
        told.append(f"beside {', '.join(others)}")
    if example.due is not None:
        told.append(f"when the next is due for {example.due} days")
    if example.limits:
        told.append("lines " + ", ".join(f"{name} at {value:g}" for name, value in example.limits.items()))
    if example.parameters:
        told.append("with " + ", ".join(f"{name} = {as_toml(value)}" for name, value in example.parameters.items()))
    return "; ".join(told) + ("" if example.higher_is_better else " (lower is better)")


def visible_text(text: str) -> str:
    """Keep the line breaks of a docstring, and nothing a terminal could take for a command."""
    return "\n".join(visible(line.strip()) for line in text.strip().splitlines())
