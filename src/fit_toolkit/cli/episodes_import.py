"""`fit episodes import`: who is in treatment, from files, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.forms import typist
from fit_toolkit.cli.output import count, dry_run_option, emit, visible
from fit_toolkit.cli.problems import say_problems
from fit_toolkit.errors import ExitCode

if TYPE_CHECKING:
    from fit_toolkit.intake.episode_files import Listed
    from fit_toolkit.intake.episodes import Outcome
    from fit_toolkit.intake.identity import Pseudonyms

COLUMNS = ("file", "rows", "accepted", "unchanged", "rejected")


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR...", type=click.Path(path_type=Path))
@click.option("--add-staff", is_flag=True, help="Add the therapists whom the files name and nobody knows.")
@click.option("--date-format", default="", help="How days are written, such as %d/%m/%Y; otherwise 2026-03-31.")
@click.option("--pseudonymise/--no-pseudonymise", default=None, help="Name clients by pseudonyms; as fit.toml says.")
@click.option("--encoding", default="", help="How the text is encoded, such as cp1252; otherwise UTF-8.")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table", show_default=True)
@dry_run_option
@pass_app
def command(
    app: App, /, files: tuple[Path, ...], *, add_staff: bool, date_format: str, pseudonymise: bool | None, encoding: str,
    fmt: str, dry_run: bool,
) -> int:  # fmt: skip
    """Open episodes with clients and therapists from files, or from the folder of an export.

    A row is a client in an episode; columns: client, episode, kind, therapist, joined, left, opened, closed,
    close_reason, sex, born, labels. Client and opened are enough; rows with one episode's code are a couple, a family or
    a group. Transfers stand in a file of their own (episode, therapist, role, since, until), so do pauses (episode, since,
    until, reason) and staff (code, role, starts, ends, supervisor); give all at once. What is here already changes nothing. With one rejected row nothing is written. Exit
    codes: 0 done, 3 rejected.
    """
    from fit_toolkit.intake.episode_files import files_of
    from fit_toolkit.intake.episodes import import_episodes
    from fit_toolkit.intake.records import Ask
    from fit_toolkit.practice.pseudonyms import names_of, remember_key

    practice = app.practice
    names = names_of(practice, asked=pseudonymise)
    sheets = [_listed(app, file, date_format, encoding, names) for file in files_of(files)]
    ask = Ask(actor=typist(app), today=practice.today(), now=practice.now(), dry_run=dry_run)
    with practice.store.begin(dry_run=dry_run) as c:
        came = import_episodes(c, sheets, ask, add_staff=add_staff)
    if names and came.written:
        remember_key(practice, names)
    _report(app, came, fmt=fmt, dry_run=dry_run)
    return int(ExitCode.REJECTED if came.rejected else ExitCode.OK)


def _listed(app: App, file: Path, date_format: str, encoding: str, names: Pseudonyms | None) -> Listed:
    from fit_toolkit.intake.door import through_the_door
    from fit_toolkit.intake.episode_files import listed, meaning
    from fit_toolkit.intake.read import read_table
    from fit_toolkit.intake.source import Source

    practice = app.practice
    readers = {kind: each.cls for kind, each in practice.registry.readers.items() if each.cls is not None}
    usual = {kind: table.values for kind, table in practice.settings.tables.get("readers", {}).items()}
    table = read_table(file, readers, settings={"encoding": encoding} if encoding else {}, usual=usual)
    table = through_the_door(Source.of(table), meaning(table), names.of if names else None).sample
    return listed(table, file.name, date_format)


def _report(app: App, came: Outcome, *, fmt: str, dry_run: bool) -> None:
    for file in came.files:
        say_problems(app, file.problems, file.file)
    for note in came.notes:
        app.say(f"note: {visible(note)}")
    rows = []
    for file in came.files:
        problems = [
            {"line": each.line, "column": each.column, "value": each.value, "problem": each.problem}
            for each in file.problems
        ]
        rows.append({name: getattr(file, name) for name in COLUMNS} | {"written": came.written, "problems": problems})
    emit("episodes-import", rows, fmt=fmt, columns=[*COLUMNS, "written", "problems"] if fmt == "json" else COLUMNS)
    if came.rejected:
        app.say("Nothing was written. Mend the file.")
    elif not any(file.accepted for file in came.files):
        app.say("Nothing new in these files.")
    else:
        staff = f" and {count(came.staff, 'member')} of staff" if came.staff else ""
        said = f"Opened {count(came.episodes, 'episode')}; added {count(came.clients, 'client')}{staff}."
        app.done(said, dry_run=dry_run)
