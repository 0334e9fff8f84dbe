"""`fit instruments import FILE`: a definition made from a REDCap dictionary, a FHIR Questionnaire, an XLSForm or LimeSurvey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.acting import say_findings
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.instruments_new import Pair
from fit_toolkit.cli.output import dry_run_option, visible, write_atomic
from fit_toolkit.errors import ConfigError, DataError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.exchange import Decisions, Settled


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them, or the word none."""

    name = "NAME,NAME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Read the names."""
        found = tuple(each.strip() for each in str(value).split(",") if each.strip())
        return () if found == ("none",) else found


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "form_of",
    type=click.Choice(("redcap", "fhir", "xlsform", "limesurvey")),
    help="What FILE is; else found out.",
)
@click.option("--form", "form_name", default="", metavar="NAME", help="Which form, where FILE holds several.")
@click.option("--id", default="", help="Id of the instrument; default: made of the form's name.")
@click.option("--title", default="", help="Its name; default: as in FILE.")
@click.option(
    "--direction", type=click.Choice(("higher_is_better", "higher_is_worse")), help="What a high score means."
)
@click.option("--method", type=click.Choice(("sum", "mean")), help="How the items become a score.")
@click.option("--reverse", type=Names(), help="Items that are turned round in scoring, or none.")
@click.option("--missing-codes", type=Names(), help="Codes that stand for no answer, such as -99, or none.")
@click.option("--values", multiple=True, metavar="CODE=NUMBER", help="What an answer counts, where FILE does not say.")
@click.option("--answers", type=Pair(), help="Lowest and highest answer, where FILE does not say.")
@click.option("--without", type=Names(), multiple=True, help="Fields to leave out.")
@click.option("--unscored", type=Names(), multiple=True, help="Items that belong to no scale.")
@click.option("--scales", type=click.Choice(("total", "groups")), default="total", show_default=True,
              help="One total, or also a scale for each group of FILE.")  # fmt: skip
@click.option("--numbered", is_flag=True, help="Call the items q1, q2 ...; their names become aliases.")
@click.option("--construct", type=click.Choice(("alliance", "outcome", "symptoms", "functioning", "other")),
              default="symptoms", show_default=True,
              help="`alliance` belongs to a client and one therapist, the rest to the client.")  # fmt: skip
@click.option("--rater", "raters", multiple=True, default=("client",), show_default=True,
              type=click.Choice(("client", "therapist", "carer", "observer", "supervisor")), help="Who rates.")  # fmt: skip
@click.option("--with-wording", is_flag=True, help="Write a wording pack too; needs --licence.")
@click.option("--licence", default="", metavar="TEXT", help="Under which licence or permission you use the words.")
@click.option(
    "--language",
    "--lang",
    default="",
    metavar="LANG",
    help="Language of the words, where FILE does not say or has several.",
)
@click.option("--encoding", default="", help="How the text is encoded, such as cp1252; otherwise UTF-8.")
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Folder for the file; default: the practice's instruments.")  # fmt: skip
@dry_run_option
@pass_app
def command(app: App, /, file: Path, form_of: str | None, form_name: str, output: Path | None, **given: Any) -> None:
    """Make a definition from a REDCap data dictionary, a FHIR R4 Questionnaire, an XLSForm or a LimeSurvey structure.

    What such a file cannot say, you say: --direction, --method, --reverse. Whatever is left out is named. Calculations
    and branching are shown and never executed. Nothing is overwritten.
    """
    from fit_toolkit import exchange

    if given["with_wording"] and not given["licence"].strip():
        raise UsageError("--with-wording needs --licence: under which licence or permission are the words used?")
    decided = _decisions(given)
    with say_findings(app):
        found = exchange.forms(file, form=form_of or "", encoding=given["encoding"], language=given["language"])
    settled = exchange.settle(exchange.choose(found, form_name), decided)
    for line in exchange.remarks(settled):
        app.say(visible(line))
    _ask(app, settled)
    files = _written(settled, decided, given["licence"] if given["with_wording"] else "")
    _refuse_faults(app, files)
    _keep(app, files, exchange.instrument_id(settled, decided), output, dry_run=given["dry_run"])
    if not given["with_wording"] and any(field.text for field in settled.fields):
        app.say("the words of the items stay behind; --with-wording --licence TEXT takes them along")


def _decisions(given: dict[str, Any]) -> Decisions:
    from fit_toolkit.exchange import Decisions

    values: dict[str, float] = {}
    for each in given["values"]:
        for part in each.split(","):
            code, equals, number = part.rpartition("=")
            try:
                values[code.strip()] = float(number)
            except ValueError:
                equals = ""
            if not equals or not code.strip():
                raise UsageError("--values takes CODE=NUMBER, with commas between several: never=0,often=2")
    return Decisions(
        direction=given["direction"], method=given["method"], reverse=given["reverse"], values=values,
        without=sum(given["without"], ()), unscored=sum(given["unscored"], ()), answers=given["answers"],
        missing_codes=given["missing_codes"], numbered=given["numbered"], groups=given["scales"] == "groups",
        id=given["id"], title=given["title"], construct=given["construct"], raters=given["raters"],
        language=given["language"],
    )  # fmt: skip


def _ask(app: App, settled: Settled) -> None:
    """List what is still to be decided, and go no further."""
    if not settled.open:
        return
    for problem in settled.open:
        app.say(visible(f"to decide: {problem}"))
    count = len(settled.open)
    raise UsageError(f"{count} {'thing is' if count == 1 else 'things are'} left to decide", hint="nothing was written")


def _written(settled: Settled, decided: Decisions, licence: str) -> dict[str, str]:
    from fit_toolkit import exchange

    id = exchange.instrument_id(settled, decided)
    files = {f"{id}.yaml": exchange.definition(settled, decided)}
    if licence:
        language = exchange.language_of(settled, decided)
        files[f"wording/{language}/{id}.yaml"] = exchange.wording(settled, decided, licence)
    return files


def _refuse_faults(app: App, files: dict[str, str]) -> None:
    from fit_toolkit.exchange import findings

    found = findings(files)
    for each in found:
        app.say(visible(str(each)))
    if found:
        raise DataError(f"the definition would not pass the check: {found[0].message}", findings=found,
                        hint="--dry-run shows it; nothing was written")  # fmt: skip


def _keep(app: App, files: dict[str, str], id: str, output: Path | None, *, dry_run: bool) -> None:
    if id in catalog_at_hand(app):
        raise DataError(f"there is an instrument '{id}' already", hint="choose another with --id")
    folder = output if output is not None else _instruments(app, dry_run=dry_run)
    for name in files:
        if (folder / name).exists():
            raise DataError("the file exists already; it is not overwritten", where=str(folder / name))
    for name, text in files.items():
        if dry_run:
            click.echo(text, nl=False)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(folder / name, text.encode())
        app.done(f"wrote {folder / name}", dry_run=dry_run)
    if not dry_run:
        app.say(f"Next: read it, then fit instruments check {folder / next(iter(files))}")


def _instruments(app: App, *, dry_run: bool) -> Path:
    if app.in_practice:
        return app.practice.root / "instruments"
    if dry_run:
        return Path()
    raise ConfigError("there is no practice here", hint="say where to write with --output FOLDER")
