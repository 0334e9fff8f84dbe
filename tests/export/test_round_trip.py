"""What is exported and brought in again is what it was: into the same practice nothing changes, into another all of it comes."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fit_toolkit.engine import build_part, build_registry
from fit_toolkit.export.run import Ask, run_export
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.store import people, ratings
from fit_toolkit.store.handing_on import Wanted
from tests.conftest import LONG
from tests.intake.making import CATALOG, NOW, TODAY, Clinic, copy_clinic, make_clinic

EXAMPLES = (
    150 if LONG else 5
)  # each is four imports and two exports; a failing one is not made smaller for the same reason
WRITERS = build_registry(third_party=False).writers
COLUMNS = ("client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument")
EPISODES = {"A": ("", "T1"), "B": ("", "T1"), "C": ("", "T1"), "E": ("EF", "T2"), "F": ("EF", "T2")}
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    st.sampled_from(["=1+1", "'=1", "''", "-3", "+a", "@x", "\ttab", "a\r\nb", "\rx", '"', "a,b;c", "does-not-fit", " x ", "\uff1d1"]),
).filter(lambda text: bool(text.strip()))  # fmt: skip
ANSWERS = {
    "phq-9": {f"q{number}": ["0", "1", "2", "3", "", "rather-not-say"] for number in range(1, 10)},
    "arriving-today": {**{f"q{number}": ["0", "10", "4", ""] for number in range(1, 7)},
                       "q7": ["yes", "no", "not-sure", "rather-not-say", ""]},
    "today-together-client": {f"q{number}": ["0", "10", "7", "does-not-fit", "rather-not-say", ""] for number in range(1, 11)},
    "today-together-therapist": {f"q{number}": ["0", "10", "7", "does-not-fit", ""] for number in range(1, 9)},
}  # fmt: skip
# "" means the usual one of the instrument, which is therefore not named a second time.
OCCASIONS = {name: sorted({"", "start", "between"} - {CATALOG.get(name).usual_occasion}) for name in ANSWERS}
FREE = {"today-together-client": ("keep", "change"), "today-together-therapist": ("keep", "change")}


@st.composite
def forms(draw: st.DrawFn) -> dict[tuple[str, ...], dict[str, str]]:
    """Forms by what makes them the same one; each with an answer at least."""
    made: dict[tuple[str, ...], dict[str, str]] = {}
    for _ in range(draw(st.integers(1, 8))):
        instrument = draw(st.sampled_from(sorted(ANSWERS)))
        client = draw(st.sampled_from(sorted(EPISODES)))
        day = f"2026-02-{draw(st.integers(1, 9)):02}"
        key = (client, day, instrument, draw(st.sampled_from(OCCASIONS[instrument])))
        if draw(st.integers(0, 4)) == 0 and instrument == "phq-9":
            answers = {"total": str(draw(st.integers(0, 27)))}
        else:
            answers = {item: draw(st.sampled_from(legal)) for item, legal in ANSWERS[instrument].items()}
            answers["q1"] = answers["q1"] or "0"
            answers |= {item: draw(TEXT) for item in FREE.get(instrument, ()) if draw(st.booleans())}
        made[key] = answers
    return made


def as_text(found: dict[tuple[str, ...], dict[str, str]], session: str, *, totals: bool) -> str:
    """Write forms as people would: one answer a row."""
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow((*COLUMNS, "scale" if totals else "item", "value"))
    for (client, day, instrument, occasion), answers in found.items():
        episode, therapist = EPISODES[client]
        episode = "F-1" if client == "F" and not totals and day < "2026-02-03" else episode
        rater = "therapist" if instrument.endswith("therapist") else "client"
        therapist = "T1" if episode == "F-1" else therapist
        if ("total" in answers) == totals:
            for id, value in answers.items():
                table.writerow((client, therapist, episode, session, day, rater, occasion, instrument, id, value))
    return target.getvalue()


def everything(clinic: Clinic) -> list[Any]:
    """All that is valid, with texts and the words of answers that count the same."""
    with clinic.store.read() as c:
        members = {each.id: (each.client, each.episode_id) for each in people.list_members(c)}
        staff = {each.id: each.code for each in people.list_staff(c)} | {0: ""}
        return sorted(
            (members[form.member_id], form.instrument, form.rater, staff[form.rater_staff_id], str(form.session_on),
             form.occasion, form.session_given or 0, form.raw.get("q7", "") if form.instrument == "arriving-today" else "",
             sorted((item, number) for item, number in form.numbers.items() if number is not None),
             sorted((form.texts or {}).items()),
             sorted((score.scale, score.value_ticks or -1, score.status) for score in form.scores),
             sorted((risk.item, risk.value) for risk in form.risks), form.pair_id is not None)
            for form in ratings.history(c, list(members))
        )  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("round")
    make_clinic(folder).store.close()
    return folder


@contextmanager
def practice(template: Path) -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder:
        clinic = copy_clinic(template, Path(folder))
        try:
            yield clinic
        finally:
            clinic.store.close()


def exported(clinic: Clinic, kind: str) -> Path:
    folder = clinic.folder / kind
    ask = Ask(
        wanted=Wanted(), folder=folder, key=None, pseudonyms="none", texts=True, now=NOW, today=TODAY, version="0"
    )
    run_export(clinic.store, CATALOG, WRITERS[kind], build_part(WRITERS[kind], {}), ask, lambda *_: None)
    return folder


def importable(folder: Path) -> list[str]:
    """The files that `fit import` takes, as text."""
    passed = {"scores", "administrations", "members", "assignments", "staff", "codebook", "manifest"}
    files = [file for file in sorted(folder.iterdir()) if file.stem not in passed]
    return [file.read_bytes().decode() for file in files if len(file.read_bytes().splitlines()) > 1]


@pytest.mark.parametrize("kind", ["csv", "csv-wide"])
@settings(max_examples=EXAMPLES, phases=[Phase.generate])
@given(first=forms(), second=forms(), session=st.sampled_from(["", "4"]))
def test_out_and_in_again_is_the_identity(
    template: Path,
    kind: str,
    first: dict[tuple[str, ...], dict[str, str]],
    second: dict[tuple[str, ...], dict[str, str]],
    session: str,
) -> None:
    with practice(template) as here, practice(template) as there:
        for found in (first, second):  # what the second has of the first corrects it
            for totals in (False, True):
                text = as_text(found, session, totals=totals)
                if text.count("\n") > 1:
                    outcome = here.add(text, correct=True, reason="again")
                    assert not outcome.problems
        files = importable(exported(here, kind))

        before = everything(here)
        for text in files:
            outcome = here.add(text)
            assert (outcome.accepted, outcome.rejected, outcome.rows) == (0, 0, outcome.unchanged)
            assert there.add(text).rejected == 0
        assert everything(here) == before
        assert everything(there) == before
        for text, again in zip(files, importable(exported(there, kind)), strict=True):
            assert text == again


def test_redcap_out_and_in_again_is_the_identity(template: Path) -> None:
    with practice(template) as here, practice(template) as there:
        here.add("client,date,q1,q2,q9\nA,2026-02-01,1,,0\nA,2026-02-08,3,2,1\nB,2026-02-01,2,2,2\n")
        text = (exported(here, "redcap") / "records.csv").read_bytes().decode()
        columns: dict[str, str | Target] = {"record_id": "client", "phq_9_date": "date", "phq_9_rater": "rater",
                   "phq_9_occasion": "occasion", "phq_9_therapist": "therapist", "phq_9_episode": "episode"}  # fmt: skip
        columns |= {f"phq_9_q{number}": f"q{number}" for number in range(1, 10)}
        passed = ("redcap_repeat_instrument", "redcap_repeat_instance", "phq_9_complete")
        outcome = there.add(text, Map(instrument="phq-9", columns=columns, ignore=passed))

        assert (outcome.accepted, outcome.rejected) == (3, 0)
        assert everything(there) == everything(here)
