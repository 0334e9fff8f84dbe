"""A large file comes in client by client: whatever it is cut into, all that comes of it is what comes of the whole."""

from __future__ import annotations

import errno
import gc
import itertools
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.errors import FitError, StoreError
from fit_toolkit.intake import partition, spool
from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import rejected_file, run_import
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.read import read_source
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.intake.source import Source
from fit_toolkit.model.parts import RawTable
from tests.conftest import LONG
from tests.intake.making import NOW, READERS, TODAY, Clinic
from tests.intake.test_properties import files, fresh

EXAMPLES = 400 if LONG else 12
CLIENTS = ["A", "A", "B", "C", "E", "F", "a", "B ", "X", "x", "Y", "", "no code"]
DAYS = ["2026-02-01", "2026-02-02", "2026-02-03", "2026-13-01", "2099-01-01", "2025-01-01", ""]


def dump(clinic: Clinic) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(clinic.folder / "store.db")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def import_it(clinic: Clinic, text: str, rows: int, base: Map, **ask: Any) -> tuple[Outcome, bytes]:
    path = clinic.folder / "answers.csv"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    source = read_source(path, READERS, rows=rows, ids=clinic.catalog, folder=clinic.folder)
    if not base.columns:
        found = propose(source.sample, base, clinic.catalog)
        base = as_map([each for each in found if each.how == "exact"], base)
    wish = Ask(**{"actor": "anna", "today": TODAY, "now": NOW, **ask})
    outcome = run_import(clinic.store, clinic.catalog, source, base, wish, file="answers.csv")
    return outcome, b"".join(rejected_file(source, outcome))


def comes_of(clinic: Clinic, text: str, rows: int, base: Map, **ask: Any) -> tuple[Any, dict[str, list[Any]]]:
    try:
        made: Any = import_it(clinic, text, rows, base, **ask)
    except FitError as error:
        made = str(error)
    return made, dump(clinic)


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(partition, "CELLS", 6)
    yield
    gc.collect()  # what was set aside is closed with its outcome, here and not in another test


@st.composite
def long_files(draw: st.DrawFn) -> str:
    """Forms with rows of their own for each answer, whole or scattered, some of them double, bad or of two minds."""
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        who, day = draw(st.sampled_from(CLIENTS)), draw(st.sampled_from(DAYS))
        more = draw(st.sampled_from(["", "", "1", "2"])), draw(st.sampled_from(["", "", "client", "therapist"]))
        form = draw(st.sampled_from(["phq-9", "phq-9", "gad-7", "wai-sr-client", "none", ""]))
        for item in draw(st.sampled_from([["q1"], ["q1", "q2"], ["q9", "q1", "q9"], ["q1", "total"]])):
            answer = draw(st.sampled_from(["0", "1", "1", "2", "3", "9", "", "x", "rather not say"]))
            lines.append(",".join((who, day, *more, form, item, answer)))
    return "client,date,session,rater,instrument,item,value\n" + "\n".join(draw(st.permutations(lines)))


@st.composite
def wide_files(draw: st.DrawFn) -> str:
    """Rows that hold two forms, of two instruments, and may be cut short or too long."""
    lines = ["client,date,therapist,q1,q2,other"]
    for _ in range(draw(st.integers(1, 7))):
        cells = [draw(st.sampled_from(CLIENTS)), draw(st.sampled_from(DAYS)), draw(st.sampled_from(["", "T1", "T2"]))]
        cells += [draw(st.sampled_from(["", "0", "1", "2", "7"])) for _ in range(3)]
        lines.append(",".join([*cells, *draw(st.sampled_from([[], [], [], ["x"], ["", "y"]]))]))
    return "\n".join(lines)


@st.composite
def undated_files(draw: st.DrawFn) -> str:
    """Sessions in order, numbered or not, of several clients one after another or mixed."""
    lines = []
    for _ in range(draw(st.integers(1, 7))):
        number = draw(st.sampled_from(["", "", "", "1", "2", "x"]))
        lines.append(",".join((draw(st.sampled_from(CLIENTS)), number, draw(st.sampled_from(["", "1", "2", "7"])))))
    if draw(st.booleans()):
        lines = [line.split(",")[0] + ",," + line.split(",")[2] for line in lines]
    return "client,session,q1\n" + "\n".join(lines)


TWO = Map(
    columns={
        "client": "client", "date": "date", "therapist": "therapist",
        "q1": Target(item="q1", instrument="phq-9"), "q2": Target(item="q2", instrument="phq-9"),
        "other": Target(item="q1", instrument="gad-7"),
    }
)  # fmt: skip
UNDATED = {"start": "2026-01-05", "every": "1 weeks"}


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("kind", ["long", "wide", "any", "undated"])
@settings(max_examples=EXAMPLES)
@given(data=st.data(), rows=st.integers(1, 3), keep_going=st.booleans(), open_episodes=st.booleans(), few=st.booleans())
def test_however_a_file_is_cut_the_same_comes_of_it(
    clinic_folder: Path, kind: str, data: st.DataObject, rows: int, keep_going: bool, open_episodes: bool, few: bool
) -> None:
    made = {"long": long_files(), "wide": wide_files(), "any": files(), "undated": undated_files()}[kind]
    first, text = data.draw(made), data.draw(made)
    base = {"wide": TWO, "undated": Map(instrument="phq-9", **UNDATED)}.get(kind, Map(instrument="phq-9"))  # type: ignore[arg-type]
    ask = {"keep_going": keep_going, "open_episodes": open_episodes}
    with fresh(clinic_folder) as whole, fresh(clinic_folder) as cut, pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "KEPT", 0 if few else 10_000)
        for step, correct in ((first, False), (text, data.draw(st.booleans()))):
            wish = {**ask, "correct": correct, "reason": "other answers"}
            expected, store = comes_of(whole, step, 10_000, base, **wish)
            came, kept = comes_of(cut, step, rows, base, **wish)
            if isinstance(came, tuple):
                came = as_tuples(came)
            assert came == (as_tuples(expected) if isinstance(expected, tuple) else expected)
            assert kept == store


def as_tuples(made: tuple[Outcome, bytes]) -> tuple[Any, ...]:
    outcome, side = made
    fields = {name: getattr(outcome, name) for name in outcome.__struct_fields__}
    return {
        name: tuple(value) if name in {"stored", "there", "problems"} else value for name, value in fields.items()
    }, side


def scattered(forms: int) -> str:
    """A long file that lists all first items, then all second ones."""
    lines = [f"{'ABC'[n % 3]},2026-02-{n // 3 + 1:02d},q{item},1" for item in range(1, 10) for n in range(forms)]
    return "client,date,item,value\n" + "\n".join(lines)


@pytest.mark.usefixtures("small_groups")
def test_the_forms_of_a_file_that_is_sorted_by_question_are_put_together(clinic: Clinic) -> None:
    outcome, _ = import_it(clinic, scattered(60), 7, Map(instrument="phq-9"))
    assert (outcome.rows, outcome.accepted, outcome.forms) == (540, 540, 60)
    assert [each.line for each in outcome.stored] == list(range(2, 62)), "ids follow the file"
    (form, *_) = clinic.valid("B")
    assert form.scores[0].n_answered == 9


@pytest.mark.usefixtures("small_groups")
def test_a_large_file_goes_back_as_a_whole_when_its_batch_is_undone(clinic: Clinic) -> None:
    from fit_toolkit.intake.undo import undo
    from fit_toolkit.model.records import Change

    outcome, _ = import_it(clinic, scattered(60), 50, Map(instrument="phq-9"))
    assert outcome.batch is not None
    assert undo(clinic.store, outcome.batch, Change("anna", "wrong file", NOW)).voided == 60


@pytest.mark.usefixtures("small_groups")
def test_one_rejected_row_at_the_end_keeps_everything_out(clinic: Clinic) -> None:
    before = dump(clinic)
    outcome, side = import_it(clinic, f"{scattered(60)}\nA,2026-02-01,q1,3", 50, Map(instrument="phq-9"))
    assert (outcome.written, outcome.rejected) == (False, 10)
    assert {each.line for each in outcome.problems} == {2, 62, 122, 182, 242, 302, 362, 422, 482, 542}
    assert side.count(b"\n") == 11
    assert dump(clinic) == before


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("step", ["reading", "sorting", "checking", "writing"])
def test_whoever_stops_it_leaves_nothing_and_the_same_command_starts_again(clinic: Clinic, step: str) -> None:
    def stop(name: str, done: int, of: int) -> None:
        if name == step and done > of // 2:
            raise KeyboardInterrupt

    before = dump(clinic)
    path = clinic.folder / "answers.csv"
    path.write_text(scattered(60))
    wish = Ask(actor="anna", today=TODAY, now=NOW)
    names = {"client": "client", "date": "date", "item": "item", "value": "value"}
    mapping = Map(instrument="phq-9", columns=dict(names))

    def bring_in(stop: Any) -> Outcome:
        source = read_source(path, READERS, rows=50, folder=clinic.folder, progress=stop)
        return run_import(clinic.store, clinic.catalog, source, mapping, wish, file="answers.csv", progress=stop)

    with pytest.raises(KeyboardInterrupt):
        bring_in(stop)
    assert dump(clinic) == before
    assert {each.name for each in clinic.folder.iterdir()} == {"store.db", "answers.csv"}
    assert bring_in(lambda *_: None).forms == 60


def test_a_large_file_is_read_only_once(clinic: Clinic) -> None:
    path = clinic.folder / "answers.csv"
    path.write_text(scattered(30))
    source = read_source(path, READERS, rows=50)
    path.unlink()
    names = {"client": "client", "date": "date", "item": "item", "value": "value"}
    mapping = Map(instrument="phq-9", columns=dict(names))
    wish = Ask(actor="anna", today=TODAY, now=NOW)
    assert run_import(clinic.store, clinic.catalog, source, mapping, wish, file="answers.csv").forms == 30


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("after", [0, 12, 30])
def test_a_full_disk_is_said_and_leaves_nothing(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    kept, count = pickle.dump, itertools.count()

    def full(*given: Any, **named: Any) -> None:
        if next(count) >= after:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept(*given, **named)

    before = dump(clinic)
    monkeypatch.setattr(pickle, "dump", full)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        import_it(clinic, scattered(60), 50, Map(instrument="phq-9"))
    assert caught.value.hint == "nothing was changed"
    assert dump(clinic) == before


def test_what_is_set_aside_has_no_name_and_is_read_again_in_order(tmp_path: Path) -> None:
    aside = spool.Spool(tmp_path)
    assert list(tmp_path.iterdir()) == []
    runs = spool.Runs[int](aside, lambda each: each, iter)
    for start in range(3):
        numbers = list(range(start, 15_000, 3))
        runs.add([numbers[:2000], numbers[2000:]], len(numbers))
    merged = runs.sealed()
    assert not isinstance(merged, tuple)
    assert (len(merged), merged[0], merged[-1], tuple(merged[3:9:2])) == (15_000, 0, 14_999, (3, 5, 7))
    assert list(merged) == list(merged) == list(range(15_000))
    with pytest.raises(IndexError):
        merged[15_000]


def test_a_table_that_is_there_as_a_whole_needs_nothing_set_aside(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fit_toolkit.intake.source.Spool", None)
    table = RawTable(columns=("client", "date", "q1"), rows=[["A", "2026-02-01", "1"]], lines=[2])
    mapping = Map(instrument="phq-9", columns={name: name for name in table.columns})
    wish = Ask(actor="anna", today=TODAY, now=NOW)
    assert run_import(clinic.store, clinic.catalog, Source.of(table), mapping, wish, file="x").forms == 1
