"""What goes out comes back: the same items, answers, values and other names."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fit_toolkit.catalog import build, bundled
from fit_toolkit.errors import DataError
from fit_toolkit.exchange import Labels, allowed, fhir_out, redcap_out
from fit_toolkit.exchange.text import decimal
from fit_toolkit.model.instrument import Instrument, Item, Licence, Option, Scale, Validation
from tests.exchange.making import SAID, asked, settled

CATALOG = build([bundled()])
WRITERS: dict[str, Callable[[Instrument, Labels], str]] = {
    "fhir": fhir_out.questionnaire,
    "redcap": redcap_out.dictionary,
}


def facts(item: Item) -> tuple[object, ...]:
    """What has to come back; an answer without a code is known by its value."""
    options = [(option.value, option.code or decimal(option.value)) for option in item.options]
    return item.id, item.label or item.id, options, item.range, item.step, item.aliases


def back(instrument: Instrument, form: str, labels: Labels | None = None) -> tuple[Item, ...]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "form.json" if form == "fhir" else "form.csv")
        file.write_text(WRITERS[form](instrument, labels or Labels()), encoding="utf-8")
        found = settled(file, replace(SAID, id="back"))
    assert asked(found) == []
    return found.items


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("id", CATALOG.ids())
def test_every_bundled_instrument_comes_back(id: str, form: str) -> None:
    instrument = CATALOG.get(id)
    if instrument.totals_only:
        with pytest.raises(DataError, match="no items"):
            WRITERS[form](instrument, Labels())
        return
    assert [facts(item) for item in back(instrument, form)] == [facts(item) for item in instrument.number_items]


@pytest.mark.parametrize("form", WRITERS)
def test_it_comes_back_with_words_as_well(form: str) -> None:
    instrument = CATALOG.get("arriving-today")
    labels = allowed(CATALOG.wording("arriving-today", "de"), instrument, "de")
    assert [facts(item) for item in back(instrument, form, labels)] == [facts(item) for item in instrument.number_items]


def test_codes_of_loinc_come_back_from_fhir() -> None:
    phq = CATALOG.get("phq-9")
    assert [item.codes for item in back(phq, "fhir")] == [item.codes for item in phq.items]


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
labels = st.text(st.sampled_from("abz09 =+-@\"|,;&%#'äß漢"), max_size=20).map(lambda text: " ".join(text.split()))
numbers = st.integers(-5_000, 5_000).map(lambda whole: whole / 100)


@st.composite
def items(draw: st.DrawFn, id: str) -> Item:
    aliases = tuple(draw(st.lists(names, max_size=2, unique=True)))
    label = draw(labels)
    if draw(st.booleans()):
        low, step = draw(numbers), draw(st.sampled_from([0.01, 0.25, 0.5, 1.0, 2.0, 5.0]))
        return Item(
            id=id, label=label, aliases=aliases, range=(low, round(low + step * draw(st.integers(1, 50)), 6)), step=step
        )
    values = draw(st.lists(numbers, min_size=2, max_size=6, unique=True))
    codes = draw(
        st.one_of(
            st.just([""] * len(values)),
            st.just([decimal(value) for value in values]),
            st.lists(names.map(lambda name: f"c{name}"), min_size=len(values), max_size=len(values), unique=True),
        )
    )
    options = tuple(Option(value=value, code=code) for value, code in zip(values, codes, strict=True))
    return Item(id=id, label=label, aliases=aliases, type="choice", options=options)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    ids = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(lambda made: made != "total")
    found = tuple(draw(items(each)) for each in draw(st.lists(ids, min_size=1, max_size=4, unique=True)))
    return Instrument(
        format="fit-instrument/1", id="made", version="1", title="Made", construct="symptoms", raters=("client",),
        direction="higher_is_worse", items=found, licence=Licence("local", "unknown", text_included=False),
        scales=(Scale(id="total", range=(0, 1), items=tuple(item.id for item in found)),), validation=Validation("unknown"),
    )  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=60, deadline=None)
@given(instrument=instruments())
def test_any_instrument_comes_back(instrument: Instrument, form: str) -> None:
    assert [facts(item) for item in back(instrument, form)] == [facts(item) for item in instrument.items]
