"""Spoilt files of every reader: refused or taken by the row, never with a wrong value, a lost row or a traceback."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from fit_toolkit.errors import ContractError, DataError, FitError, PluginError, UsageError
from fit_toolkit.intake.door import through_the_door
from fit_toolkit.intake.importing import rejected_file, run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.personal import is_personal
from fit_toolkit.intake.read import read_table
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.intake.source import Source
from fit_toolkit.model.parts import RawTable
from fit_toolkit.store import people, ratings
from tests.conftest import LONG
from tests.faults.mangle import CANARY, ITEMS, KINDS, OWN, sound, spoilt_bytes, spoilt_table
from tests.intake.making import NOW, TODAY, Clinic, copy_clinic, make_clinic
from tests.plugins_readers.kit import READERS

EACH = 1_000 if LONG else 15  # files of each of ten formats


@pytest.fixture(scope="module")
def template(ram: Path) -> Path:
    folder = ram / "template"
    folder.mkdir()
    make_clinic(folder).store.close()
    return folder


def the_map(kind: str, table: RawTable) -> Map:
    """Map the columns by their own names and pass the service's own over; all others stay unknown."""
    names = KINDS[kind].columns or OWN
    there = {name: role for name, role in names.items() if name in table.columns}
    passed = [name for name in (*table.meant, "record_id") if name not in there]
    return msgspec.convert({"instrument": "phq-9", "columns": there, "ignore": passed}, Map)


def number(text: str) -> float | str | None:
    """Read an answer as a person would: 0 to 3, left out, or `wrong`."""
    plain = text.strip().replace(",", ".")
    if not plain or re.sub(r"[\s_-]+", "-", plain.casefold()) in {"does-not-fit", "rather-not-say"}:
        return None
    return float(plain) if re.fullmatch(r"-?0+(\.0+)?|0*[1-3](\.0+)?", plain, re.ASCII) else "wrong"


def day(text: str) -> str:
    """Read a day as a person would; a time with its offset is that of UTC."""
    plain = text.strip()
    if len(plain) == 10:
        return plain
    try:
        return str(datetime.fromisoformat(plain).astimezone(UTC).date())
    except (ValueError, OverflowError):
        return "wrong"


def told(kind: str, table: RawTable) -> set[tuple[Any, ...]]:
    """Read every answer of a table as a person would: whose it is, of which day, to what, and the number."""
    names = {role: name for name, role in (KINDS[kind].columns or OWN).items() if isinstance(role, str)}

    def cell(row: Any, role: str) -> str:
        return row[table.columns.index(names[role])].strip() if names.get(role) in table.columns else ""

    found = set()
    for row in table.rows:
        of = cell(row, "client"), day(cell(row, "date"))
        found |= {(*of, item, number(cell(row, item))) for item in ITEMS if "item" not in names}
        found.add((*of, cell(row, "item"), number(cell(row, "value"))))
    return found


def stored(clinic: Clinic) -> set[tuple[Any, ...]]:
    """Give what is stored in the same way."""
    with clinic.store.read() as c:
        members = {member.id: member.client for member in people.list_members(c)}
        forms = ratings.history(c, list(members))
        return {
            (members[form.member_id], str(form.session_on), item, form.numbers.get(item))
            for form in forms
            for item in ITEMS
        }


def hidden(table: RawTable) -> bool:
    """Say whether the names stand nowhere but in columns that tell who somebody is."""
    about = {at for at, name in enumerate(table.columns) if name in table.personal or is_personal(name)}
    return not any(CANARY[:5] in cell for row in table.rows for at, cell in enumerate(row) if at not in about)


def check(clinic: Clinic, kind: str, table: RawTable, outcome: Outcome) -> None:
    """Hold what came of a file against what stands in it."""
    assert outcome.rows == outcome.accepted + outcome.unchanged + outcome.rejected == len(table)
    there = stored(clinic)
    assert bool(there) == outcome.written
    if kind == "fhir":  # an answer that is not there has no element
        there = {each for each in there if each[3] is not None}
    assert there <= told(kind, table)
    if hidden(table):
        said = [each.at("file") for each in outcome.problems] + list(outcome.notes)
        assert not [line for line in said if CANARY in line]


def quiet(error: FitError) -> None:
    """Hold a refusal against its promises: the file is at fault, not a part of ours, and nobody is named."""
    assert not isinstance(error, (PluginError, ContractError))
    assert CANARY not in f"{error} {error.hint}"


def one(clinic: Clinic, kind: str, data: bytes, random: Random) -> str:
    """Import a file that may be spoilt, and say what came of it: refused, rejected or written."""
    path = clinic.folder / f"file{KINDS[kind].suffix}"
    path.write_bytes(data)
    try:
        table = read_table(path, READERS, reader=kind)
    except (DataError, UsageError) as error:
        quiet(error)
        return "unreadable"
    wish = Ask(
        actor="anna", today=TODAY, now=NOW, keep_going=random.random() < 0.5, open_episodes=random.random() < 0.5
    )
    try:
        mapping = the_map(kind, table)
        source = through_the_door(Source.of(table), mapping)
        outcome = run_import(clinic.store, clinic.catalog, source, mapping, wish, file=path.name)
    except (DataError, UsageError) as error:
        if not any(CANARY in name for name in table.columns):
            quiet(error)
        assert not stored(clinic)
        return "refused"
    check(clinic, kind, table, outcome)
    if outcome.rejected:
        mended = b"".join(rejected_file(source, outcome)).decode("utf-8-sig")
        assert mended.count("\n") >= outcome.rejected + 1
        assert CANARY not in mended or not hidden(table)
    return "written" if outcome.written else "rejected"


def fresh(template: Path, ram: Path) -> Clinic:
    folder = ram / "one"
    folder.mkdir(exist_ok=True)
    return copy_clinic(template, folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_is_taken_to_the_last_row(kind: str, template: Path, ram: Path) -> None:
    clinic = fresh(template, ram)
    table = sound(Random(7))
    assert one(clinic, kind, KINDS[kind].write(table), Random(1)) == "written"
    assert len(stored(clinic)) == (len(table) - 1) * len(ITEMS)
    clinic.store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_spoilt_files_are_refused_or_taken_as_they_read(kind: str, template: Path, ram: Path) -> None:
    seen: dict[str, int] = {}
    for seed in range(EACH):
        random = Random(f"{kind} {seed}")
        table = sound(random)
        if seed % 2:
            spoilt_table(table, random)
        data = KINDS[kind].write(table)
        if not seed % 2:
            data = spoilt_bytes(data, random)
        clinic = fresh(template, ram)
        try:
            came = one(clinic, kind, data, random)
        except (FitError, Exception) as error:
            raise AssertionError(f"{kind}, seed {seed}: {type(error).__name__}: {error}") from error
        finally:
            clinic.store.close()
        seen[came] = seen.get(came, 0) + 1
    assert seen.get("written"), f"no file of {EACH} was taken: {seen}"
