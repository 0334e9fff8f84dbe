"""`fit report`: how the service does, for its lead."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.labelled import wanted_labels
from fit_toolkit.cli.languages import wanted_language
from fit_toolkit.cli.output import as_csv, write_atomic
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.report.build import Report

FORMATS = ("html", "pdf", "csv", "json")
DAYS = 365


@click.command("report")
@click.option("--since", type=DAY, help="The first day. Default: a year before the last.")
@click.option("--until", type=DAY, help="The last day. Default: today.")
@click.option(
    "--label", "labels", multiple=True, metavar="LABEL", help="Only episodes with this label; may be repeated."
)
@click.option("--site", metavar="NAME", help="Only episodes at this site: those with the label site:NAME.")
@click.option("--with-open", "open_too", is_flag=True,
              help="Also courses still open on the last day, as far as they have come.")  # fmt: skip
@click.option(
    "--format", "fmt", type=click.Choice(FORMATS), help="What to make. Default: by the name of the file, else html."
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="FILE.html, FILE.pdf, FILE.csv or FILE.json; without it the report goes to stdout.")  # fmt: skip
@click.option(
    "--language",
    metavar="CODE",
    help="The page in another language than the practice's, such as de; CSV and JSON are English.",
)
@click.option("--large-print", is_flag=True, default=None, help="The page in large letters.")
@click.option("--grey", is_flag=True, help="The page without any colour.")
@pass_app
def command(
    app: App, *, since: date | None, until: date | None, labels: tuple[str, ...], site: str | None, open_too: bool, fmt: str | None,
    output: Path | None, language: str | None, large_print: bool | None, grey: bool,
) -> int:  # fmt: skip
    """Report on the courses of treatment that ended in a period: ratings received, outcomes, the relationship, alerts.

    A course is one client in one episode. No client can be told from it: figures of fewer than report.smallest_cell
    clients are kept back, and what they could be subtracted from. Figures by therapist only where the practice has agreed
    on them (governance.therapist_figures). Before-after change is not proof of effect. Ends with 4 where the practice's
    style, logo or language pack cannot be used; the report is made all the same, with the bundled one.
    """
    from fit_toolkit.language import language_of, speaking
    from fit_toolkit.practice.reporting import Wish, as_html, as_pdf, make_report
    from fit_toolkit.sheets.making import look_here

    kind = _kind(fmt, output)
    if output is not None and not output.resolve().parent.is_dir():
        raise UsageError("there is no such folder to write into")
    practice = app.practice
    today = practice.today()
    last = min(until or today, today)
    if until is not None and until > today:
        app.say(f"{until} lies ahead: the report is up to today, {today}.")
    first = since or last - timedelta(days=DAYS - 1)
    if first > last:
        raise UsageError(f"{first} is after {last}", hint="--since DATE --until DATE")
    wanted = wanted_labels(practice, labels, site)
    code = wanted_language(language, practice.root) or practice.settings.text("practice.language")
    asked = Wish(since=first, until=last, labels=wanted, open_too=open_too)
    problems: list[str] = []
    if kind in ("csv", "json"):
        report = make_report(practice, **asked)
        content = _rows(report, kind)
    else:
        look = look_here(practice, large=large_print, grey=grey)
        with speaking(language_of(code, practice.root)) as spoken:
            report = make_report(practice, **asked)
            content = (
                as_pdf(practice, report, look=look) if kind == "pdf" else as_html(practice, report, look=look).encode()
            )
        problems += [*look.problems, *spoken.problems]
    if output is not None:
        write_atomic(output, content)
    else:
        click.echo(content, nl=False)
    if report.problem:
        app.say(report.problem)
    for problem in problems:
        app.say(f"fit: {problem}")
    return ExitCode.PARTIAL if problems else ExitCode.OK


def _kind(fmt: str | None, output: Path | None) -> str:
    if fmt is not None or output is None:
        return fmt or "html"
    kind = output.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UsageError(
            "a report is a .html, .pdf, .csv or .json file", hint="--format says which, whatever the file's name"
        )
    return kind


def _rows(report: Report, kind: str) -> bytes:
    from fit_toolkit.practice.reporting import as_json
    from fit_toolkit.report.figure import COLUMNS

    if kind == "csv":
        return as_csv([each.row() for each in report.figures], COLUMNS).encode()
    return as_json(report).encode()
