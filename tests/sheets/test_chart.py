"""Where things go on the page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from fit_toolkit.sheets.chart import Chart, chart, number, runs
from fit_toolkit.sheets.data import Band, BandPoint, Cutoff, Inset, Mark, Panel, Point, Series
from fit_toolkit.sheets.language import say_short

START = date(2026, 1, 8)


def panel(
    values: Sequence[float], *, every: int = 7, days: list[date] | None = None, rater: str = "client", **changes: Any
) -> Panel:
    days = days or [START + timedelta(days=every * i) for i in range(len(values))]
    points = tuple(Point(on=d, value=v) for d, v in zip(days, values, strict=True))
    fields: dict[str, Any] = {
        "minimum": 0,
        "maximum": 10,
        "better": "higher",
        "key": "alliance",
        "title": "A",
        "what": "a",
    } | changes
    return Panel(series=(Series(rater=rater, label=rater, points=points),), **fields)


def drawn(*panels: Panel, marks: Sequence[Mark] = ()) -> Chart:
    return chart(panels, marks, say_date=say_short)


def heights(path: str) -> list[float]:
    return [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def places(path: str) -> list[float]:
    return [float(x) for x, _ in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_the_main_axis_is_the_full_range_of_the_scale() -> None:
    frame = drawn(panel([9, 10])).plots[0].main
    assert [n.text for n in frame.scale] == ["0", "5", "10"]
    assert frame.scale[0].y == pytest.approx(frame.bottom)
    assert frame.scale[-1].y == pytest.approx(frame.top)


def test_higher_values_are_drawn_higher_whatever_direction_is_better() -> None:
    for better in ("higher", "lower"):
        low, high = heights(drawn(panel([2, 8], better=better)).plots[0].main.line)
        assert high < low


def test_days_are_proportional_on_the_axis() -> None:
    days = [START, START + timedelta(days=10), START + timedelta(days=40)]
    a, b, c = places(drawn(panel([1, 2, 3], days=days)).plots[0].main.line)
    assert (c - b) == pytest.approx(3 * (b - a), abs=0.05)


def test_a_first_rating_lies_beside_its_value() -> None:
    laid = drawn(panel([6]))
    assert places(laid.plots[0].main.dots) == [laid.right - 2]


def test_one_day_is_at_the_same_place_in_every_panel() -> None:
    late = [START + timedelta(days=21), START + timedelta(days=35)]
    both = drawn(panel([1, 2, 3, 4, 5, 6]), panel([3, 4], days=late))
    assert places(both.plots[1].main.line) == [places(both.plots[0].main.line)[3], places(both.plots[0].main.line)[5]]


def test_a_long_gap_breaks_the_line_and_is_named_in_days() -> None:
    days = [START, START + timedelta(days=7), START + timedelta(days=77), START + timedelta(days=84)]
    plot = drawn(panel([5, 6, 7, 8], days=days)).plots[0]
    assert plot.main.line.count("M") == 2
    assert [g.days for g in plot.gaps] == [70]


@pytest.mark.parametrize("line", [0, 1, 2, 3, 5, 7, 14, 30])
@pytest.mark.parametrize("value", [0, 2, 5, 30])
def test_no_line_strikes_out_the_words_of_a_gap_and_its_name_does_not_cover_them(line: float, value: float) -> None:
    at = Cutoff(value=line, label="a line", source="")
    days = [START, START + timedelta(days=91), START + timedelta(days=500), START + timedelta(days=591)]
    plot = drawn(panel([value, 30, 8, 9], days=days, maximum=60, cutoff=at)).plots[0]
    frame, (near, *_, far) = plot.main, plot.gaps
    assert frame.cutoff_y is not None
    assert frame.cutoff_name_y is not None
    assert abs(near.y - frame.cutoff_name_y) >= 2.4
    for gap in (near, far):
        assert not gap.y - 1.8 < frame.cutoff_y < gap.y + 0.4
        assert frame.top < gap.y - 1.8 < gap.y < frame.bottom


def test_a_gap_within_the_limit_does_not_break_the_line() -> None:
    days = [START, START + timedelta(days=42)]
    plot = drawn(panel([5, 6], days=days)).plots[0]
    assert plot.main.line.count("M") == 1
    assert plot.gaps == ()


def test_the_enlarged_part_leaves_out_what_is_below_it() -> None:
    inset = drawn(panel([8, 9, 4, 9, 8], inset=Inset(low=6, high=10, label="6 to 10"))).plots[0].inset
    assert inset is not None
    assert inset.dots.count("M") == 4
    assert inset.line.count("M") == 2


def test_the_last_value_is_printed_and_in_the_accent_where_an_alert_rests_on_it() -> None:
    points = (Point(on=START, value=8), Point(on=START + timedelta(days=7), value=6, stands_out=True))
    plot = drawn(panel([1], days=[START])).plots[0]
    assert plot.main.first == ()
    hot = drawn(
        Panel(key="a", title="A", what="a", minimum=0, maximum=10, better="higher",
              series=(Series(rater="client", label="client", points=points),)),
    ).plots[0].main  # fmt: skip
    assert [(n.text, n.hot) for n in hot.last] == [("6", True)]
    assert [n.text for n in hot.first] == ["8"]
    assert hot.hot.count("M") == 1


def test_printed_last_values_never_cover_each_other() -> None:
    one, two = panel([8.0, 8.1]), panel([8.0, 8.05], rater="therapist")
    both = Panel(key="a", title="A", what="a", minimum=0, maximum=10, better="higher", series=one.series + two.series)
    low, high = sorted(n.y for n in drawn(both).plots[0].main.last)
    assert high - low >= 3.4


@pytest.mark.parametrize("line", [1, 2, 7, 14, 30, 48, 59])
@pytest.mark.parametrize("value", range(61))
def test_the_name_of_a_line_and_the_first_value_never_cover_each_other(line: float, value: float) -> None:
    at = Cutoff(value=line, label="line", source="a")
    frame = drawn(panel([value, 30], maximum=60, cutoff=at)).plots[0].main
    (first,) = frame.first
    assert frame.cutoff_y is not None
    assert frame.cutoff_name_y is not None
    middle = frame.cutoff_name_y - 0.85
    assert abs(first.y - middle) >= 2.4
    assert abs(middle - frame.cutoff_y) == pytest.approx(1.55, abs=0.01)
    assert middle < frame.bottom


@pytest.mark.parametrize("value", [9.9, 9.0, 2.0])
def test_the_name_of_a_line_at_the_very_top_stands_below_it_and_not_in_the_heading(value: float) -> None:
    frame = drawn(panel([value, 5], cutoff=Cutoff(value=9.9, label="a line", source=""))).plots[0].main
    assert frame.cutoff_y is not None
    assert frame.cutoff_name_y is not None
    assert frame.cutoff_name_y - 2.1 >= frame.cutoff_y - 0.2
    assert abs(frame.first[0].y + 0.85 - frame.cutoff_name_y) >= 2.45


def test_numbers_in_the_millions_have_room_within_the_picture_and_beside_each_other() -> None:
    made = drawn(panel([923_000, 5], minimum=0.0, maximum=1_000_000.0))
    frame = made.plots[0].main
    assert frame.scale[-1].text == "1000000"
    assert frame.scale[-1].x - 1.334 * 7 >= 0
    assert frame.first[0].x - 1.334 * 6 >= frame.scale[-1].x
    assert drawn(panel([9.33, 5])).left == 6, "ordinary numbers change nothing"


def test_a_cutoff_is_drawn_only_within_the_range() -> None:
    line = Cutoff(value=7, label="cut-off 7", source="x")
    assert drawn(panel([1, 2], cutoff=line)).plots[0].main.cutoff_y is not None
    assert drawn(panel([1, 2], maximum=6, cutoff=line)).plots[0].main.cutoff_y is None


def test_names_of_marks_that_are_close_go_on_lines_of_their_own() -> None:
    days = [START + timedelta(days=7 * i) for i in range(20)]
    near = (Mark(on=days[10], text="therapist changed"), Mark(on=days[11], text="now in German"))
    far = (Mark(on=days[2], text="therapist changed"), Mark(on=days[17], text="now in German"))
    assert len({n.y for n in drawn(panel([5] * 20), marks=near).plots[0].marks}) == 2
    assert len({n.y for n in drawn(panel([5] * 20), marks=far).plots[0].marks}) == 1


def test_the_year_is_printed_where_it_changes() -> None:
    days = [date(2026, 11, 5), date(2026, 12, 10), date(2027, 1, 14)]
    assert [n.text for n in drawn(panel([1, 2, 3], days=days)).dates] == ["5 Nov 2026", "10 Dec", "14 Jan 2027"]


def test_sixty_sessions_print_no_more_dates_than_there_is_room_for() -> None:
    at = [n.x for n in drawn(panel([5] * 60)).dates]
    assert min(b - a for a, b in itertools.pairwise(at)) >= 15


def test_nothing_rated_gives_an_empty_chart() -> None:
    assert drawn().empty
    assert drawn(panel([])).empty


def test_numbers_are_written_without_trailing_zeros() -> None:
    assert [number(v) for v in (7.0, 7.10, 7.126, -0.001, 0)] == ["7", "7.1", "7.13", "0", "0"]


def test_runs_cut_where_more_than_the_limit_passed() -> None:
    points = [Point(on=START + timedelta(days=d), value=1) for d in (0, 42, 85)]
    assert [len(run) for run in runs(points, 42)] == [2, 1]


def test_the_usual_range_breaks_where_another_course_begins() -> None:
    days = [START + timedelta(days=7 * i) for i in range(4)]
    band = Band(label="usual", points=tuple(BandPoint(on=d, low=4, high=6, starts=i == 2) for i, d in enumerate(days)))
    assert drawn(panel([5, 5, 5, 5], band=band)).plots[0].main.band.count("Z") == 2
