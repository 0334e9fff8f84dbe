"""`fit sheet`: the one-page sheet for a session."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import ExitCode, UsageError


@click.command("sheet")
@click.argument("client")
@click.option("--episode", metavar="CODE", help="Which episode, where the client is in several.")
@click.option("--as-of", type=DAY, metavar="DATE", help="What was rated up to this day (default: today).")
@click.option("--for", "page", type=click.Choice(["therapist", "client"]), default="therapist", show_default=True,
              help="Whose page: numbers and flags, or the client's own answers in plain words.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="FILE.pdf or FILE.html; without it HTML goes to stdout.")  # fmt: skip
@click.option("--language", metavar="CODE", help="In another language than the practice's, such as de or ar.")
@click.option("--large-print", is_flag=True, default=None, help="In large letters, on as many pages as it takes.")
@click.option("--grey", is_flag=True, help="Without any colour.")
@pass_app
def command(
    app: App, client: str, *, episode: str | None, as_of: date | None, page: str, output: Path | None,
    language: str | None, large_print: bool | None, grey: bool,
) -> int:  # fmt: skip
    """Make the one-page sheet about CLIENT for a session.

    Ratings up to the day asked for are on it as they are known today. The file is readable by you alone. Ends with 4
    where a section of a plugin could not be made, a form is not shown because its definition is broken, or a template,
    style, logo or language pack of the practice cannot be used; the sheet is made all the same, with the bundled one.
    """
    from fit_toolkit.sheets.making import FORMATS, find_member, make_sheet

    fmt = "html" if output is None else output.suffix.lower().removeprefix(".")
    if fmt not in FORMATS:
        raise UsageError("a sheet is a .pdf or a .html file")
    if output is not None and not output.resolve().parent.is_dir():
        raise UsageError("there is no such folder to write into")
    practice = app.practice
    day = as_of or practice.today()
    with practice.store.read() as c:
        member = find_member(c, client, as_of=day, episode=episode)
    problems: list[str] = []
    content = make_sheet(
        practice,
        member,
        as_of=day,
        page=page,
        fmt=fmt,
        failed=problems.append,
        language=language or "",
        large=large_print,
        grey=grey,
    )
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        write_atomic(output, content)
    for problem in problems:
        app.say(f"fit: {problem}")
    return ExitCode.PARTIAL if problems else ExitCode.OK
