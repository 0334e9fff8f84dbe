from __future__ import annotations

import msgspec
import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.model import Item, Norm, NormSet, Scale
from fit_toolkit.model.instrument import Asked, split_sources, ticks
from tests.scoring.making import instrument, one_scale


def test_an_alliance_form_is_given_at_the_end_and_the_rest_at_the_start_unless_it_says_otherwise() -> None:
    assert instrument(construct="alliance").usual_occasion == "end"
    assert instrument(construct="outcome").usual_occasion == "start"
    assert instrument(construct="outcome", occasion="between").usual_occasion == "between"


def test_an_item_turned_round_runs_the_other_way_when_it_is_watched() -> None:
    made = one_scale(reverse=["q2"])
    assert made.watchable("q2").direction == "higher_is_better"
    assert made.watchable("q1").direction == "higher_is_worse"
    assert made.watchable("total").direction == "higher_is_worse"


def test_what_can_be_watched_is_a_scale_or_an_item() -> None:
    made = instrument()
    assert (made.watchable("total").kind, made.watchable("total").maximum) == ("scale", 16)
    assert (made.watchable("q3").kind, made.watchable("q3").maximum) == ("item", 4)
    with pytest.raises(DataError, match="no scale or item 'q9'"):
        made.watchable("q9")


def test_unverified_figures_reach_nobody_who_watches() -> None:
    line = {"value": 9, "operator": ">=", "label": "line", "source": "test"}
    made = one_scale(cutoffs=[{**line, "verified": True}, {**line, "value": 10}])
    assert [cutoff.value for cutoff in made.watchable("total").cutoffs] == [9]


def test_an_unknown_scale_or_item_is_refused_with_those_there_are() -> None:
    with pytest.raises(DataError, match="known: total"):
        instrument().scale("sum")
    with pytest.raises(DataError, match="known: q1, q2"):
        instrument().item("x")


@pytest.mark.parametrize(
    ("session", "asked"), [(1, True), (2, False), (3, True), (4, False), (8, False), (9, True), (15, True), (16, False)]
)
def test_an_item_asked_at_sessions_1_and_3_then_every_sixth(session: int, asked: bool) -> None:
    assert Asked(sessions=(1, 3), every=6).at(session) is asked


def test_the_values_of_a_line_in_tenths_are_exact() -> None:
    line = Item(id="q1", range=(0, 1), step=0.1)
    assert line.values() == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
    assert line.accepts(0.3)
    assert not line.accepts(0.35)


def test_text_accepts_no_number() -> None:
    text = Item(id="note", type="text")
    assert (text.is_text, text.values(), text.accepts(0)) == (True, (), False)


def test_sources_may_be_joined_by_plus_and_are_written_out() -> None:
    made = instrument(sources={"a": {"text": "First"}, "b": {"text": "Second"}})
    assert list(split_sources("a + b")) == ["a", "b"]
    assert made.cite("a+b+c") == "First; Second; c"


def test_a_scale_needs_all_its_items_unless_it_says_otherwise() -> None:
    assert Scale(id="total", range=(0, 1), items=("q1", "q2")).min_answered == 2


@pytest.mark.parametrize("value", [35.95, 0.1 + 0.2, 1e-6, -7.25])
def test_ticks_are_whole_millionths(value: float) -> None:
    assert ticks(value) == round(value * 1_000_000)


def test_a_norm_without_an_occasion_holds_for_all() -> None:
    norm = Norm(instrument="made-up", scale="total", mean=5, sd_between=2, sd_within=1)
    start = msgspec.structs.replace(norm, occasion="start", scale="other")
    norms = NormSet("fit-norms/1", "local", "1", "Local", "local", "here", (norm, start))
    assert norms.find("made-up", "total", "client", "end") is norm
    assert norms.find("made-up", "other", "client", "end") is None
    assert norms.find("made-up", "other", "client", "start") is start
    assert norms.find("made-up", "total", "therapist") is None
