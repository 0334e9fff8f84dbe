"""Words, missing answers, moments and persons of a large file, read piece by piece, are those of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.intake import partition
from fit_toolkit.intake.mapping import Map, Target
from tests.conftest import LONG
from tests.intake.test_large import CLIENTS, comes_of
from tests.intake.test_properties import fresh

MAP = Map(
    instrument="phq-9",
    timezone="America/New_York",
    missing=("-99",),
    columns={
        "client": "client",
        "date": "date",
        "who": Target(role="rater", words={"P": "client"}),
        "q": Target(role="item", words={"Mood": "q2"}),
        "value": Target(role="value", values={"daily": 3}),
        "sex": "sex",
        "age": "age",
    },
)
MOMENTS = [
    "2026-02-01",
    "2026-02-01T10:00",
    "2026-02-01T23:30",
    "2026-02-02T01:00Z",
    "2025-11-02T01:30",
    "2026-02-30",
    "",
]


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Answers of several clients, each with what is said of the person."""
    lines = []
    for _ in range(draw(st.integers(1, 9))):
        cells = (
            draw(st.sampled_from(CLIENTS)),
            draw(st.sampled_from(MOMENTS)),
            draw(st.sampled_from(["P", "client", ""])),
        )
        answer = draw(st.sampled_from(["q1", "Mood", "q2"])), draw(st.sampled_from(["0", "1", "-99", "daily", "x"]))
        about = draw(st.sampled_from(["", "f", "f", "m", "?"])), draw(st.sampled_from(["", "44", "44", "61", "x"]))
        lines.append(",".join((*cells, *answer, *about)))
    return "client,date,who,q,value,sex,age\n" + "\n".join(lines)


@settings(max_examples=200 if LONG else 6)
@given(text=rows(), size=st.integers(1, 3), keep_going=st.booleans(), open_episodes=st.booleans())
def test_however_it_is_cut_the_same_comes_of_it(
    clinic_folder: Path, text: str, size: int, keep_going: bool, open_episodes: bool
) -> None:
    wish = {"keep_going": keep_going, "open_episodes": open_episodes}
    with fresh(clinic_folder) as whole, fresh(clinic_folder) as cut, pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition, "CELLS", 7)
        expected, store = comes_of(whole, text, 10_000, MAP, **wish)
        came, kept = comes_of(cut, text, size, MAP, **wish)
        assert kept == store
        if isinstance(expected, str):
            assert came == expected
        else:
            for name in ("rows", "accepted", "unchanged", "rejected", "notes"):
                assert getattr(came[0], name) == getattr(expected[0], name)
            assert tuple(came[0].problems) == tuple(expected[0].problems)
            assert came[1] == expected[1]
