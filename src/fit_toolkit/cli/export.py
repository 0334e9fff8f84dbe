"""`fit export`: ratings for others, in the format they need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import count
from fit_toolkit.cli.progress import progress
from fit_toolkit.errors import DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.engine import Provided
    from fit_toolkit.export.run import Ask, Done
    from fit_toolkit.practice import Practice


@click.command("export")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", required=True,
              help="The folder to make; it must not be there, or be empty.")  # fmt: skip
@click.option("--format", "kind", default="csv", show_default=True, metavar="KIND",
              help="csv, csv-wide, jsonl, parquet, datapackage, bids, psych-ds, redcap, fhir, or that of a plugin.")  # fmt: skip
@click.option("--since", type=DAY, help="Only sessions from this day on.")
@click.option("--until", type=DAY, help="Only sessions up to this day.")
@click.option("--instrument", "instruments", multiple=True, metavar="ID", help="Only this one; may be repeated.")
@click.option("--therapist", "therapists", multiple=True, metavar="CODE", help="Only their ratings; may be repeated.")
@click.option("--episode", "episodes", multiple=True, metavar="CODE", help="Only this episode; may be repeated.")
@click.option(
    "--label", "labels", multiple=True, metavar="LABEL", help="Only episodes with this label; may be repeated."
)
@click.option("--identified", is_flag=True, help="With the practice's own codes instead of pseudonyms.")
@click.option("--fresh-pseudonyms", "fresh", is_flag=True, help="With pseudonyms that no other export has.")
@click.option("--texts", is_flag=True, help="With free text; it may name people.")
@click.option("--all-states", is_flag=True, help="Also ratings that were corrected or taken back.")
@click.option("--raw", is_flag=True, help="For machines: cells that look like formulas get no quote mark.")
@pass_app
def command(app: App, /, kind: str, **given: Any) -> int:
    """Hand ratings on to others as files of one format, with a manifest of their hashes.

    Clients, therapists and episodes get pseudonyms, the same in every export of this practice, unless --identified or
    --fresh-pseudonyms says otherwise; years of birth become five years together. Days stay as they are. Pseudonymised is not
    anonymous. Every export is kept in the record. Exit codes: 0 done, 3 nothing to export, 5 the format cannot be
    written.
    """
    from fit_toolkit.engine import build_part
    from fit_toolkit.export.run import run_export

    if given["identified"] and given["fresh"]:
        raise UsageError("--identified and --fresh-pseudonyms do not go together")
    practice = app.practice
    provided = practice.registry.provided("writer", kind)
    table = practice.settings.tables.get("writers", {}).get(kind)
    where = (lambda name: table.where(name or None)) if table is not None else ""
    writer = build_part(provided, table.values if table is not None else {}, where=where)
    ask = _ask(practice, given)
    with progress({"writing": 1}) as told:
        done = run_export(practice.store, practice.catalog, provided, writer, ask, told)
    _report(app, done, provided, ask)
    return ExitCode.OK


def _ask(practice: Practice, given: dict[str, Any]) -> Ask:
    from fit_toolkit import __version__
    from fit_toolkit.export.names import fresh_key, own_key
    from fit_toolkit.export.run import Ask
    from fit_toolkit.store import handing_on, people

    since, until = given["since"], given["until"]
    if since is not None and until is not None and since > until:
        raise UsageError(f"{since} is after {until}", hint="--since DATE --until DATE")
    names = ("since", "until", "instruments", "therapists", "episodes", "labels", "all_states")
    wanted = handing_on.Wanted(**{name: given[name] for name in names})
    for instrument in wanted.instruments:
        practice.catalog.get(instrument)  # a misspelt id is refused with the nearest one
    with practice.store.read() as c:
        for code in wanted.therapists:
            people.staff_id(c, code)
        for code in wanted.episodes:
            people.episode_id(c, code)
        if not handing_on.rated(c, wanted):
            raise DataError("there are no such ratings", hint="nothing was written")
    key = None if given["identified"] else fresh_key() if given["fresh"] else own_key(practice.root)
    return Ask(
        wanted=wanted,
        folder=given["folder"],
        key=key,
        pseudonyms="none" if given["identified"] else "fresh" if given["fresh"] else "stable",
        texts=given["texts"],
        raw=given["raw"],
        zone=practice.settings.text("practice.time_zone"),
        now=practice.now(),
        today=practice.today(),
        version=__version__,
    )


def _report(app: App, done: Done, provided: Provided, ask: Ask) -> None:
    from fit_toolkit.export import manifest

    counts = done.counts
    for each in (*(file["path"] for file in done.files), manifest.FILE):
        click.echo(str(ask.folder / each))
    whose = f"{count(counts.administrations, 'form')} of {count(counts.clients, 'client')}"
    app.say(f"Wrote {whose} as {provided.kind}.")
    app.say(manifest.IDENTIFIED if ask.key is None else manifest.PSEUDONYMISED)
    if ask.texts:
        app.say(manifest.WITH_TEXTS)
