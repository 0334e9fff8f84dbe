"""`fit form`: blank forms to print, for one client, for nobody yet, or for all appointments of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import day_option
from fit_toolkit.cli.output import emit, write_atomic
from fit_toolkit.cli.safety import check_safety
from fit_toolkit.errors import ConfigError, DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.wording import Wording


@click.command("form")
@click.argument("client", required=False)
@click.argument("instrument", required=False)
@click.option("--blank", metavar="INSTRUMENT", default="", help="A form without a code, to be written in.")
@day_option("Printed on the form; without a client: all appointments of that day.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="FILE.html or FILE.pdf; a folder for a whole day."
)
@click.option("--language", "--lang", default="", help="Language of the form; the practice's when left out.")
@click.option(
    "--as", "kind", type=click.Choice(["pdf", "html"]), default="pdf", show_default=True, help="For a folder."
)
@pass_app
def command(
    app: App,
    /,
    client: str | None,
    instrument: str | None,
    *,
    blank: str,
    day: date | None,
    output: Path | None,
    language: str,
    kind: str,
) -> int:
    """Print a blank form: code, day, version, and who will see it.

    FIT (feedback-informed treatment) asks for one at each session. Without -o the page goes to stdout as HTML. A form
    whose wording is not part of the toolkit needs a wording file of the practice.
    """
    if blank or (client and instrument):
        made = _Maker(app, language)
        _write(made.page(blank or instrument or "", client or "", day, output), output)
        return 0
    if client or day is None:
        raise UsageError(
            "say whose form and which, or which day",
            hint="fit form CLIENT INSTRUMENT; fit form --blank INSTRUMENT; fit form --on today -o DIR",
        )
    if output is None:
        raise UsageError("the forms of a day go into a folder", hint="-o DIR")
    return _day_of_forms(app, _Maker(app, language), day, output, kind)


class _Maker:
    """Makes pages of forms with the settings of the practice."""

    def __init__(self, app: App, language: str) -> None:
        self.app = app
        self.language = language or app.practice.settings.text("practice.language")

    def page(self, id: str, client: str, day: date | None, output: Path | None) -> bytes:
        """Make one form, as PDF where the file is called so."""
        from fit_toolkit.intake.planned import items_asked
        from fit_toolkit.sheets.form import form_pdf, render_form
        from fit_toolkit.sheets.making import template_folders

        practice = self.app.practice
        instrument = practice.catalog.get(id)
        check_safety(self.app, instrument)
        wish: dict[str, Any] = {
            "code": client,
            "date": day,
            "who_sees": practice.settings.text("people.who_sees"),
            "language": self.language,
            "folders": template_folders(practice),
        }
        if client:
            wish["asked"] = items_asked(practice.store, instrument, client, day or practice.today())
        wording = practice.catalog.wording(id, self.language)
        if wording is None:
            raise _no_words(instrument, practice.catalog.languages(id), self.language)
        if output is not None and output.suffix.lower() == ".pdf":
            return form_pdf(instrument, wording, **wish)
        _refuse_screen(instrument, wording)
        return render_form(instrument, wording, **wish).encode()


def _no_words(instrument: Instrument, languages: tuple[str, ...], language: str) -> DataError:
    if not instrument.items:
        return DataError(
            f"{instrument.id} cannot be printed: only its totals come in",
            hint="use the original forms and bring the totals in with fit import",
        )
    if languages:
        return DataError(
            f"{instrument.id} has no wording in the language {language}",
            hint=f"there is: {', '.join(languages)}; choose with --language, or fit instruments wording {instrument.id}"
            f" --lang {language}",
        )
    terms = {
        "commercial": "is sold under a licence",
        "permission": "needs its holder's permission",
        "registration": "needs a registration with its holder",
        "free": "is free to use, but its wording is not part of the toolkit",
        "open": "is open, but its wording is not part of the toolkit",
    }
    status = instrument.licence.status
    what = terms.get(status, "is used under terms that are not established here")
    holder = f" ({instrument.licence.holder})" if instrument.licence.holder else ""
    rest = "" if status in {"free", "open"} else " and its wording is not part of the toolkit"
    return DataError(
        f"{instrument.id} cannot be printed: it {what}{holder}{rest}",
        hint=f"use the original forms, or type in the words your licence allows: fit instruments wording {instrument.id}"
        f" --lang {language}",
    )


def _refuse_screen(instrument: Instrument, wording: Wording) -> None:
    """A page of HTML is made to be looked at: not where the licence keeps the form to paper."""
    use = wording.on_screen(instrument)
    if use in {"not-allowed", "licence-required"}:
        what = "does not allow" if use == "not-allowed" else "asks for a licence of its own before"
        raise DataError(
            f"{instrument.id} is not made as HTML: its licence {what} use on a screen",
            hint="-o FILE.pdf prints it on paper; if your licence covers screens, say electronic_use: allowed in the words",
        )


def _write(page: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(page, nl=False)
    else:
        write_atomic(output, page)


def _day_of_forms(app: App, maker: _Maker, day: date, folder: Path, kind: str) -> int:
    from fit_toolkit.intake.planned import forms_for

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    planned = forms_for(app.practice.store, app.practice.catalog, day)
    rows: list[dict[str, Any]] = []
    failed: list[DataError | ConfigError] = []
    for number, each in enumerate(planned, 1):
        file = folder / f"{number:03d}.{kind}"
        try:
            _write(maker.page(each.instrument, each.client, day, file), file)
        except (DataError, ConfigError) as error:
            failed.append(error)
            app.say(f"fit: form {number}: {error}")
            continue
        rows.append(
            {"form": file.name, "client": each.client, "instrument": each.instrument, "occasion": each.occasion}
        )
    if not rows and (unwritten := next((each for each in failed if isinstance(each, ConfigError)), None)):
        raise unwritten  # there is nothing to hand out until the settings are mended
    emit("forms", rows, empty=f"no forms are planned for {day} (fit appointments, fit plan)")
    return int(ExitCode.PARTIAL) if failed else int(ExitCode.OK)
