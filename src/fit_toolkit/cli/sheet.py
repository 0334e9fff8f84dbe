"""`fit sheet`: the one-page sheet for a session, where its numbers come from, and one page of several people."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.languages import wanted_language
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice


class Asked(TypedDict):
    """The command line, without whom it is about."""

    episode: str | None
    as_of: date | None
    session: int | None
    page: str
    output: Path | None
    language: str | None
    large_print: bool | None
    grey: bool
    history: bool | None
    together: bool
    explain: bool
    fmt: str | None


@click.command("sheet")
@click.argument("client", required=False)
@click.option("--episode", metavar="CODE", help="Which episode, where the client is in several.")
@click.option("--as-of", type=DAY, metavar="DATE", help="What was rated up to this day (default: today).")
@click.option("--session", type=click.IntRange(min=1), metavar="N",
              help="As it stood after this session, counted by date.")  # fmt: skip
@click.option("--for", "page", type=click.Choice(["therapist", "client"]), default="therapist", show_default=True,
              help="Whose page: numbers and flags, or the client's own answers in plain words.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="FILE.pdf or FILE.html; without it HTML goes to stdout.")  # fmt: skip
@click.option("--language", metavar="CODE", help="In another language than the practice's, such as de or ar.")
@click.option("--large-print", is_flag=True, default=None, help="In large letters, on as many pages as it takes.")
@click.option("--grey", is_flag=True, help="Without any colour.")
@click.option("--history", is_flag=True, default=None,
              help="Every answer of every session on a second page of the therapist's sheet.")  # fmt: skip
@click.option("--together", is_flag=True,
              help="All members of a couple or group beside each other, for the therapist: with --episode, no CLIENT.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Where every number on the sheet comes from, instead of the sheet.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), help="How --explain prints (default: text).")
@pass_app
def command(app: App, client: str | None, **asked: Unpack[Asked]) -> int:
    """Make the one-page sheet about CLIENT for a session.

    Ratings up to the day asked for are on it as they are known today, alerts as they stood at the end of that day. The
    file is readable by you alone. Ends with 4 where a section of a plugin could not be made, a form is not shown
    because its definition is broken, or a template, style, logo or language pack of the practice cannot be used; the
    sheet is made all the same, with the bundled one.
    """
    from fit_toolkit.sheets.making import FORMATS

    _fits(client, asked)
    asked["language"] = wanted_language(asked["language"], app.practice.root)
    output = asked["output"]
    fmt = "html" if output is None else output.suffix.lower().removeprefix(".")
    if fmt not in FORMATS:
        raise UsageError("a sheet is a .pdf or a .html file")
    if output is not None and not output.resolve().parent.is_dir():
        raise UsageError("there is no such folder to write into")
    if asked["explain"]:
        click.echo(_explained(app.practice, client or "", asked), nl=False)
        return ExitCode.OK
    problems: list[str] = []
    content = _made(app.practice, client, asked, fmt, problems)
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        write_atomic(output, content)
    for problem in problems:
        app.say(f"fit: {problem}")
    return ExitCode.PARTIAL if problems else ExitCode.OK


def _fits(client: str | None, asked: Asked) -> None:
    """Refuse what cannot be asked for at once."""
    if asked["session"] is not None and asked["as_of"] is not None:
        raise UsageError("a session has its own day", hint="--session or --as-of, not both")
    if asked["together"]:
        if client is not None or asked["episode"] is None:
            raise UsageError("--together shows all members of an episode", hint="--episode CODE and no CLIENT")
        if asked["page"] != "therapist" or asked["explain"]:
            raise UsageError(
                "--together is a page for the therapist",
                hint="a client's page and --explain are about one client: fit sheet CLIENT",
            )
    elif client is None:
        raise UsageError("whose sheet is wanted?", hint="fit sheet CLIENT; fit clients list")
    if asked["explain"] and (asked["page"] != "therapist" or asked["output"] is not None):
        raise UsageError("--explain tells of the therapist's page, on stdout", hint="without --for client and -o")
    if asked["fmt"] is not None and not asked["explain"]:
        raise UsageError("--format is for --explain", hint="the name of the file decides: FILE.pdf or FILE.html")


def _member(practice: Practice, client: str, asked: Asked) -> tuple[int, date]:
    """Whom it is about, and as of which day."""
    from fit_toolkit.sheets.making import find_member, session_day

    today = practice.today()
    with practice.store.read() as c:
        member = find_member(c, client, as_of=asked["as_of"] or today, episode=asked["episode"])
        if asked["session"] is not None:
            return member, session_day(c, member, asked["session"], until=today)
    return member, asked["as_of"] or today


def _made(practice: Practice, client: str | None, asked: Asked, fmt: str, problems: list[str]) -> bytes:
    from fit_toolkit.sheets.making import SheetWish, make_sheet

    held = asked["session"] is not None
    wish = SheetWish(
        language=asked["language"] or "", large=asked["large_print"], grey=asked["grey"], held=held, history=asked["history"]
    )  # fmt: skip
    if client is None:
        from fit_toolkit.sheets.together import episode_day, make_together

        with practice.store.read() as c:
            day = episode_day(c, asked["episode"] or "", asked["session"], until=practice.today())
        day = asked["as_of"] or day
        return make_together(practice, asked["episode"] or "", as_of=day, fmt=fmt, failed=problems.append, **wish)
    member, day = _member(practice, client, asked)
    return make_sheet(practice, member, as_of=day, page=asked["page"], fmt=fmt, failed=problems.append, **wish)


def _explained(practice: Practice, client: str, asked: Asked) -> str:
    from fit_toolkit.cli.sheet_explain import as_data, as_text
    from fit_toolkit.sheets.making import explain_sheet

    member, day = _member(practice, client, asked)
    held, history = asked["session"] is not None, asked["history"]
    found = explain_sheet(
        practice, member, as_of=day, language=asked["language"] or "", held=held, history=history
    )  # fmt: skip
    return as_data(found) if asked["fmt"] == "json" else "\n".join(as_text(found)) + "\n"
