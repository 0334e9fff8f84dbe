"""`fit appointments import`: the diary of another system, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.forms import typist
from fit_toolkit.cli.output import dry_run_option, emit, visible
from fit_toolkit.cli.problems import say_problems
from fit_toolkit.errors import ExitCode

if TYPE_CHECKING:
    from fit_toolkit.intake.diary import Came
    from fit_toolkit.intake.mapping import Map

COLUMNS = ("file", "rows", "accepted", "unchanged", "rejected", "added", "changed")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--map", "map_file", type=click.Path(path_type=Path, dir_okay=False), help="What the columns mean.")
@click.option("--keep-going", is_flag=True, help="Take the good rows.")
@click.option(
    "--date-format", default="", help="How days, perhaps with times, are written; otherwise 2026-03-31 09:30."
)
@click.option(
    "--timezone", default="", metavar="ZONE", help="Of times without an offset, where it is not the practice's."
)
@click.option("--pseudonymise/--no-pseudonymise", default=None, help="Name clients by pseudonyms; as fit.toml says.")
@click.option("--reader", default="", metavar="KIND", help="Which reader to use.")
@click.option("--encoding", default="", help="How the text is encoded, such as cp1252; otherwise UTF-8.")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table", show_default=True)
@dry_run_option
@pass_app
def command(
    app: App, /, file: Path, map_file: Path | None, fmt: str, *, keep_going: bool, dry_run: bool, **given: Any
) -> int:
    """Bring in appointments from FILE: what is planned, held, cancelled or was not attended.

    Columns read without a map: client (or episode), date or start, and where there are any time, therapist, status and
    reason. The same file again changes nothing; a later one may say what became of an appointment, but `planned` never
    takes that back. With one rejected row nothing is written, unless --keep-going. Exit codes: 0 done, 3 rejected,
    4 done in part.
    """
    import msgspec

    from fit_toolkit.intake.diary import by_names, import_diary
    from fit_toolkit.intake.door import through_the_door
    from fit_toolkit.intake.mapping import Map, load_map
    from fit_toolkit.intake.read import read_table
    from fit_toolkit.intake.source import Source
    from fit_toolkit.practice.pseudonyms import names_of, remember_key

    practice = app.practice
    names = names_of(practice, asked=given.pop("pseudonymise"))
    said = {name: value for name, value in given.items() if value}
    base: Map = msgspec.structs.replace(load_map(map_file) if map_file else Map(), **said)
    usual = {kind: table.values for kind, table in practice.settings.tables.get("readers", {}).items()}
    readers = {kind: each.cls for kind, each in practice.registry.readers.items() if each.cls is not None}
    table = read_table(file, readers, reader=base.reader, settings=base.reader_settings(), usual=usual)
    mapping = by_names(table, base)
    table = through_the_door(Source.of(table), mapping, names.of if names else None).sample
    with practice.store.begin(dry_run=dry_run) as c:
        ask = _ask(app, keep_going=keep_going, dry_run=dry_run)
        came = import_diary(c, table, mapping, ask, file=file.name)
    if names and came.written:
        remember_key(practice, names)
    return _report(app, came, file.name, fmt=fmt, keep_going=keep_going, dry_run=dry_run)


def _ask(app: App, *, keep_going: bool, dry_run: bool) -> Any:
    from fit_toolkit.intake.records import Ask

    return Ask(
        actor=typist(app), today=app.practice.today(), now=app.practice.now(),
        zone=app.practice.settings.text("practice.time_zone"), keep_going=keep_going, dry_run=dry_run,
    )  # fmt: skip


def _report(app: App, came: Came, file: str, *, fmt: str, keep_going: bool, dry_run: bool) -> int:
    say_problems(app, came.problems, file)
    for note in came.notes:
        app.say(f"note: {visible(note)}")
    row = {"file": file, **{name: getattr(came, name) for name in COLUMNS[1:]}}
    extra = {
        "written": came.written,
        "problems": [
            {"line": each.line, "column": each.column, "value": each.value, "problem": each.problem}
            for each in came.problems
        ],
    }
    emit("appointments", [{**row, **extra}], fmt=fmt, columns=[*COLUMNS, *extra] if fmt == "json" else COLUMNS)
    if dry_run:
        app.say("Dry run, nothing kept.")
    elif came.rejected and not came.written:
        other = "" if keep_going else ", or take only the good rows with --keep-going"
        app.say(f"Nothing was written. Mend the file{other}.")
    if not came.rejected:
        return int(ExitCode.OK)
    took_some = keep_going and bool(came.accepted or came.unchanged)
    return int(ExitCode.PARTIAL if took_some else ExitCode.REJECTED)
