"""`fit copy`: everything held about one client."""

from __future__ import annotations

import os
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.languages import wanted_language
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import ExitCode, UsageError

DATA, PAGE, PRINT = "copy.json", "copy.html", "copy.pdf"  # no code in a name of a file


@click.command("copy")
@click.argument("client")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="A new or empty folder.")  # fmt: skip
@click.option("--language", metavar="CODE", help="The page in another language than the practice's, such as de.")
@click.option("--no-pdf", is_flag=True, help="Only the page and the JSON.")
@pass_app
def command(app: App, client: str, *, output: Path, language: str | None, no_pdf: bool) -> int:
    """Copy everything held about CLIENT into DIR: a page to read, as HTML and PDF, and the same as JSON.

    In it: answers as given, also those superseded or voided and why, what the therapist answered about them, scores and
    how they were made, alerts with every step, note and message, and the rules behind them. Nothing about others in a
    couple or a group. Only the account that runs this can read the files. Ends with 4 where there is no PDF; nothing else
    is missing then.
    """
    from fit_toolkit.errors import FitError
    from fit_toolkit.language import language_of, speaking
    from fit_toolkit.practice.copying import as_html, as_json, as_pdf, held_about
    from fit_toolkit.sheets.making import look_here
    from fit_toolkit.store.workplace import clear_away, work_beside

    output = output.resolve()
    clear_away(output)  # what was cut off there
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError("there is something in this folder already", where=str(output), hint="name a new one")
    practice = app.practice
    code = wanted_language(language, practice.root) or practice.settings.text("practice.language")
    look = look_here(practice)
    with speaking(language_of(code, practice.root)):
        held = held_about(practice, client)
        page = as_html(practice, held, look=look)
    problem = ""
    output.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = output.is_dir()  # a stick, perhaps, whose folder cannot be put in place of another
    with work_beside(output / DATA if there else output) as work:  # it appears whole: the command can be given again
        write_atomic(work.files / DATA, as_json(held).encode())
        write_atomic(work.files / PAGE, page.encode())
        if not no_pdf:
            try:
                write_atomic(work.files / PRINT, as_pdf(page, look=look))
            except FitError as error:
                problem = str(error)
        for file in sorted(work.files.iterdir()) if there else ():
            file.rename(output / file.name)
        if not there:
            work.files.rename(output)
    if there and os.name == "posix" and output.stat().st_mode & 0o077:
        app.say("Others on this computer can look into this folder: chmod go-rwx")
    app.say(f"Copied to {output}. Hand it to the client alone, and remove it here afterwards.")
    if problem:
        app.say(f"fit: no PDF: {problem}")
    return ExitCode.PARTIAL if problem else ExitCode.OK
