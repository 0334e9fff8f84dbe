"""What the commands of `fit analyze` share: the file they read, columns named by the person, results written, cells refused."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import count, output_option, visible, write_atomic
from fit_toolkit.errors import DataError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis.columns import Problem
    from fit_toolkit.analysis.files import Table

SHOWN = 50  # cells that are named one by one
#: Said at the end of the help of every command here.
CELLS = (
    "No rating or answer is an empty cell, NA, N/A, #N/A, NaN or NULL, in any case. Rows without anything in them are"
    " passed over and counted on stderr."
)
F = TypeVar("F", bound=Callable[..., Any])


def file_argument(command: F) -> F:
    """Add FILE, handed over as `file`; `-` is stdin."""
    kind = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
    return click.argument("file", metavar="FILE", type=kind)(command)


def id_option(command: F) -> F:
    """Add `--id COL`, handed over as `ids`."""
    text = "A column that says whose row it is; may be repeated. Default: row, from 1."
    return click.option("--id", "ids", multiple=True, metavar="COL", help=text)(command)


def result_options(command: F) -> F:
    """Add `--format csv|json` and `--output FILE`."""
    return click.option("--format", "fmt", type=click.Choice(("csv", "json")), default="csv", show_default=True,
                        help="How to write the result.")(output_option(command))  # fmt: skip


def table_of(file: Path) -> Table:
    """Read the file that was named; rows without anything in them are passed over, and said."""
    from fit_toolkit.analysis.files import read_table

    if str(file) == "-":
        table = read_table(sys.stdin.buffer.read(), "stdin")
    else:
        try:
            table = read_table(file.read_bytes(), file.name)
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or type(error).__name__}", where=file.name) from None
    if table.blank:
        click.echo(f"{count(table.blank, 'blank row')} passed over", err=True)
    return table


def columns_of(text: str | None) -> tuple[str, ...]:
    """Cut a list of columns; a name with a comma in it stands in quotes."""
    if text is None:
        return ()
    return tuple(cell.strip() for cell in next(csv.reader([text]), []))


def hand_over(text: str, output: Path | None) -> None:
    """Write a result to stdout or to the file that was named."""
    if output is None:
        click.echo(text, nl=False)
    else:
        spare_what_was_read(output)
        write_atomic(output, text.encode())


def spare_what_was_read(output: Path) -> None:
    """Refuse to write over a file that was read: the ratings, or the policies."""
    given = click.get_current_context().params
    for read in (given.get("file"), given.get("policies")):
        if isinstance(read, Path) and read.exists() and output.exists() and output.samefile(read):
            raise UsageError(
                "the file that was read would be written over", hint="give the results a name of their own"
            )


def keep_apart(second: Path | None, output: Path | None, name: str) -> None:
    """Refuse a second result, before anything is written, where it would take the place of the first or of what was read."""
    if second is None:
        return
    spare_what_was_read(second)
    if output is not None and second.resolve() == output.resolve():
        raise UsageError(f"{name} and --output name the same file", hint="give each a name of its own")


def as_lines(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> str:
    """Write rows of text as CSV, every cell as it is: ids go out as they came in."""
    from fit_toolkit.analysis.files import written

    return "".join(",".join(written(row)) + "\n" for row in (columns, *rows))


def name_problems(app: App, table: Table, problems: Sequence[Problem]) -> None:
    """Name on stderr the cells that could not be used, by line and column, never by what they hold."""
    for each in problems[:SHOWN]:
        app.say(visible(f"{table.name}:{table.line(each.row)}: {each.column}: {each.message}"))
    if len(problems) > SHOWN:
        app.say(f"and {len(problems) - SHOWN} more cells")


def refuse_problems(app: App, table: Table, problems: Sequence[Problem]) -> None:
    """Name the cells that cannot be used and refuse the file, where a figure for all rows would be another without them."""
    if problems:
        name_problems(app, table, problems)
        raise DataError(
            f"{count(len(problems), 'cell')} cannot be used", where=table.name, findings=problems,
            hint="what is wrong with each stands above",
        )  # fmt: skip
