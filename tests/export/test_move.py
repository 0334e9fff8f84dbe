"""A practice goes into an empty one: whatever was done to its episodes, a second export has the bytes of the first."""

from __future__ import annotations

import importlib
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from fit_toolkit.engine import build_part, build_registry
from fit_toolkit.errors import DataError
from fit_toolkit.export.run import Ask, run_export
from fit_toolkit.intake import diary as diaries
from fit_toolkit.intake.episode_files import FILES, listed
from fit_toolkit.intake.episodes import Outcome, import_episodes
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import read_table
from fit_toolkit.intake.records import Ask as Wish
from fit_toolkit.store import create_store, diary, labels, open_store, people
from fit_toolkit.store.handing_on import Wanted
from tests.conftest import LONG
from tests.intake.making import CATALOG, NOW, TODAY, Clinic, table_of
from tests.plugins_readers.taking import taken

EXAMPLES = 100 if LONG else 4  # each is two practices and two exports
WRITERS = build_registry(third_party=False).writers
FHIR = importlib.import_module("fit_toolkit.plugins.fhir_reader").FhirReader
CLIENTS, STAFF = ("A", "B", "C", "D"), ("T1", "T2", "T3")
CODES = ("E1", "E2", "E3", "E4", "E5", "E6")
WISH = Wish(actor="anna", today=TODAY, now=NOW)
HEAD = "client,therapist,episode,date,instrument,item,value\n"
TEXT = st.sampled_from(["planned", "=1+1", "a,b;c", 'say "no"', "moved\r\naway", "'"])
DAYS = st.integers(0, 68).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """What people do to episodes, often about days gone by; what is not possible then is refused, and left out."""
    made: list[tuple[Any, ...]] = []
    days = draw(st.lists(DAYS, min_size=8, max_size=40))
    for day in sorted(days) if draw(st.booleans()) else days:
        episode = draw(st.sampled_from(CODES))
        staff = draw(st.sampled_from(STAFF))
        what = draw(st.sampled_from(["open", "open", "rate", "rate", "rate", "transfer", "assign", "close", "pause", "label",
                                     "meet", "add-member", "end-member", "reopen"]))  # fmt: skip
        if what == "open":
            who = draw(st.lists(st.sampled_from(CLIENTS), min_size=1, max_size=3, unique=True))
            made.append((what, episode, day, who, draw(st.sampled_from([staff, None]))))
        elif what == "rate":
            forms = [draw(st.sampled_from(["phq-2", "today-together-client", "today-together-therapist"]))]
            made.append((what, episode, day, draw(st.sampled_from(CLIENTS)), forms[0], str(draw(st.integers(0, 3)))))
        elif what == "meet":
            made.append(
                (what, episode, day, staff, draw(st.sampled_from(["held", "cancelled", "not-attended"])), draw(TEXT))
            )
        elif what in {"close", "pause"}:
            made.append((what, episode, day, draw(TEXT), draw(st.integers(0, 20))))
        elif what == "label":
            made.append((what, episode, day, draw(st.sampled_from(["evening", "site:north", "site:south"]))))
        elif what == "assign":
            made.append((what, episode, day, staff, draw(st.sampled_from(["cotherapist", "supervisor"]))))
        else:
            made.append((what, episode, day, draw(st.sampled_from(CLIENTS)), staff))
    return made


def do(c: Connection, what: str, episode: str, day: date, *more: Any) -> None:
    ready: dict[str, Callable[[], Any]] = {
        "open": lambda: people.open_episode(c, more[0], therapist=more[1], opened_on=day, code=episode),
        "transfer": lambda: people.transfer(c, episode, more[1], on=day),
        "assign": lambda: people.assign(c, episode, more[0], role=more[1], on=day),
        "close": lambda: people.close_episode(c, episode, on=day, reason=more[0]),
        "reopen": lambda: people.reopen_episode(c, episode),
        "pause": lambda: diary.add_pause(
            c, episode, starts_on=day, ends_on=day + timedelta(days=more[1]), reason=more[0]
        ),
        "label": lambda: labels.add_labels(c, episode, [more[0]]),
        "meet": lambda: diary.add_appointment(
            c, episode, on=day, staff=more[0], status=more[1], reason=more[2],
            time=datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC),
        ),
        "add-member": lambda: people.add_member(c, episode, more[0], joined_on=day),
        "end-member": lambda: people.end_member(c, episode, more[0], left_on=day),
    }  # fmt: skip
    ready[what]()


@cache
def blank() -> bytes:
    """An empty store, made once: its migrations take longer than all that is done to it here."""
    with tempfile.TemporaryDirectory() as folder:
        create_store(Path(folder) / "store.db").close()
        return (Path(folder) / "store.db").read_bytes()


def empty(folder: Path, *, staffed: bool) -> Clinic:
    (folder / "store.db").write_bytes(blank())
    (folder / "store.db").chmod(0o600)
    store = open_store(folder / "store.db")
    with store.begin() as c:
        for code in STAFF if staffed else ():
            people.add_staff(c, code, starts_on=date(2020, 1, 1))
        for at, code in enumerate(CLIENTS if staffed else ()):
            people.add_client(c, code, at=NOW, born_year=1980 + at if at else None, sex=("female", None)[at % 2])
    return Clinic(store, CATALOG, folder)


def lived(clinic: Clinic, history: list[tuple[Any, ...]]) -> None:
    for act in history:
        with suppress(DataError):
            if act[0] == "rate":
                _, episode, day, client, form, answer = act
                clinic.add(f"{HEAD}{client},,{episode},{day},{form},q1,{answer}\n")
            else:
                with clinic.store.begin() as c:
                    do(c, *act)


def exported(clinic: Clinic, kind: str = "csv") -> dict[str, bytes]:
    """Every file of an export but the manifest, which has the moment in it; nothing where there is no rating."""
    folder = clinic.folder / "out"
    shutil.rmtree(folder, ignore_errors=True)
    ask = Ask(
        wanted=Wanted(), folder=folder, key=None, pseudonyms="none", texts=True, now=NOW, today=TODAY, version="0"
    )
    run_export(clinic.store, CATALOG, WRITERS[kind], build_part(WRITERS[kind], {}), ask, lambda *_: None)
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.name != "manifest.json"}


def taken_in(clinic: Clinic, files: dict[str, bytes], *, add_staff: bool = True) -> Outcome:
    """What the files say of who was in treatment, in another practice."""
    sheets = [listed(table_of(clinic.folder, files[name], name), name, "") for name in FILES if name in files]
    with clinic.store.begin() as c:
        return import_episodes(c, sheets, WISH, add_staff=add_staff)


def moved(clinic: Clinic, files: dict[str, bytes]) -> None:
    """All of an export, in the order of the manual; not one row may be rejected, and a second time changes nothing."""
    for unchanged in (False, True):
        came = taken_in(clinic, files)
        assert not [problem for each in came.files for problem in each.problems]
        assert all(each.rows == (each.unchanged if unchanged else each.accepted) for each in came.files)
    if "appointments.csv" in files:
        table = table_of(clinic.folder, files["appointments.csv"])
        with clinic.store.begin() as c:
            assert diaries.import_diary(c, table, diaries.by_names(table, Map()), WISH, file="").rejected == 0
    passed = {*FILES, "appointments.csv", "scores.csv", "administrations.csv", "codebook.csv"}
    for name in files.keys() - passed:
        outcome = clinic.add(files[name])
        assert (outcome.rejected, list(outcome.problems)) == (0, [])


def at(day: int, month: int = 1) -> date:
    return date(2026, month, day)


LIFE: list[tuple[Any, ...]] = [
    ("open", "E1", at(2), ["A"], "T1"),
    ("open", "E2", at(2), ["B", "C"], "T2"),
    ("label", "E2", at(2), "site:north"),
    ("assign", "E2", at(5), "T3", "cotherapist"),
    ("rate", "E1", at(7), "A", "today-together-client", "3"),
    ("rate", "E2", at(7), "C", "phq-2", "1"),
    ("meet", "E1", at(8), "T3", "cancelled", "=1+1"),
    ("meet", "E1", at(9), "T1", "held", ""),
    ("transfer", "E1", at(12), "", "T2"),
    ("rate", "E1", at(14), "A", "today-together-therapist", "2"),
    ("add-member", "E2", at(15), "D", ""),
    ("pause", "E2", at(20), "a, long; journey", 9),
    ("end-member", "E2", at(22), "B", ""),
    ("close", "E1", at(23), "planned end", 0),
    ("open", "E3", at(2, 2), ["A"], "T1"),
    ("rate", "E3", at(9, 2), "A", "today-together-client", "5"),
]


def test_couples_second_episodes_transfers_and_ends_come_in_again(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = empty(tmp_path / "here", staffed=True), empty(tmp_path / "there", staffed=False)
    lived(here, LIFE)
    files = exported(here)
    assert len(files["members.csv"].splitlines()) == 1 + 5  # A twice; B, C and D, of whom two never rated
    assert len(files["assignments.csv"].splitlines()) == 1 + 5
    assert b"planned end" in files["members.csv"]

    moved(there, files)

    assert exported(there) == files
    with there.store.read() as c:
        (first,) = people.list_episodes(c, ids=[people.episode_id(c, "E1")])
        assert [(each.staff, str(each.ends_on)) for each in first.assignments] == [
            ("T1", "2026-01-11"),
            ("T2", "2026-01-23"),
        ]
        assert people.list_staff(c)[0].starts_on == date(2020, 1, 1)


def test_fhir_brings_the_ratings_back_into_episodes_that_came_as_files(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = empty(tmp_path / "here", staffed=True), empty(tmp_path / "there", staffed=False)
    lived(here, LIFE)
    files = exported(here)
    taken_in(there, files)

    (tmp_path / "bundle.json").write_bytes(exported(here, "fhir")["bundle.json"])
    outcome = taken(there, read_table(tmp_path / "bundle.json", {"fhir": FHIR}), open_episodes=False)

    assert (outcome.rejected, outcome.forms) == (0, 4)
    again = exported(there)
    assert again["answers.csv"] == files["answers.csv"]
    assert again["members.csv"] == files["members.csv"]


def test_without_the_file_of_assignments_the_forms_of_the_first_therapist_have_no_place(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = empty(tmp_path / "here", staffed=True), empty(tmp_path / "there", staffed=False)
    lived(here, LIFE)
    files = exported(here)
    taken_in(there, {name: text for name, text in files.items() if name in {"members.csv", "staff.csv"}})

    outcome = there.add(files["answers.csv"])

    assert {each.problem for each in outcome.problems if each.column == "therapist"} == {
        "this therapist is not assigned to the episode (fit episodes transfer)"
    }


def test_with_pseudonyms_neither_reasons_nor_the_diary_nor_who_never_rated_goes_out(tmp_path: Path) -> None:
    here = empty(tmp_path, staffed=True)
    lived(here, LIFE)
    ask = Ask(
        wanted=Wanted(), folder=tmp_path / "out", key=b"k" * 32, pseudonyms="stable", texts=True, now=NOW, today=TODAY,
        version="0",
    )  # fmt: skip
    run_export(here.store, CATALOG, WRITERS["csv"], build_part(WRITERS["csv"], {}), ask, lambda *_: None)

    files = {each.name: each.read_text() for each in (tmp_path / "out").iterdir()}
    assert not {"staff.csv", "pauses.csv", "appointments.csv"} & files.keys()
    assert len(files["members.csv"].splitlines()) == 1 + 3
    assert "planned end" not in "".join(files.values())
    assert "T1" not in files["assignments.csv"]


@pytest.mark.parametrize("kind", ["csv", "csv-wide"])
@settings(max_examples=EXAMPLES, phases=[Phase.generate])
@given(history=acts())
def test_a_practice_in_an_empty_one_is_the_same_practice(kind: str, history: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        here, there = empty(Path(one), staffed=True), empty(Path(other), staffed=False)
        try:
            lived(here, history)
            files = exported(here, kind)
            moved(there, files)
            assert exported(there, kind) == files
        finally:
            here.store.close()
            there.store.close()
