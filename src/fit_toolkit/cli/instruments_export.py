"""`fit instruments export ID --to fhir|redcap`: a definition for other software."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import output_option, visible, write_atomic
from fit_toolkit.errors import DataError, UsageError


@click.command("export")
@click.argument("id")
@click.option("--to", "form_of", type=click.Choice(("fhir", "redcap")), required=True, help="For which software.")
@click.option("--lang", "--language", "language", default="", metavar="LANG",
              help="With the words of this language, where their licence allows it; else with labels.")  # fmt: skip
@click.option("--base", default="", metavar="URI", help="With --to fhir: your own address, to name the form by.")
@output_option
@pass_app
def command(app: App, id: str, form_of: str, language: str, base: str, output: Path | None) -> None:
    """Write ID as a FHIR R4 Questionnaire or a REDCap data dictionary.

    What the format cannot say is named on stderr. Words are written only with --lang, and only where a wording file is
    here whose licence allows electronic use.
    """
    from fit_toolkit import exchange

    catalog = catalog_at_hand(app)
    instrument = catalog.get(id)
    labels = exchange.Labels()
    if language:
        labels = exchange.allowed(catalog.wording(id, language), instrument, language)
    if base and (form_of != "fhir" or not base.startswith(("http://", "https://", "urn:")) or len(base.split()) != 1):
        raise UsageError("--base goes with --to fhir and takes an address that begins with https:// or urn:")
    if form_of == "fhir":
        text = exchange.fhir_out.questionnaire(instrument, labels, base or exchange.BASE)
        notices = exchange.fhir_out.notices(instrument, labels)
    else:
        text = exchange.redcap_out.dictionary(instrument, labels)
        notices = exchange.redcap_out.notices(instrument, labels)
    if output is None:
        click.echo(text, nl=False)
    elif output.exists():
        raise DataError("the file exists already; it is not overwritten", where=str(output))
    else:
        write_atomic(output, text.encode())
        app.say(f"wrote {output}")
    for line in notices:
        app.say(visible(line))
