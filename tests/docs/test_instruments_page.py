"""The catalogue of instruments is what the definition files say, and shows no figure that nobody has read."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from fit_toolkit import catalog
from tests.docs.pages import DOCS

ALL = catalog.build([catalog.bundled()])


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_instruments", DOCS / "instruments_make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def text() -> str:
    return (DOCS / "instruments.md").read_text(encoding="utf-8")


def test_the_catalogue_is_up_to_date(make: ModuleType, text: str) -> None:
    assert text == make.page(), "run script/docs"


def test_every_instrument_has_its_row(text: str) -> None:
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert sorted(line.split("`")[1] for line in rows) == sorted(ALL.ids())


def test_every_source_of_a_figure_shown_is_written_out(text: str) -> None:
    listed = text.partition("## Sources")[2]
    for instrument in ALL:
        for scale in instrument.scales:
            for cutoff in scale.cutoffs:
                for key in cutoff.source.split("+") if cutoff.verified else ():
                    assert " ".join(instrument.sources[key.strip()].text.split()).replace("<", "&lt;") in listed


def test_an_unread_figure_is_counted_and_not_shown(make: ModuleType) -> None:
    found = 0
    for instrument in ALL:
        unread = [cutoff for scale in instrument.scales for cutoff in scale.cutoffs if not cutoff.verified]
        cell = make._lines(instrument, make.Sources())
        assert (f"({len(unread)} not verified)" in cell) == bool(unread)
        found += len(unread)
    assert found


def test_it_speaks_of_trade_marks_and_of_measures_that_need_a_licence(text: str) -> None:
    assert "trade marks" in text
    for instrument in ALL:
        if instrument.licence.status in {"commercial", "permission", "registration", "unknown"}:
            assert f"`{instrument.id}`" in text.partition("Measures that ask for something")[2]
