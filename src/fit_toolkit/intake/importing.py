"""An import from the first byte to the last row: read, lay out, check, and write all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from fit_toolkit.catalog import Catalog
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.intake.check import Checked, check
from fit_toolkit.intake.expand import Laid, lay_out
from fit_toolkit.intake.layout import Layout, instruments_in, make_layout
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.moments import same_zone
from fit_toolkit.intake.partition import partition
from fit_toolkit.intake.piece import Piece
from fit_toolkit.intake.read import REJECTED, note_of
from fit_toolkit.intake.records import Ask, Outcome, Problem
from fit_toolkit.intake.source import Progress, Source, quiet
from fit_toolkit.intake.spool import Runs, Shelf, Spool
from fit_toolkit.intake.write import Ready, Written, write
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.parts import RawTable
from fit_toolkit.scoring import Rules
from fit_toolkit.store import Store, ratings

CHECKING: Final = "checking"
WRITING: Final = "writing"
TOLD_APART: Final = "response_id"  # a role that no map has to name
BLOCK: Final = 1_000  # problems that are set aside together


def file_instruments(table: RawTable, mapping: Map, catalog: Catalog) -> list[Instrument]:
    """Give the instruments a file may hold: named in its cells, in the map, or for the whole file."""
    name = next((column for column in mapping.columns if mapping.target(column).role == "instrument"), "instrument")
    at = table.columns.index(name) if name in table.columns else -1
    cells = {row[at] for row in table.rows} if at >= 0 else set()
    return instruments_in(catalog, cells, mapping)


def run_import(  # noqa: PLR0913 - what an import needs, by name
    store: Store,
    catalog: Catalog,
    table: RawTable | Source,
    mapping: Map,
    ask: Ask,
    *,
    file: str,
    source_sha256: str | None = None,
    rules: Rules | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """Import a file by its map; with a rejected row nothing is written, unless the ask says to keep going."""
    source = table if isinstance(table, Source) else Source.of(table)
    sample = source.sample
    _sensible(mapping, ask)
    mapping = _zoned(sample, mapping, file)
    mapping = _told_apart(sample, mapping)
    instruments = file_instruments(sample, mapping, catalog)
    layout = make_layout(sample.columns, mapping, instruments, file, _passed(sample), zone=ask.zone)
    if mapping.start and "date" in layout.roles:
        raise UsageError("the file has dates; --start and --every are for data without them")
    notes = [note for note in sample.notes if not note.startswith(("encoding:", "delimiter:"))]
    notes += _set_aside(sample, layout)
    notes += _absent(layout, mapping, catalog)
    if not source.count:
        notes.append("the file has no rows below its header line")
        return Outcome(file=file, rows=0, accepted=0, unchanged=0, rejected=0, written=False, notes=tuple(notes))
    comma = (mapping.decimal or {";": ","}.get(note_of(sample, "delimiter"), ".")) == ","
    tally = _Tally(source.spool)
    with store.begin(dry_run=ask.dry_run) as c:
        if source_sha256 and (
            before := [b.id for b in ratings.list_batches(c, source_sha256=source_sha256) if not b.undone_at]
        ):
            notes.append(f"this very file came in before, as batch {before[0]}")
        for laid in _laid(source, layout, mapping, progress):
            tally.add(check(c, laid, ask, catalog, comma=comma))
            progress(CHECKING, tally.rows, source.count)
        written = Written()
        if ask.keep_going or not tally.problems.count:
            written = write(
                c, tally.ready, ask, catalog, counts=tally.counts, spool=source.spool, assumed=bool(mapping.start),
                source_sha256=source_sha256, rules=rules, told=lambda done: progress(WRITING, done, tally.forms),
            )  # fmt: skip
    wrote = written.batch is not None and not ask.dry_run
    return _outcome(file, tally, written, notes, wrote=wrote, assumed=bool(mapping.start))


def rejected_file(table: RawTable | Source, outcome: Outcome, mapping: Map | None = None) -> Iterator[bytes]:
    """Write the rejected rows as they came, with a column `problem` more; mended, the file can be imported again.

    It is UTF-8 with a mark, which comes before any encoding that is set. With a map the columns that are the format's own
    business are left out: nobody would know them again.
    """
    source = table if isinstance(table, Source) else Source.of(table)
    columns = source.sample.columns
    at = columns.index("problem") if "problem" in columns else -1
    named = {*mapping.columns, *mapping.ignore} if mapping is not None else set(columns)
    own = {column for column, role in source.sample.meant.items() if not role} - named
    kept = [i for i in range(len(columns)) if i != at and columns[i] not in own]
    target = io.StringIO("\ufeff")
    target.seek(0, io.SEEK_END)
    writer = csv.writer(target, delimiter=note_of(source.sample, "delimiter") or ",", lineterminator="\n")
    apart = {column for column, role in source.sample.meant.items() if role == TOLD_APART} - named
    writer.writerow([*(TOLD_APART if columns[i] in apart else columns[i] for i in kept), "problem"])
    rejected = groupby(outcome.problems, key=lambda each: each.row)
    row, problems = next(rejected, (-1, iter(())))
    for piece in source.pieces():
        while len(piece) and 0 <= row <= piece.rows[-1]:
            said = (f"{each.column}: {each.problem}" if each.column else each.problem for each in problems)
            writer.writerow([*(piece.cell(row, i) for i in kept), "; ".join(said)])
            row, problems = next(rejected, (-1, iter(())))
        yield target.getvalue().encode("utf-8")
        target.seek(0)
        target.truncate()


def side_file(path: Path) -> Path:
    """Name the file of rejected rows beside the file they came from."""
    return path.with_name(f"{path.stem}{REJECTED}")


def _laid(source: Source, layout: Layout, mapping: Map, progress: Progress) -> Iterator[Laid]:
    """Lay a small file out as a whole, a large one by groups of clients."""
    pieces: Iterable[Piece] = (
        source.pieces() if source.spool is None else partition(source, source.spool, layout, progress)
    )
    numbered = None
    if mapping.every and source.spool is not None:  # a session numbered anywhere decides how days are assumed
        numbered = any(lay_out(piece, layout, mapping.instrument).numbered for piece in pieces)
    for piece in pieces:
        yield lay_out(piece, layout, mapping.instrument, numbered=numbered)


class _Tally:
    """What the checks of all pieces come to."""

    def __init__(self, spool: Spool | None) -> None:
        self.problems = Runs[Problem](spool, lambda each: each, iter)
        self.ready = Shelf[Ready](spool)
        self.counts = dict.fromkeys(("accepted", "unchanged", "rejected"), 0)
        self.rows = self.blank = self.forms = self.corrected = 0
        self.told: Counter[str] = Counter()
        self._there: list[Any] = []

    def add(self, checked: Checked) -> None:
        """Add what came of a piece."""
        rows = len(checked.laid.piece)
        self.rows += rows
        self.counts["accepted"] += checked.accepted
        self.counts["rejected"] += checked.rejected
        self.counts["unchanged"] += rows - checked.accepted - checked.rejected
        self.blank += checked.blank
        self.told.update(checked.told)
        self.problems.add(_blocks(checked.problems), len(checked.problems))
        fates = checked.forms["fate"]
        self.forms += int(fates.isin(["new", "corrected"]).sum())
        self.corrected += int((fates == "corrected").sum())
        replaces = checked.forms["replaces"].to_numpy(dtype=np.int64)
        self._there.append(-replaces[replaces < 0])
        self.ready.put(Ready.of(checked))

    @property
    def there(self) -> tuple[int, ...]:
        """The administrations that were there with the same answers."""
        return tuple(sorted(int(each) for part in self._there for each in part))


def _zoned(table: RawTable, mapping: Map, file: str) -> Map:
    """Take the zone that the file itself names for its times; a map that says another of the same times is refused."""
    named = note_of(table, "timezone")
    dated = {column for column in mapping.columns if mapping.target(column).role == "date"}
    of_times = any(table.meant.get(column) == "date" for column in dated)
    if named and mapping.timezone and of_times and not same_zone(named, mapping.timezone):
        raise DataError(
            f"the file names the zone of its times, {named}, and {mapping.timezone} is said", where=file,
            hint="leave --timezone out, and `timezone` in the map",
        )  # fmt: skip
    return msgspec.structs.replace(mapping, timezone=mapping.timezone or named)


def _passed(table: RawTable) -> set[str]:
    """Give the columns that need no place in a map: the format's own business, and what tells who somebody is."""
    return {*table.personal, *(column for column, role in table.meant.items() if not role)}


def _told_apart(table: RawTable, mapping: Map) -> Map:
    """Take the column by which a format tells filled-in forms apart, whether or not the map names it."""
    told = [column for column, role in table.meant.items() if role == TOLD_APART]
    told += (
        [TOLD_APART] if TOLD_APART in table.columns and TOLD_APART not in mapping.ignore else []
    )  # of a file of rejected rows
    own = {column: Target(role=TOLD_APART) for column in told}
    return msgspec.structs.replace(mapping, columns={**own, **mapping.columns}) if own else mapping


def _set_aside(table: RawTable, layout: Layout) -> list[str]:
    """Say what of the file is not taken: columns left out on purpose, columns that name people, records of no rating."""
    personal = [column for column in layout.ignored if column in table.personal]
    others = [column for column in layout.ignored if column not in table.personal]
    said = [f"left out on purpose: {', '.join(others)}"] if others else []
    said += [f"dropped because they tell who somebody is: {', '.join(personal)}"] if personal else []
    left = ((f"{count} records" if count != 1 else "1 record", why) for why, count in table.left_out.items())
    return said + [f"{records} left out: {why}" for records, why in left]


def _absent(layout: Layout, mapping: Map, catalog: Catalog) -> list[str]:
    """Say which items of the file's one instrument have no column: often a slip of the export, and then no score."""
    if layout.long or mapping.instrument not in catalog:
        return []
    there = {slot.id for group in layout.groups for slot in group.slots}
    items = [item.id for item in catalog.get(mapping.instrument).number_items if item.scored and item.asked is None]
    absent = [id for id in items if id not in there]
    return [f"no column for {', '.join(absent)} of {mapping.instrument}"] if absent and there & set(items) else []


def _sensible(mapping: Map, ask: Ask) -> None:
    if ask.correct and not ask.reason.strip():
        raise UsageError("a correction needs a reason", hint="--correct --reason '...'")
    if mapping.every and not mapping.start:
        raise UsageError("--every needs the day of session 1", hint='--start 2026-01-05 --every "1 weeks"')


def _blocks(problems: Sequence[Problem]) -> Iterator[list[Problem]]:
    for start in range(0, len(problems), BLOCK):
        yield list(problems[start : start + BLOCK])


def _outcome(
    file: str, tally: _Tally, written: Written, notes: Sequence[str], *, wrote: bool, assumed: bool
) -> Outcome:
    said = list(notes)
    if tally.blank:
        said.append(f"{tally.blank} rows hold no answers")
    said += [f"{count} {text}" for text, count in sorted(tally.told.items())]
    if written.left_out:
        forms = "1 form leaves" if written.left_out == 1 else f"{written.left_out} forms leave"
        said.append(f"{forms} a flagged question out: ask about it")
    if written.unassigned:
        said.append(f"{written.unassigned} of the episodes opened have no therapist (fit episodes transfer)")
    return Outcome(
        file=file,
        rows=tally.rows,
        **tally.counts,
        written=wrote,
        batch=written.batch if wrote else None,
        forms=tally.forms,
        corrected=tally.corrected,
        episodes_opened=written.opened,
        dates_assumed=assumed,
        flagged=written.flagged,
        stored=written.stored if wrote else (),
        there=tally.there,
        problems=tally.problems.sealed(),
        notes=tuple(said),
    )
