"""`fit caseload`: who needs attention first, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.labelled import wanted_labels
from fit_toolkit.cli.languages import wanted_language
from fit_toolkit.cli.output import as_csv, as_json, write_atomic
from fit_toolkit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.caseload.table import Wanted
    from fit_toolkit.practice import Practice

FORMATS = ("table", "html", "csv", "json")


@click.command("caseload")
@click.option("--therapist", metavar="CODE", help="Only clients of a therapist, by today's assignment.")
@click.option("--supervisor", metavar="CODE", help="Only clients of those somebody supervises.")
@click.option(
    "--label", "labels", multiple=True, metavar="LABEL", help="Only episodes with this label; may be repeated."
)
@click.option("--site", metavar="NAME", help="Only episodes at this site: those with the label site:NAME.")
@click.option("--supervision", is_flag=True,
              help="What belongs into supervision: stood long, came up twice, no reply; and what was tried.")  # fmt: skip
@click.option(
    "--format", "fmt", type=click.Choice(FORMATS), help="What to make. Default: by the name of the file, else table."
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="FILE.html, FILE.csv or FILE.json, readable by you alone; without it the list goes to stdout.")  # fmt: skip
@click.option("--language", metavar="CODE", help="The page in another language than the practice's, such as de.")
@click.option("--large-print", is_flag=True, default=None, help="The page in large letters.")
@click.option("--grey", is_flag=True, help="The page without any colour.")
@pass_app
def command(
    app: App, *, therapist: str | None, supervisor: str | None, labels: tuple[str, ...], site: str | None,
    supervision: bool, fmt: str | None, output: Path | None, language: str | None, large_print: bool | None, grey: bool,
) -> int:  # fmt: skip
    """List the clients in open episodes, those who need attention first, each with the reason.

    In this order: flagged answers, alerts of attention, an end that is near without a last rating, a rating that is
    missing, little change over eight ratings, good to know, nothing stands out, a pause, ended lately without a last
    rating; what is new before what was seen, and what waits longest first. The page (html) needs no network and can be
    sorted by mouse and keyboard. Everything in it is worth asking about, no more; it is no emergency channel.
    """
    from fit_toolkit.caseload.table import Wanted
    from fit_toolkit.practice import caseload
    from fit_toolkit.store import freshness

    kind = _kind(fmt, output)
    practice = app.practice
    wanted = Wanted(
        therapist=therapist or "", supervisor=supervisor or "", labels=wanted_labels(practice, labels, site)
    )  # fmt: skip
    code = wanted_language(language, practice.root)
    problems: tuple[str, ...] = ()
    if kind == "html":
        content, problems = caseload.as_html(
            practice, wanted, supervision=supervision, language=code, large=large_print, grey=grey
        )  # fmt: skip
    else:
        content = _text(practice, wanted, kind, supervision=supervision)
    if output is not None:
        write_atomic(output, content.encode())
    elif content:
        click.echo(content, nl=False)
    else:
        app.say("Nobody is in this list.")
    with practice.store.read() as c:
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    app.say(freshness.in_words(looked, practice.zone))
    for problem in problems:
        app.say(f"fit: {problem}")
    return ExitCode.PARTIAL if problems else ExitCode.OK


def _kind(fmt: str | None, output: Path | None) -> str:
    if fmt is not None or output is None:
        return fmt or "table"
    kind = output.suffix.lower().removeprefix(".")
    if kind not in FORMATS[1:]:
        raise UsageError(
            "a caseload is a .html, .csv or .json file", hint="--format says which, whatever the file's name"
        )
    return kind


def _text(practice: Practice, wanted: Wanted, kind: str, *, supervision: bool) -> str:
    from fit_toolkit.caseload.build import COLUMNS
    from fit_toolkit.cli.caseload_said import cases_text, list_text, screen
    from fit_toolkit.practice import caseload

    if supervision:
        found = caseload.make_supervision(practice, wanted)
        if kind == "table":
            return cases_text(found, screen())
        return caseload.as_json(found) if kind == "json" else as_csv(caseload.case_rows(found), caseload.FLAT)
    made = caseload.make_caseload(practice, wanted)
    if kind == "table":
        return list_text(made, screen())
    rows = caseload.list_rows(made)
    if kind == "json":
        return as_json("caseload", rows, COLUMNS)
    flat = [{**row, "labels": "; ".join(row["labels"]), "also": "; ".join(row["also"])} for row in rows]
    return as_csv(flat, COLUMNS)
