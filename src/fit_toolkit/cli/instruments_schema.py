"""`fit instruments schema`: what editors need to complete and check definition files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fit_toolkit.cli.output import output_option, write_atomic


@click.command("schema")
@click.argument("kind", type=click.Choice(("instrument", "wording", "norms")), default="instrument")
@output_option
def command(kind: str, output: Path | None) -> None:
    """Print the JSON Schema of a kind of file, made from the types that read it.

    Editors with YAML support use it: put `# yaml-language-server: $schema=FILE` in the first line of a definition.
    """
    from fit_toolkit.catalog.schema import json_schema

    text = json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomic(output, text.encode())
