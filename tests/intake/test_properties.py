"""Laws of an import, on random files: nothing is lost or counted twice, and neither order nor parts matter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.errors import FitError
from fit_toolkit.intake.mapping import Map
from fit_toolkit.store import ratings
from tests.conftest import LONG
from tests.intake.making import HEAD, NINE, Clinic, copy_clinic, nine

EXAMPLES = 300 if LONG else 80
NASTY = st.sampled_from(
    ["", " ", "0", "1", "2", "3", "4", "-1", "1.0", "1,0", "1e2", "nan", "inf", "1_0", "٣", "１", "NA", "None", "99",
     "does-not-fit", "rather not say", '"', '""', '"a\nb"', "=1+1", "\u200b1", "\u00a01", "x" * 300, "\\", "'", "\r",
     "2026-02-01", "03/04/2026", "A", "a", "Α", "B ", "../x", "<b>", "phq-9", "gad-7", "q1", "total", "therapist",
     "T1", "A-1", "start", "12", "\ufffe", "1;2", "1\t2"]
)  # fmt: skip
COLUMNS = ["client", "date", "therapist", "episode", "session", "rater", "occasion", "instrument", "item", "scale",
           "value", "total", "problem", "q1", "q2", "q3", "q9", "mood", ""]  # fmt: skip
GOOD = {"client": ["A", "B", "C"], "date": ["2026-02-01", "2026-02-02"], "therapist": ["", "T1"], "instrument": ["phq-9"],
        "rater": ["", "client"], "occasion": ["", "start"], "session": ["", "1", "2"], "item": ["q1", "q2"],
        "scale": ["total"], "episode": [""], "problem": ["", "old"]}  # fmt: skip


@contextmanager
def fresh(template: Path) -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder:
        clinic = copy_clinic(template, Path(folder))
        try:
            yield clinic
        finally:
            clinic.store.close()


@st.composite
def files(draw: st.DrawFn) -> str:
    delimiter = draw(st.sampled_from([",", ",", ";", "\t"]))
    base = draw(st.sampled_from([["client", "date", "q1", "q2"], ["client", "date", "item", "value"],
                                 ["client", "date", "total"], ["client", "session", "total"], []]))  # fmt: skip
    columns = [*base, *draw(st.lists(st.sampled_from(COLUMNS), max_size=3))]
    lines = [delimiter.join(columns)]
    for _ in range(draw(st.integers(0, 6))):
        cells = []
        for column in columns:
            usual = st.sampled_from(GOOD.get(column, ["0", "1", "2", "3"]))
            cells.append(draw(usual if draw(st.integers(0, 9)) else NASTY))
        lines.append(delimiter.join(cells[: draw(st.sampled_from([99, 99, 99, 2]))]))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n", ",,", '"']))


def stored(clinic: Clinic) -> int:
    with clinic.store.read() as c:
        return len(ratings.list_batches(c))


@settings(max_examples=EXAMPLES)
@given(text=files(), keep_going=st.booleans(), open_episodes=st.booleans(), assumed=st.booleans())
def test_whatever_a_file_holds_its_rows_add_up_or_it_is_refused(
    clinic_folder: Path, text: str, keep_going: bool, open_episodes: bool, assumed: bool
) -> None:
    with fresh(clinic_folder) as clinic:
        when: dict[str, Any] = {"start": "2026-01-05", "every": "1 weeks"} if assumed else {}
        try:
            outcome = clinic.add(
                text.encode("utf-8", "replace"), keep_going=keep_going, open_episodes=open_episodes, **when
            )
        except FitError:
            assert stored(clinic) == 0
            return
        assert outcome.rows == outcome.accepted + outcome.unchanged + outcome.rejected
        assert outcome.rejected == len({each.row for each in outcome.problems})
        assert outcome.written == (outcome.accepted > 0 and (keep_going or not outcome.problems))
        assert len(clinic.everything()) == (outcome.forms if outcome.written else 0)


@settings(max_examples=EXAMPLES)
@given(data=st.binary(max_size=200), head=st.sampled_from([b"", HEAD.encode(), b"client,date,total\n", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused(clinic_folder: Path, data: bytes, head: bytes) -> None:
    with fresh(clinic_folder) as clinic:
        try:
            outcome = clinic.add(head + data)
        except FitError:
            return
        assert outcome.rows == outcome.accepted + outcome.unchanged + outcome.rejected


ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 28), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
).map(lambda rows: [f"{client},2026-02-{day:02d},{nine(answer, last)}" for client, day, answer, last in rows])


@settings(max_examples=EXAMPLES // 8)
@given(rows=ROWS, order=st.randoms(use_true_random=False), cut=st.integers(0, 12))
def test_neither_order_nor_parts_make_a_difference(
    clinic_folder: Path, rows: list[str], order: object, cut: int
) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    with fresh(clinic_folder) as whole, fresh(clinic_folder) as parts:
        whole.add(HEAD + "\n".join(rows))
        for part in (shuffled[:cut], shuffled[cut:], shuffled):
            parts.add(HEAD + "\n".join(part))
        assert parts.everything() == whole.everything()
        assert len(whole.everything()) == len(rows)


@settings(max_examples=EXAMPLES // 8)
@given(rows=ROWS, keep=st.booleans())
def test_twice_changes_nothing_and_undo_leaves_nothing(clinic_folder: Path, rows: list[str], keep: bool) -> None:
    from fit_toolkit.intake.undo import undo
    from fit_toolkit.model.records import Change
    from tests.intake.making import NOW

    with fresh(clinic_folder) as clinic:
        first = clinic.add(HEAD + "\n".join(rows), keep_going=keep)
        before = clinic.everything()
        again = clinic.add(HEAD + "\n".join(rows), keep_going=keep)
        assert (again.accepted, again.unchanged, again.written) == (0, first.rows, False)
        assert clinic.everything() == before
        assert first.batch is not None
        assert undo(clinic.store, first.batch, Change("anna", "wrong file", NOW)).voided == len(rows)
        assert clinic.everything() == []
        assert clinic.add(HEAD + "\n".join(rows)).accepted == len(rows)


@settings(max_examples=EXAMPLES // 8)
@given(rows=ROWS)
def test_wide_and_long_are_the_same(clinic_folder: Path, rows: list[str]) -> None:
    long = ["client,date,item,value"]
    for row in rows:
        client, day, *answers = row.split(",")
        long += [f"{client},{day},{item},{answer}" for item, answer in zip(NINE.split(","), answers, strict=True)]
    with fresh(clinic_folder) as one, fresh(clinic_folder) as other:
        one.add(HEAD + "\n".join(rows))
        other.add("\n".join(long))
        assert one.everything() == other.everything()


@pytest.mark.parametrize("name", ["client", "date"])
@settings(max_examples=30)
@given(text=st.text(min_size=1, max_size=12).filter(str.strip))
def test_a_column_of_any_name_can_be_mapped(clinic_folder: Path, name: str, text: str) -> None:
    from fit_toolkit.intake.mapping import as_yaml, load_map

    columns = {"client": "client", "date": "date", "total": "total"}
    columns[text] = columns.pop(name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.yaml"
        made = Map(instrument="phq-9", columns=dict(columns), ignore=(f"not {text}",))
        file.write_text(as_yaml(made), encoding="utf-8", errors="surrogatepass")
        if any("\ud800" <= mark <= "\udfff" for mark in text):
            return
        assert load_map(file) == made
