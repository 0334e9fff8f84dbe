"""How commands print: one listing as table, JSON or CSV, and files that appear whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from fit_toolkit.errors import UsageError

FORMATS = ("table", "json", "csv")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DATABASE = b"SQLite format 3\0"
_SETTINGS = "fit.toml"  # settings.FILE, without what importing settings costs every command
F = TypeVar("F", bound=Callable[..., Any])

Row = Mapping[str, Any]


def format_option(command: F) -> F:
    """Add `--format table|json|csv`, handed over as `fmt`."""
    return click.option("--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True,
                        help="How to print the listing.")(command)  # fmt: skip


def output_option(command: F) -> F:
    """Add `--output FILE`, handed over as `output`."""
    return click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                        help="Write here instead of to stdout.")(command)  # fmt: skip


def dry_run_option(command: F) -> F:
    """Add `--dry-run`, handed over as `dry_run`."""
    return click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")(command)


def emit(
    name: str,
    rows: Sequence[Row],
    *,
    fmt: str = "table",
    columns: Sequence[str] | None = None,
    output: Path | None = None,
    empty: str = "",
) -> None:
    """Print one listing; JSON is `{"schema": "fit/NAME/1", NAME: [...]}`."""
    names = list(columns) if columns is not None else list(dict.fromkeys(key for row in rows for key in row))
    text = as_json(name, rows, names) if fmt == "json" else {"csv": as_csv, "table": as_table}[fmt](rows, names)
    if fmt == "table" and not rows:
        click.echo(empty or f"no {name}", err=True)
        text = ""
    if output is not None:
        write_atomic(output, text.encode())
    elif text:
        click.echo(text, nl=False)


def as_json(name: str, rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Write rows as the stable JSON of a listing."""
    listed = [{column: _plain(row.get(column)) for column in columns} for row in rows]
    return json.dumps({"schema": f"fit/{name}/1", name: listed}, ensure_ascii=False, indent=2) + "\n"


def as_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Write rows as CSV; a text that a spreadsheet would run as a formula gets a leading quote mark."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_inert(row.get(column)) for column in columns])
    return target.getvalue()


def as_table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Write rows as aligned columns under their names; control characters are shown, never sent to the terminal."""
    cells = [[visible(row.get(column)) for column in columns] for row in rows]
    widths = [max([len(column), *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)]
    heads = [column.replace("_", " ") for column in columns]
    lines = [heads, ["-" * width for width in widths], *cells]
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() + "\n"
                   for line in lines)  # fmt: skip


def visible(value: object) -> str:
    """Return `value` as one line that no terminal can take for a command."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)) and all(isinstance(entry, str) for entry in value):
        value = ", ".join(value)
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(_plain(value), ensure_ascii=False)
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ", timespec="minutes")
    return _CONTROL.sub(lambda hit: f"\\x{ord(hit[0]):02x}", str(value))


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 form, 2 forms."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def write_atomic(path: Path, content: bytes | Iterable[bytes], *, settings: bool = False) -> None:
    """Write a private file that appears whole or not at all; never over a practice's store, nor its settings unless told."""
    if path.is_dir():
        raise UsageError("this is a folder, and a file has to be named", where=str(path), hint=f"-o {path / 'NAME'}")
    if not path.parent.is_dir():
        raise UsageError("there is no such folder to write into", where=str(path.parent))
    if not settings:
        _spare_the_practice(path)
    if (
        path.exists() and not path.is_file()
    ):  # a device or a pipe, such as /dev/null: to put a file in its place would break it
        path.write_bytes(content if isinstance(content, bytes) else b"".join(content))
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".fit-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _spare_the_practice(path: Path) -> None:
    """`-o store.db` is one slip away, and what it would cost is everything that was ever entered."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        holds_store = file.read(len(_DATABASE)) == _DATABASE
    if holds_store or path.name == _SETTINGS:
        kept = "a database" if holds_store else "a practice's settings"
        raise UsageError(
            f"{kept} would be written over", where=str(path), hint="give what is written a name of its own"
        )


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _inert(value: object) -> object:
    if isinstance(value, (dict, list, tuple, date, datetime)):
        plain = _plain(value)
        return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    if isinstance(value, str):
        from fit_toolkit.model.writing import FORMULA  # every command would load it

        lines = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone one would end the row for some readers
        return f"'{lines}" if FORMULA.match(value) else lines
    return "" if value is None else value
