"""`fit instruments list`: what can be given to clients here, and what its licence asks for."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ConfigError, ExitCode

COLUMNS = (
    "id", "version", "title", "construct", "raters", "items", "languages", "licence", "electronic_use", "validation",
    "hash",
)  # fmt: skip


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List the instruments at hand; `languages` are those with words to print, `hash` tells versions apart."""
    catalog = catalog_at_hand(app)
    rows, failed = [], False
    for id in catalog.ids():
        try:
            instrument = catalog.get(id)
        except ConfigError as error:  # one faulty file does not hide the others
            app.say(f"fit: {error}")
            failed = True
            continue
        rows.append(
            {
                "id": id,
                "version": instrument.version,
                "title": instrument.title,
                "construct": instrument.construct,
                "raters": list(instrument.raters),
                "items": len(instrument.items),
                "languages": list(catalog.languages(id)),
                "licence": instrument.licence.status,
                "electronic_use": instrument.licence.electronic_use,
                "validation": instrument.validation.status,
                "hash": catalog.hash(id)[:12],
            }
        )
    emit("instruments", rows, fmt=fmt, columns=COLUMNS)
    return int(ExitCode.PARTIAL if failed else ExitCode.OK)
