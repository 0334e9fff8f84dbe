"""Write the generated pages of the reference from the code; `--check` says whether they are up to date.

commands.md from the Click tree, settings.md from the declared settings, hooks.md from the specifications, policies.md
from the policies that ship, definition.md from the records that read a definition file, with definition_examples.yaml. tests/docs runs it with --check.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
import msgspec
from ruamel.yaml import YAML

from fit_toolkit import hookspecs
from fit_toolkit.cli import COMMANDS, command_tree
from fit_toolkit.engine import build_registry
from fit_toolkit.engine.discover import bundled
from fit_toolkit.engine.records import Defaults
from fit_toolkit.errors import ExitCode
from fit_toolkit.model import instrument
from fit_toolkit.settings import SECTIONS, SETTINGS

HERE = Path(__file__).parent
NOTE = "<!-- Written by docs/reference/make.py from the code; change the code, then run `script/docs`. -->\n"


def commands() -> str:
    """Every command with its help as the terminal shows it."""
    lines = [NOTE, "# Commands\n", _exit_codes()]
    for name, command in _walk(command_tree(), "fit"):
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
        lines.append(f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(lines)


def _exit_codes() -> str:
    rows = "\n".join(f"| {int(code)} | {code.name.lower()} |" for code in ExitCode)
    return f"Exit codes:\n\n| code | meaning |\n|---|---|\n{rows}\n"


def _walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        with click.Context(command, info_name=name) as context:
            for sub in command.list_commands(context):
                if name == "fit" and sub not in COMMANDS:
                    continue  # a command of some package installed here
                found = command.get_command(context, sub)
                if found is not None:
                    yield from _walk(found, f"{name} {sub}")


def settings() -> str:
    """Every setting: name, type, default, help."""
    lines = [NOTE, "# Settings", "", "What stands in `fit.toml`. Each may also be set by its variable.", ""]
    for section, title in SECTIONS.items():
        lines += [
            f"## [{section}]",
            "",
            title,
            "",
            "| setting | type | default | variable | |",
            "|---|---|---|---|---|",
        ]
        for setting in SETTINGS:
            if setting.section == section:
                default = repr(setting.default) if setting.default not in ("", [], {}) else ""
                cells = (
                    f"`{setting.key}`",
                    setting.type.__name__,
                    f"`{default}`" if default else "",
                    f"`{setting.variable}`",
                )
                lines.append(f"| {' | '.join(cells)} | {setting.help} |")
        lines.append("")
    return "\n".join(lines)


def hooks() -> str:
    """Every hook with its exact signature and documentation."""
    api = ".".join(map(str, hookspecs.HOOK_API))
    lines = [NOTE, "# Hooks", "", f"Hook API {api}. Mark an implementation with `fit_toolkit.hookimpl`.", ""]
    for name, function in vars(hookspecs).items():
        if inspect.isfunction(function) and hasattr(function, f"{hookspecs.PROJECT}_spec"):
            signature = f"{name}{inspect.signature(function)}".replace("'", "")
            old = [f"**{each}**\n" for each in hookspecs.DEPRECATED if each.name == name]
            lines += [f"## {name}", "", f"`{signature}`", "", *old, inspect.getdoc(function) or "", ""]
    return "\n".join(lines)


def policies() -> str:
    """Every kind of policy that ships, with its parameters."""
    lines = [NOTE, "# Kinds of policy", ""]
    off = tuple(source.name for source in bundled() if source.intended_use)
    for kind, provided in sorted(build_registry(Defaults(enabled=off), third_party=False).policies.items()):
        thing = provided.thing
        lines += [f"## {kind}", "", inspect.cleandoc(thing.doc or thing.title), ""]
        if provided.plugin in off:
            lines += [f"Off until `fit plugins enable {provided.plugin}`, which says what it is for and not for.", ""]
        lines += [f"Basis {thing.basis}; unless said otherwise severity {thing.severity}, after {thing.after}.", ""]
        if thing.parameters:
            lines += ["| parameter | type | default | |", "|---|---|---|---|"]
            for parameter in thing.parameters:
                default = "required" if parameter.required else _default(parameter.default)
                lines.append(f"| `{parameter.name}` | {parameter.type} | {default} | {parameter.help} |")
            lines.append("")
    return "\n".join(lines)


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return f"`{ {key: inner for key, inner in value.items() if inner is not None} }`"
    return f"`{value}`"


DEFINITION = """\
Every field of a definition file (`fit-instrument/1`), record by record, with an example of each. The records are those
that read the file, so this page, `fit instruments check` and the JSON Schema of `fit instruments schema` agree. How to
write one, step by step: [Add an instrument](../add-an-instrument.md).

Unknown keys are refused. A field marked *required* has to be there; for the others the table says what holds without it.
An older file keeps its meaning and the hash under which its scores are stored: new fields count only where they are used.

How a score is made, in this order: answers are checked; early completion (`skips`) fills in what it lets out; `recode`,
then `reverse`; the `method`, over what was answered where `missing` allows gaps; `multiply`; `round`. Scores are exact to
the millionth, halves are rounded up (by `round`: away from zero). A score out of `range` is never given. A scale that is
made of `scales` or `conditions` has no score when one of its parts has none, and is prorated when one of them is; it
takes its parts as they were before the millionth was rounded, so three thirds make one (but after their own `round`).
"""


def definition() -> str:
    """Every record of a definition file with its fields and an example."""
    examples = YAML(typ="safe").load(HERE / "definition_examples.yaml")
    lines = [NOTE, "# The definition file", "", DEFINITION]
    for name, example in examples.items():
        record = getattr(instrument, name)
        lines += [
            f"## {name}",
            "",
            inspect.cleandoc(record.__doc__),
            "",
            "| field | type | without it | |",
            "|---|---|---|---|",
        ]
        for each in msgspec.structs.fields(record):
            default = (
                "required"
                if each.required
                else _default(each.default)
                if each.default not in ("", (), msgspec.NODEFAULT)
                else ""
            )
            kind, help_ = _kind_and_help(each.type)
            lines.append(f"| `{each.name}` | {kind} | {default} | {help_} |")
        lines += ["", "```yaml", example.rstrip(), "```", ""]
    return "\n".join(lines)


def _kind_and_help(kind: Any) -> tuple[str, str]:
    """Say in words what a field takes, and what it is for."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        said = [meta.description for meta in args[1:] if meta.description]
        return _kind_and_help(args[0])[0], said[-1] if said else ""
    if origin in (Union, UnionType):
        kinds = [_kind_and_help(each) for each in args if each is not type(None)]
        return " or ".join(dict.fromkeys(name for name, _ in kinds)), next((text for _, text in kinds if text), "")
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in args), ""
    if origin is tuple:
        inner = _kind_and_help(args[0])[0]
        return (f"list of {inner}" if args[-1] is ... else " and ".join(_kind_and_help(each)[0] for each in args)), ""
    if origin is dict:
        return f"{_kind_and_help(args[0])[0]} to {_kind_and_help(args[1])[0]}", ""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"[{kind.__name__}](#{kind.__name__.lower()})", ""
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(kind, "anything"), ""


PAGES = {"commands.md": commands, "settings.md": settings, "hooks.md": hooks, "policies.md": policies,
         "definition.md": definition}  # fmt: skip


def stale() -> list[str]:
    """Names of the pages that are not what the code says."""
    return [name for name, make in PAGES.items() if not (HERE / name).is_file() or (HERE / name).read_text() != make()]


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page is out of date")
    if parser.parse_args().check:
        old = stale()
        if old:
            sys.stderr.write(f"out of date: {', '.join(old)}; run script/docs\n")
        return 1 if old else 0
    for name, make in PAGES.items():
        (HERE / name).write_text(make())
    return 0


if __name__ == "__main__":
    sys.exit(main())
