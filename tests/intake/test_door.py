"""What tells who somebody is stays outside: columns are dropped and clients coded before anything looks at a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fit_toolkit.intake.door import kept_out, through_the_door
from fit_toolkit.intake.importing import rejected_file, run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.personal import is_personal
from fit_toolkit.intake.read import read_source
from fit_toolkit.intake.records import Ask
from fit_toolkit.intake.source import Source
from tests.intake.making import CATALOG, NOW, READERS, TODAY, Clinic, nine, table_of

NAMES = [f"q{number}" for number in range(1, 10)]
MAP = Map(
    instrument="phq-9",
    columns={"id": "client", "date": "date", **{name: name for name in NAMES}},
    ignore=("room",),
)
TEXT = f"id,Name,e-mail,date,room,{','.join(NAMES)}\n" + "".join(
    f"{who},Canary {who},{who}@x.org,2026-02-0{day},Canary room,{nine(answer)}\n"
    for who, day, answer in (("A", 1, 1), ("a ", 2, 1), ("B", 3, 9))
)


@pytest.mark.parametrize(
    "name",
    [
        "Name", "Your name", "First name", "firstName", "LAST_NAME", "Full Name", "E-mail", "email address", "Client name",
        "Phone number", "Date of birth", "birth_date", "DOB", "IP Address", "Zip code", "Name, Vorname", "Straße",
        "Geburtsdatum", "E-Mail-Adresse", "Tel.-Nr. (Handy)", "PLZ", "Name des Klienten", "recipientEmail",
        "email2", "name_1", "Client's name", "Patient’s Name", "clientname", "Patientenname", "username", "Tel.", "birth_dt",
        "Geb.-Datum", "Geboren am", "KVNR", "What is your name?", "Please enter your email address", "Wie ist Ihr Name?",
        "Nom", "Date de naissance", "Fecha de nacimiento", "Apellidos", "Voornaam",
    ],
)  # fmt: skip
def test_columns_that_tell_who_somebody_is_are_known_by_name(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "q1", "client", "date", "scale name", "form_name", "instrument", "mood", "therapist", "Session", "Datum", "age",
        "I could tell my name and address to my therapist", "remarks", "room", "mailing", "total", "Ort der Sitzung",
        "ip1", "name_of_medication", "Name of the instrument", "therapist name", "birth_year", "Geburtsjahr", "first visit", "contact",
        "What is your code?", "Do you like your name", "nombre de sesiones",
    ],
)  # fmt: skip
def test_other_columns_are_not(name: str) -> None:
    assert not is_personal(name)


def source_of(folder: Path, rows: int) -> Source:
    (folder / "answers.csv").write_text(TEXT)
    return read_source(folder / "answers.csv", READERS, rows=rows, folder=folder)


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize("coded", [False, True])
def test_nothing_behind_the_door_knows_what_was_dropped(tmp_path: Path, rows: int, coded: bool) -> None:
    code = (lambda text: f"k{text.strip().casefold()}") if coded else None
    source = through_the_door(source_of(tmp_path, rows), MAP, code)
    cells = [text for piece in source.pieces() for column in piece.columns for text in column.texts]
    cells += [text for row in source.sample.rows for text in row]
    assert not [text for text in cells if "Canary A" in text or "@" in text]
    assert ("Canary room" in cells) is not coded, "with pseudonyms what is ignored stays outside, too"
    clients = [text for piece in source.pieces() for text in piece.columns[0].cells()]
    assert clients == (["ka", "ka", "kb"] if coded else ["A", "a ", "B"])
    assert source.count == 3
    assert "dropped because they tell who somebody is: Name, e-mail" in source.sample.notes


def own(text: str) -> str:
    """A pseudonym for tests, which stays what it is."""
    return text if text.startswith("own-") else f"own-{text.strip().casefold()}"


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_what_stays_outside_is_not_even_set_aside_on_the_way(tmp_path: Path, coded: bool, mapped: bool) -> None:
    (tmp_path / "answers.csv").write_text(TEXT.replace("A,Canary", "Canary Doe,Canary"))
    code = own if coded else None
    guard = kept_out(MAP if mapped else Map(instrument="phq-9"), None if mapped else CATALOG, code)

    source = read_source(tmp_path / "answers.csv", READERS, rows=1, folder=tmp_path, guard=guard)

    assert source.spool is not None
    source.spool._file.seek(0)
    aside = source.spool._file.read()
    assert (b"x.org" in aside, b"Canary A" in aside) == (False, False)
    assert (b"Canary Doe" in aside) is not coded, "the client's code"
    assert (b"Canary room" in aside) is not (coded and mapped)
    behind = through_the_door(source, MAP, code)
    clients = [text for piece in behind.pieces() for text in piece.columns[0].cells()]
    assert clients == (["own-canary doe", "own-a", "own-b"] if coded else ["Canary Doe", "a ", "B"])


def test_a_column_that_may_be_an_item_is_set_aside_whatever_its_name(tmp_path: Path) -> None:
    class Catalog(list[Any]):
        """One instrument whose item is called like a column of personal data."""

    item = SimpleNamespace(id="q1", aliases=("Mobile",))
    catalog: Any = Catalog([SimpleNamespace(items=[item], scales=[])])
    (tmp_path / "answers.csv").write_text("client,mobile,phone\nA,1,2\nB,1,2\n")

    source = read_source(tmp_path / "answers.csv", READERS, rows=1, folder=tmp_path, guard=kept_out(Map(), catalog))

    assert [[text for column in piece.columns for text in column.texts] for piece in source.pieces()] == [
        ["A", "1", ""],
        ["B", "1", ""],
    ]


@pytest.mark.parametrize("rows", [1, 100])
def test_rejected_rows_are_copied_as_they_came_through_the_door(clinic: Clinic, rows: int) -> None:
    source = through_the_door(source_of(clinic.folder, rows), MAP, lambda text: f"k{text.strip().casefold()}")
    wish = Ask(actor="anna", today=TODAY, now=NOW, open_episodes=True, keep_going=True)
    outcome = run_import(clinic.store, CATALOG, source, MAP, wish, file="answers.csv")
    assert (outcome.accepted, outcome.rejected) == (2, 1)
    side = b"".join(rejected_file(source, outcome)).decode("utf-8-sig")
    assert side.splitlines()[0] == f"id,date,{','.join(NAMES)},problem"
    assert side.splitlines()[1].startswith("kb,2026-02-03,9")
    assert "Canary" not in side
    assert len(clinic.valid("ka")) == 2
    assert "Canary" not in repr(outcome.problems)


def test_a_column_that_the_map_takes_stays(clinic: Clinic) -> None:
    table = table_of(clinic.folder, "Name,date,total\nA,2026-02-01,9\n")
    taking = Map(instrument="phq-9", columns={"Name": "client", "date": "date", "total": "total"})
    source = through_the_door(Source.of(table), taking)
    assert source.sample.columns == table.columns
    assert "'Name' tells who somebody is" in source.sample.notes[-1]


def test_what_a_reader_calls_personal_is_dropped_whatever_its_name(clinic: Clinic) -> None:
    table = replace(table_of(clinic.folder, "client,date,total,x\nA,2026-02-01,9,Canary\n"), personal=("x",))
    wanted = Map(instrument="phq-9", columns={"client": "client", "date": "date", "total": "total"})
    source = through_the_door(Source.of(table), wanted)
    assert source.sample.columns == ("client", "date", "total")
    wish = Ask(actor="anna", today=TODAY, now=NOW)
    assert run_import(clinic.store, CATALOG, source, wanted, wish, file="f").accepted == 1
