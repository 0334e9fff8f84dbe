"""`fit import`: ratings from a file, all or nothing; `fit import undo BATCH` takes one back."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.forms import name_missing_rules, scoring_rules, typist
from fit_toolkit.cli.output import as_table, dry_run_option, emit, visible, write_atomic
from fit_toolkit.cli.problems import say_problems, watched
from fit_toolkit.cli.progress import progress
from fit_toolkit.cli.safety import say_flagged, warn_unwritten
from fit_toolkit.errors import DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.intake.columns import Proposal
    from fit_toolkit.intake.mapping import Map
    from fit_toolkit.intake.records import Ask, Outcome
    from fit_toolkit.intake.source import Source
    from fit_toolkit.model.parts import RawTable

LISTED = 40  # columns that are not taken, of each sort
STEPS = {"sorting": 0.2, "checking": 0.3, "writing": 0.5}  # what part of the time each takes of a large file
COLUMNS = (
    "file", "batch", "rows", "accepted", "unchanged", "rejected", "forms", "corrected", "episodes_opened",
    "dates_assumed", "flagged",
)  # fmt: skip


def _map_schema(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print what editors need to complete and check maps, and do nothing else."""
    if not wanted:
        return
    import json

    from fit_toolkit.catalog.schema import schema_of
    from fit_toolkit.intake.mapping import Map

    click.echo(json.dumps(schema_of(Map, "fit-toolkit map of a file"), indent=2))
    context.exit()


class _Import(click.Command):
    """A command whose first word may be `undo`; a file of that name is given as ./undo."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand over to `fit import undo` where that was typed."""
        if args[:1] == ["undo"]:
            from fit_toolkit.cli.import_undo import command as undo

            return undo.make_context(f"{info_name} undo", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("import", cls=_Import)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--map", "map_file", type=click.Path(path_type=Path, dir_okay=False), help="What the columns mean.")
@click.option("--save-map", type=click.Path(path_type=Path, dir_okay=False), help="Write the proposed map here.")
@click.option("--instrument", default="", metavar="ID", help="The instrument of all rows that name none.")
@click.option("--keep-going", is_flag=True, help="Take the good rows; the others go to NAME.rejected.csv beside FILE.")
@click.option("--correct", is_flag=True, help="Let other answers for known forms replace those; needs --reason.")
@click.option("--reason", default="", help="Why the answers are corrected.")
@click.option("--open-episodes", is_flag=True, help="Add clients and open episodes where there are none.")
@click.option("--start", type=DAY, help="For data without dates: the day of session 1.")
@click.option("--every", default="", metavar="STEP", help="With --start: '1 weeks', '10 days', '2 months'.")
@click.option("--date-format", default="", help="How days are written, such as %d/%m/%Y; otherwise 2026-03-31.")
@click.option("--timezone", default="", metavar="ZONE", help="Of times of day without an offset: Europe/Berlin, UTC.")
@click.option("--pseudonymise/--no-pseudonymise", default=None, help="Name clients by pseudonyms; as fit.toml says.")
@click.option("--reader", default="", metavar="KIND", help="Which reader to use.")
@click.option("--encoding", default="", help="How the text is encoded, such as cp1252; otherwise UTF-8.")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--map-schema", is_flag=True, is_eager=True, expose_value=False, callback=_map_schema,
              help="Print the JSON Schema of maps, for editors, and exit.")  # fmt: skip
@dry_run_option
@pass_app
def command(app: App, /, file: Path, map_file: Path | None, save_map: Path | None, fmt: str, **given: Any) -> int:
    """Bring in ratings from FILE; `fit import undo BATCH --reason WHY` takes an import back.

    Columns read without a map: client, therapist, episode, session, date, rater, occasion, instrument, mode, language,
    rated_at, dates_assumed, and item ids (or scale ids, for totals); or one answer a row, in columns item (or scale) and
    value. With --instrument, client, date and the items are enough. Rows are accepted, unchanged or rejected; with one
    rejected row nothing is written, unless --keep-going. Exit codes: 0 done, 3 rejected, 4 done in part.
    """
    from fit_toolkit.intake.columns import names_instruments
    from fit_toolkit.intake.door import kept_out, through_the_door
    from fit_toolkit.intake.importing import file_instruments, run_import
    from fit_toolkit.intake.mapping import fingerprint as map_hash
    from fit_toolkit.intake.mapping import instrument_words, load_map
    from fit_toolkit.intake.read import fingerprint, read_source
    from fit_toolkit.practice.pseudonyms import names_of, remember_key

    if map_file and save_map:
        raise UsageError("--map and --save-map do not go together")
    base = _base(load_map(map_file) if map_file else None, given)
    names = names_of(app.practice, asked=given["pseudonymise"])
    ids = {each.id for each in app.practice.catalog} | instrument_words(base)
    usual = {kind: table.values for kind, table in app.practice.settings.tables.get("readers", {}).items()}
    with progress({"reading": 1}) as told:
        source = read_source(
            file, _readers(app), reader=base.reader, settings=base.reader_settings(), usual=usual,
            ids=ids, names=partial(names_instruments, base=base),
            folder=app.practice.root, progress=told,
            guard=kept_out(base, None if map_file else app.practice.catalog, names.of if names else None),
        )  # fmt: skip
    if map_file:
        mapping = base
    else:
        mapping = _settle(app, source.sample, base, file, save_map, dry_run=given["dry_run"], hidden=names is not None)
    source = through_the_door(source, mapping, names.of if names else None)
    ask = _ask(app, mapping, given, map_hash(mapping))
    lost: list[str] = []
    with scoring_rules(app, lost) as rules:
        instruments = file_instruments(source.sample, mapping, app.practice.catalog)
        name_missing_rules(app, instruments, rules, lost)
        warn_unwritten(app, instruments)
        with progress(STEPS) as told:
            outcome = run_import(
                app.practice.store, app.practice.catalog, source, mapping, ask,
                file=file.name, source_sha256=fingerprint(file), rules=rules, progress=told,
            )  # fmt: skip
    if names and outcome.written:
        remember_key(app.practice, names)
    code = _report(app, source, outcome, file, fmt=fmt, ask=ask, mapping=mapping if map_file else None)
    return ExitCode.PARTIAL if lost and code == ExitCode.OK else code  # stored, but with scores missing


def _base(loaded: Map | None, given: dict[str, Any]) -> Map:
    """Put what the command line says in the place of what the map says."""
    import msgspec

    from fit_toolkit.intake.mapping import Map

    said = {
        name: given[name]
        for name in ("instrument", "date_format", "timezone", "every", "reader", "encoding")
        if given[name]
    }
    if given["start"] is not None:
        said["start"] = given["start"].isoformat()
    return msgspec.structs.replace(loaded or Map(), **said)


def _readers(app: App) -> dict[str, Any]:
    return {kind: each.cls for kind, each in app.practice.registry.readers.items() if each.cls is not None}


def _ask(app: App, mapping: Map, given: dict[str, Any], map_sha256: str) -> Ask:
    from fit_toolkit.intake.records import Ask

    if mapping.instrument:
        app.practice.catalog.get(mapping.instrument)  # a misspelt id is refused with the nearest one
    return Ask(
        actor=typist(app),
        today=app.practice.today(),
        now=app.practice.now(),
        zone=app.practice.settings.text("practice.time_zone"),
        map_sha256=map_sha256,
        **{name: given[name] for name in ("open_episodes", "correct", "reason", "keep_going", "dry_run")},
    )


def _settle(
    app: App, table: RawTable, base: Map, file: Path, save_map: Path | None, *, dry_run: bool, hidden: bool
) -> Map:
    """Agree on what the columns mean: default names are taken, likely ones only when a person agrees."""
    import msgspec

    from fit_toolkit.intake.columns import as_map, propose, remarks
    from fit_toolkit.intake.layout import refuse_headless
    from fit_toolkit.intake.mapping import as_yaml
    from fit_toolkit.intake.read import reader_of

    proposals = propose(table, base, app.practice.catalog)
    refuse_headless([each.column for each in proposals if each.how == "unknown"], file.name)
    proposed = as_map(proposals, base)
    guessed = [each for each in proposals if each.how in {"spelling", "alias"}]
    unknown = any(each.how == "unknown" for each in proposals)
    if guessed or unknown or save_map or dry_run:
        _show(app, proposals, hidden=hidden)
    if save_map:
        kind = base.reader or reader_of(file, _readers(app))  # the next file is read alike, whatever it looks like
        saved = msgspec.structs.replace(proposed, reader="" if kind == "csv" else kind)
        write_atomic(save_map, as_yaml(saved, remarks(proposals)).encode())
        app.say(f"The map is in {save_map}; look at it, then: fit import {file.name} --map {save_map}")
    if not guessed or unknown or dry_run:  # an unknown column refuses the file, whatever is guessed beside it
        return proposed
    if sys.stdin.isatty() and click.confirm("Take the columns as shown?", err=True):
        return proposed
    names = ", ".join(visible(each.column) for each in guessed)
    hint = f"--map {save_map}" if save_map else "--save-map MAP writes this as a map; look at it and use it with --map"
    raise DataError(f"the meaning of these columns is only guessed: {names}", where=f"{file.name}:1", hint=hint)


def _show(app: App, proposals: list[Proposal], *, hidden: bool) -> None:
    """Show what was understood, and a few values where somebody is looking.

    Of columns that tell who somebody is there are none, nor of clients who get pseudonyms. Of each sort that is not taken
    some columns stand for all.
    """
    if not (watched() or any(each.target for each in proposals)):
        return  # perhaps the header line is missing, and these are cells
    quiet = {"client", ""} if hidden else set()
    passed = {"personal": "(dropped)", "ignored": "(left out)", "unknown": "?"}
    rows, more = [], Counter[str]()
    for each in proposals:
        is_taken = each.target or passed.get(each.how, "?")
        more[is_taken] += not each.target
        if more[is_taken] > LISTED:
            continue
        because = each.how if each.how != "unknown" else each.hint or "unknown"
        values = ", ".join(each.samples) if each.target not in quiet else "(hidden)"
        rows.append({"column": each.column, "is": is_taken, "because": because, "values": values})
    app.say(as_table(rows, ["column", "is", "because", *(["values"] if watched() else [])]).rstrip())
    for is_taken, count in more.items():
        if count > LISTED:
            app.say(f"and {count - LISTED} more columns: {is_taken if is_taken != '?' else 'not understood'}")


def _report(app: App, source: Source, outcome: Outcome, file: Path, *, fmt: str, ask: Ask, mapping: Map | None) -> int:
    from fit_toolkit.intake.importing import rejected_file, side_file

    say_problems(app, outcome.problems, outcome.file)
    for note in outcome.notes:
        app.say(f"note: {visible(note)}")
    side = None
    if ask.keep_going and outcome.rejected and not ask.dry_run:
        side = _write_side(app, side_file(file), rejected_file(source, outcome, mapping))
    row = _row(outcome, side)
    columns = [*COLUMNS, "written", "rejected_file", "administrations", "problems"] if fmt == "json" else COLUMNS
    emit("import", [row], fmt=fmt, columns=columns)
    _close(app, outcome, ask)
    if not outcome.rejected:
        return int(ExitCode.OK)
    took_some = ask.keep_going and bool(outcome.accepted or outcome.there)
    return int(ExitCode.PARTIAL if took_some else ExitCode.REJECTED)


def _write_side(app: App, side: Path, content: Iterable[bytes]) -> Path | None:
    """Write the rejected rows beside the file; the good rows are stored by now, so a failure is only said."""
    try:
        write_atomic(side, content)
    except OSError as error:
        app.say(f"fit: the rejected rows cannot be written to {side} ({error.strerror}); they are listed above")
        return None
    app.say(f"The rejected rows are in {side}; mend them and import that file.")
    return side


def _row(outcome: Outcome, side: Path | None) -> dict[str, Any]:
    import msgspec

    row = {name: getattr(outcome, name) for name in (*COLUMNS, "written")}
    row["rejected_file"] = str(side) if side else None
    row["administrations"] = [msgspec.to_builtins(each) for each in outcome.stored]
    row["problems"] = [
        {"file": outcome.file, "line": each.line, "column": each.column, "value": each.value, "problem": each.problem}
        for each in outcome.problems
    ]
    return row


def _close(app: App, outcome: Outcome, ask: Ask) -> None:
    if ask.dry_run:
        app.say("Dry run, nothing kept.")
    elif outcome.rejected and not outcome.written:
        other = "" if ask.keep_going else ", or take only the good rows with --keep-going"
        app.say(f"Nothing was written. Mend the file{other}.")
    elif not outcome.written:
        app.say("Nothing new in this file.")
    else:
        first, last, flagged = 0, 0, []
        for each in outcome.stored:  # in order; those of a large file are gone through only once
            first, last = first or each.administration, each.administration
            flagged += [each] if each.flagged else []
        app.say(f"Stored as batch {outcome.batch}, administrations {first} to {last}.")
        say_flagged(app, [each.session_on for each in flagged], _lines(each.line for each in flagged))


def _lines(lines: Iterable[int]) -> str:
    """Name the lines of the file where the forms begin, the first few of many."""
    listed = sorted(set(lines))
    named = ", ".join(map(str, listed[:10])) + (" and more" if len(listed) > 10 else "")
    return f" ({'line' if len(listed) == 1 else 'lines'} {named})"
