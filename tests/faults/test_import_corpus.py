"""The import corpus: every odd value, date, code and file has the fate that was written down for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fit_toolkit.errors import FitError
from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.store import people, ratings
from tests.faults.corpus import CODES, DATES, FILES, HEAD, REST, VALUES, File
from tests.intake.making import NOW, TODAY, Clinic, copy_clinic, make_clinic
from tests.plugins_readers.kit import read


@pytest.fixture(scope="module")
def template(ram: Path) -> Path:
    folder = ram / "template"
    folder.mkdir()
    make_clinic(folder).store.close()
    return folder


@pytest.fixture
def clinic(template: Path, ram: Path, request: pytest.FixtureRequest) -> Iterator[Clinic]:
    folder = ram / str(abs(hash(request.node.name)))
    folder.mkdir(exist_ok=True)
    made = copy_clinic(template, folder)
    yield made
    made.store.close()


def bring(clinic: Clinic, data: bytes, *, said: dict[str, str] | None = None, **ask: Any) -> Outcome:
    """Import a CSV file by what `fit import` takes without asking anybody."""
    said = dict(said or {})
    ignore = [said.pop("ignore")] if "ignore" in said else []
    base = Map(instrument="phq-9", ignore=ignore, **said)  # type: ignore[arg-type]
    table = read(clinic.folder, data, "csv", "answers.csv", **base.reader_settings())
    mapping = as_map([each for each in propose(table, base, clinic.catalog) if each.how == "exact"], base)
    wish = Ask(**{"actor": "anna", "today": TODAY, "now": NOW, **ask})
    return run_import(clinic.store, clinic.catalog, table, mapping, wish, file="answers.csv")


def as_csv(rows: list[list[str]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(HEAD.strip().split(","))
    writer.writerows(rows)
    return made.getvalue().encode()


def said_of(outcome: Outcome) -> dict[int, str]:
    """Give what is said of every rejected row."""
    found: dict[int, str] = {}
    for each in outcome.problems:
        found[each.row] = f"{found.get(each.row, '')} {each.problem}".strip()
    return found


def batches(clinic: Clinic) -> int:
    with clinic.store.read() as c:
        return len(ratings.list_batches(c))


def stored(clinic: Clinic) -> dict[tuple[str, str], float | None]:
    """Give the answer to the first question that is stored for each client and day."""
    with clinic.store.read() as c:
        members = {member.id: member.client for member in people.list_members(c)}
        return {
            (members[form.member_id], str(form.session_on)): form.numbers.get("q1")
            for form in ratings.history(c, list(members))
        }


def test_every_value_is_the_number_it_says_or_refused(clinic: Clinic) -> None:
    days = [str(date(2026, 1, 1) + timedelta(days=at % 60)) for at in range(len(VALUES))]
    keys = [("ABC"[at // 60], day) for at, day in enumerate(days)]
    rows = [[client, day, value, *REST.split(",")] for (client, day), value in zip(keys, VALUES, strict=True)]
    outcome = bring(clinic, as_csv(rows), keep_going=True)
    said, numbers = said_of(outcome), stored(clinic)

    for at, (value, fate) in enumerate(VALUES.items()):
        if isinstance(fate, str):
            assert fate in said.get(at, "taken"), value[:50]
            assert keys[at] not in numbers, value[:50]
        else:
            assert at not in said, value[:50]
            assert numbers[keys[at]] == fate, value[:50]
    assert outcome.rejected == sum(isinstance(fate, str) for fate in VALUES.values())
    assert (outcome.accepted, outcome.unchanged) == (len(VALUES) - outcome.rejected, 0)


def test_every_date_is_the_day_it_says_or_refused(clinic: Clinic) -> None:
    rows = [["A", text, "1", *REST.split(",")] for text in DATES]
    outcome = bring(clinic, as_csv(rows), keep_going=True)
    said = said_of(outcome)
    good = [fate for fate in DATES.values() if fate[:4].isdigit()]

    for at, (text, fate) in enumerate(DATES.items()):
        assert (at not in said) if fate in good else (fate in said.get(at, "taken")), text
    assert sorted(day for _, day in stored(clinic)) == sorted(good)


@pytest.mark.parametrize("adding", [False, True])
def test_every_code_is_the_client_it_names_or_refused(clinic: Clinic, adding: bool) -> None:
    days = [str(date(2026, 1, 1) + timedelta(days=at)) for at in range(len(CODES))]
    rows = [[code, day, "1", *REST.split(",")] for code, day in zip(CODES, days, strict=True)]
    outcome = bring(clinic, as_csv(rows), keep_going=True, open_episodes=adding)
    said = said_of(outcome)
    taken = {}
    for at, (code, fates) in enumerate(CODES.items()):
        fate = fates[adding]
        if " " in fate or fate == "missing":
            assert fate in said.get(at, "taken"), code[:50]
        else:
            assert at not in said, code[:50]
            taken[fate, days[at]] = 1.0
    assert stored(clinic) == taken


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_refused_as_a_whole_or_each_row_has_its_fate(clinic: Clinic, file: File) -> None:
    if not (file.rows or file.notes):
        with pytest.raises(FitError, match=file.refused) as caught:
            bring(clinic, file.data, said=file.settings, keep_going=True)
        assert caught.value.exit_code in {2, 3}
        assert batches(clinic) == 0
        return
    outcome = bring(clinic, file.data, said=file.settings, keep_going=True)
    said = said_of(outcome)
    for at, fate in enumerate(file.rows):
        assert (at not in said) if fate in {"accepted", "unchanged"} else (fate in said.get(at, "taken"))
    assert outcome.rows == len(file.rows)
    assert outcome.accepted == file.rows.count("accepted")
    assert outcome.unchanged == file.rows.count("unchanged")
    assert all(any(words in note for note in outcome.notes) for words in file.notes)
    assert batches(clinic) == bool(outcome.accepted)


@pytest.mark.parametrize("file", [file for file in FILES if {*file.rows} - {"accepted"}], ids=lambda file: file.name)
def test_with_one_row_refused_nothing_is_written(clinic: Clinic, file: File) -> None:
    outcome = bring(clinic, file.data, said=file.settings)
    assert outcome.written == (outcome.rejected == 0)
    assert batches(clinic) == (outcome.rejected == 0)
    again = bring(clinic, file.data, said=file.settings)
    assert again.accepted == (0 if outcome.written else outcome.accepted)
    assert not again.written
    assert msgspec.structs.astuple(again)[1] == outcome.rows


def test_of_thousands_of_strange_columns_the_first_are_named(clinic: Clinic) -> None:
    strange = ",".join(["x" * 1000, *(f"c{at}" for at in range(2_000))])
    with pytest.raises(FitError, match=r"c38 and 1961 more") as caught:
        bring(clinic, f"{HEAD.strip()},{strange}\n".encode())
    assert len(str(caught.value)) < 1_000
