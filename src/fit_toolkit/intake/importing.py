"""An import from the first byte to the last row: read, lay out, check, and write all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from fit_toolkit.catalog import Catalog
from fit_toolkit.errors import UsageError
from fit_toolkit.intake.check import Checked, check
from fit_toolkit.intake.expand import lay_out
from fit_toolkit.intake.layout import Layout, instruments_in, make_layout
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import note_of
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.intake.write import Written, write
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.parts import RawTable
from fit_toolkit.scoring import Rules
from fit_toolkit.store import Store, ratings


def file_instruments(table: RawTable, mapping: Map, catalog: Catalog) -> list[Instrument]:
    """Give the instruments a file may hold: named in its cells, in the map, or for the whole file."""
    name = next((column for column in mapping.columns if mapping.target(column).role == "instrument"), "instrument")
    at = table.columns.index(name) if name in table.columns else -1
    cells = {row[at] for row in table.rows} if at >= 0 else set()
    return instruments_in(catalog, cells, mapping)


def run_import(  # noqa: PLR0913 - what an import needs, by name
    store: Store,
    catalog: Catalog,
    table: RawTable,
    mapping: Map,
    ask: Ask,
    *,
    file: str,
    source_sha256: str | None = None,
    rules: Rules | None = None,
) -> Outcome:
    """Import a table by its map; with a rejected row nothing is written, unless the ask says to keep going."""
    _sensible(mapping, ask)
    layout = make_layout(table.columns, mapping, file_instruments(table, mapping, catalog), file, _passed(table))
    if mapping.start and "date" in layout.roles:
        raise UsageError("the file has dates; --start and --every are for data without them")
    notes = [note for note in table.notes if not note.startswith(("encoding:", "delimiter:"))]
    notes += _set_aside(table, layout)
    notes += _absent(layout, mapping, catalog)
    comma = (mapping.decimal or {";": ","}.get(note_of(table, "delimiter"), ".")) == ","
    if not len(table):
        return _outcome(file, None, Written(), [*notes, "the file has no rows below its header line"], wrote=False)
    laid = lay_out(table, layout, mapping.instrument)
    with store.begin(dry_run=ask.dry_run) as c:
        if source_sha256 and (
            before := [b.id for b in ratings.list_batches(c, source_sha256=source_sha256) if not b.undone_at]
        ):
            notes.append(f"this very file came in before, as batch {before[0]}")
        checked = check(c, laid, ask, catalog, comma=comma)
        going = ask.keep_going or not checked.problems
        written = Written()
        if going:
            written = write(c, checked, ask, catalog, source_sha256=source_sha256, rules=rules)
    return _outcome(file, checked, written, notes, wrote=going and written.batch is not None and not ask.dry_run)


def rejected_file(table: RawTable, outcome: Outcome) -> bytes:
    """Write the rejected rows as they came, with a column `problem` more; mended, the file can be imported again."""
    delimiter = note_of(table, "delimiter") or ","
    problems: dict[int, list[str]] = {}
    for each in outcome.problems:
        said = f"{each.column}: {each.problem}" if each.column else each.problem
        problems.setdefault(each.row, []).append(said)
    at = table.columns.index("problem") if "problem" in table.columns else -1
    kept = [i for i in range(len(table.columns)) if i != at]
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
    writer.writerow([*(table.columns[i] for i in kept), "problem"])
    for row in outcome.rejected_rows:
        writer.writerow([*(table.rows[row][i] for i in kept), "; ".join(problems[row])])
    return target.getvalue().encode("utf-8")


def side_file(path: Path) -> Path:
    """Name the file of rejected rows beside the file they came from."""
    return path.with_name(f"{path.stem}.rejected.csv")


def _passed(table: RawTable) -> set[str]:
    """Give the columns that need no place in a map: the format's own business, and what tells who somebody is."""
    return {*table.personal, *(column for column, role in table.meant.items() if not role)}


def _set_aside(table: RawTable, layout: Layout) -> list[str]:
    """Say what of the file is not taken: columns left out on purpose, columns that name people, records of no rating."""
    personal = [column for column in layout.ignored if column in table.personal]
    others = [column for column in layout.ignored if column not in table.personal]
    said = [f"left out on purpose: {', '.join(others)}"] if others else []
    said += [f"dropped because they tell who somebody is: {', '.join(personal)}"] if personal else []
    return said + [f"{count} records left out: {why}" for why, count in table.left_out.items()]


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


def _outcome(file: str, checked: Checked | None, written: Written, notes: Sequence[str], *, wrote: bool) -> Outcome:
    if checked is None:
        return Outcome(file=file, rows=0, accepted=0, unchanged=0, rejected=0, written=False, notes=tuple(notes))
    said = list(notes)
    if checked.blank_rows:
        said.append(f"{checked.blank_rows} rows hold no answers")
    if written.left_out:
        forms = "1 form leaves" if written.left_out == 1 else f"{written.left_out} forms leave"
        said.append(f"{forms} a flagged question out: ask about it")
    if written.unassigned:
        said.append(f"{written.unassigned} of the episodes opened have no therapist (fit episodes transfer)")
    fates = checked.forms["fate"]
    return Outcome(
        file=file,
        rows=len(checked.laid.table),
        accepted=checked.count("accepted"),
        unchanged=checked.count("unchanged"),
        rejected=checked.count("rejected"),
        written=wrote,
        batch=written.batch if wrote else None,
        forms=int(fates.isin(["new", "corrected"]).sum()),
        corrected=int((fates == "corrected").sum()),
        episodes_opened=written.opened,
        dates_assumed=bool(checked.laid.layout.mapping.start),
        flagged=written.flagged,
        stored=tuple(sorted(written.stored, key=lambda each: each.administration)) if wrote else (),
        there=tuple(sorted(-int(each) for each in checked.forms["replaces"] if each < 0)),
        problems=checked.problems,
        notes=tuple(said),
    )
