"""`fit sheets`: the sheets of a day, a folder for each therapist."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.languages import wanted_language
from fit_toolkit.cli.output import count
from fit_toolkit.cli.signals import ended_in_order
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.sheets.batch import Outcome, Wish


@click.command("sheets")
@click.option("--date", "day", type=DAY, default="today", show_default=True, metavar="DATE",
              help="Whose appointments, and what was rated up to this day.")  # fmt: skip
@click.option("--therapist", metavar="CODE", help="Of one therapist only.")
@click.option("-o", "--output", "place", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where the folders go (default: sheets.folder of the practice).")  # fmt: skip
@click.option("--format", "fmt", type=click.Choice(["pdf", "html", "both"]), default="pdf", show_default=True,
              help="HTML needs no library of the system, and takes a tenth of the time.")  # fmt: skip
@click.option("--for", "whose", type=click.Choice(["therapist", "client", "both"]), default="therapist", show_default=True,
              help="The therapist's pages, the clients' own, or both.")  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="So many processes (default: one for each processor)."
)
@click.option("--language", metavar="CODE", help="In another language than the practice's, such as de or ar.")
@click.option("--large-print", is_flag=True, default=None, help="In large letters, on as many pages as it takes.")
@click.option("--grey", is_flag=True, help="Without any colour.")
@click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Encrypt the PDFs (AES-256) with the first line of this file.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Say nothing when all went well, for cron.")
@pass_app
def command(
    app: App, *, day: date, therapist: str | None, place: Path | None, fmt: str, whose: str, jobs: int | None,
    language: str | None, large_print: bool | None, grey: bool, password_file: Path | None, quiet: bool,
) -> int:  # fmt: skip
    """Make the sheets of a day: for each therapist a folder with a file for each client, one PDF with all, and index.html.

    The list is that of the appointments. A therapist who keeps no appointments here gets everybody in therapy with
    them. In front of the sheets of a couple or a group lies the page of all, for the therapist. Files are named by
    running number. The same command again makes only what is missing or has changed, also after it was cut off; files
    that fit sheets made and nobody has asked for since keep_sheets_days are removed. Ends with 4 where a sheet, or
    something on one, could not be made; the others are there.
    """
    from fit_toolkit.sheets.batch import Wish, make_batch
    from fit_toolkit.sheets.batch_encrypt import pikepdf, read_password

    practice = app.practice
    code = wanted_language(language, practice.root)
    named = practice.settings.text("sheets.password_file")
    secret = password_file or (practice.root / named if named else None)
    if secret is not None and fmt != "pdf":
        raise UsageError("only PDFs can be encrypted", hint="--format pdf")
    if secret is not None:
        pikepdf()
    wish = Wish(
        day=day, place=place or practice.path("sheets.folder"), therapist=therapist, fmt=fmt, jobs=jobs or 0,  # type: ignore[arg-type]
        pages=("therapist", "client") if whose == "both" else (whose,), language=code, large=large_print,
        grey=grey, password=read_password(secret) if secret is not None else "",
    )  # fmt: skip
    with _progress(quiet=quiet) as advance, ended_in_order():
        try:
            outcome = make_batch(practice, wish, tell=lambda line: app.say(f"fit: {line}"), advance=advance)
        except (KeyboardInterrupt, SystemExit):
            app.say("The sheets made so far are there; the same command makes the others.")
            raise
    if not quiet:
        app.say(_said(outcome, wish))
    return outcome.exit_code


def _said(outcome: Outcome, wish: Wish) -> str:
    """Say what was made in one line, and clearly that nobody was on the list: a wrong date would look like a quiet day."""
    parts = [f"{count(outcome.made, 'sheet')} made", f"{outcome.kept} unchanged" if outcome.kept else "",
             f"{outcome.failed} failed" if outcome.failed else ""]  # fmt: skip
    made = f"{', '.join(part for part in parts if part)} for {count(outcome.therapists, 'therapist')} in {wish.place}"
    if not outcome.listed:
        whose = f" of {wish.therapist}" if wish.therapist else ""
        made = f"nobody is on the list{whose}, so no sheet was made (fit appointments list, fit episodes list)"
    of = "the list is" if outcome.everybody == outcome.therapists else f"the list of {outcome.everybody} of them is"
    everybody = f"; {of} everybody in therapy, as no appointments are near that day" if outcome.everybody else ""
    removed = f"; {count(outcome.removed, 'old file')} removed" if outcome.removed else ""
    return f"{wish.day}: {made}{everybody}{removed}"


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar where somebody looks on; nothing under cron."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="sheets", file=sys.stderr, show_pos=True) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield advance
