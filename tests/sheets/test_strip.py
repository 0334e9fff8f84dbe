"""All sessions at a glance: which were held and not rated, and how a long course went."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from fit_toolkit.sheets.chart import chart
from fit_toolkit.sheets.data import Panel
from fit_toolkit.sheets.language import say_short
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.sheets.strip import EDGES, SHADES, Strip, shade
from tests.sheets import examples

START = examples.START


def alliance(values: list[float | None], therapist: list[float | None] | None = None) -> Panel:
    return examples.panels(values, [5] * len(values), therapist)[0]


def drawn(panel: Panel, sessions: list[date] | None = None) -> Strip | None:
    held = [p.on for s in panel.series for p in s.points] if sessions is None else sessions
    return chart([panel], say_date=say_short, sessions=held).plots[0].strip


def cells(path: str) -> int:
    return path.count("M")


def test_a_short_course_rated_at_every_session_by_both_needs_no_strip() -> None:
    assert drawn(alliance([8, 9, 7], [8, 8, 8])) is None
    assert drawn(alliance([8])) is None


def test_every_session_has_a_cell_per_person_and_one_without_a_rating_is_struck_out() -> None:
    strip = drawn(alliance([9.5, 8, None, 3], [8, None, None, 8]), examples.days(4))
    assert strip is not None
    assert sum(map(cells, strip.shades)) == 5
    assert cells(strip.without) == cells(strip.struck) == 3
    assert [line.text for line in strip.lines] == ["client: 3 of 4 sessions", "therapist: 2 of 4 sessions"]


def test_a_session_held_after_the_last_rating_lies_on_the_axis() -> None:
    panel = alliance([9, 8])
    later = START + timedelta(days=70)
    made = chart([panel], say_date=say_short, sessions=[*examples.days(2), later])
    assert made.dates[-1].text == say_short(later)
    assert made.plots[0].strip is not None
    assert cells(made.plots[0].strip.without) == 1


def test_sessions_before_the_first_rating_are_counted_and_squeeze_nothing() -> None:
    before = [START - timedelta(days=7 * n) for n in range(1, 100)]
    made = chart([alliance([9, None, 8])], say_date=say_short, sessions=[*before, *examples.days(3)])
    assert made.plots[0].strip is not None
    assert cells(made.plots[0].strip.without) == 1
    assert made.plots[0].strip.lines[0].text == "client: 2 of 102 sessions"
    assert made.dates[0].text == say_short(START, year=True)


@pytest.mark.parametrize("n", [30, 60, 150])
def test_a_long_course_has_one_whose_cells_do_not_overlap(n: int) -> None:
    strip = drawn(alliance([8.0] * n))
    assert strip is not None
    places = [float(cell.split()[0]) for path in strip.shades for cell in path.split("M")[1:]]
    widths = {float(cell.partition("h")[2].partition("v")[0]) for cell in strip.shades[1].split("M")[1:]}
    assert len(widths) == 1
    assert min(b - a for a, b in pairwise(places)) > widths.pop()


def test_the_darker_the_worse_whatever_the_direction() -> None:
    assert [shade(v, 0, 10, "higher") for v in (10, 9, 8.9, 7, 5, 3.9)] == [0, 0, 1, 2, 3, 4]
    assert [shade(v, 0, 40, "lower") for v in (0, 4, 5, 16, 24, 25)] == [0, 0, 1, 2, 3, 4]
    assert len(EDGES) + 1 == SHADES


def test_the_picture_tells_in_words_how_often_each_rated_and_its_legend_the_limits() -> None:
    html = render_sheet(replace(examples.sixty(), sessions=tuple(examples.days(60, every=8))))
    title = html[html.index("<title>How the work together went") :]
    assert "client: 60 of 60 sessions. therapist: 20 of 60 sessions." in title[: title.index("</title>")]
    for word in ("from 9", "from 7.5", "from 6", "from 4", "below", "session without a rating"):
        assert f">{word}</text>" in html


def test_a_legend_with_long_numbers_stays_within_its_picture() -> None:
    for low, high, shown in ((0.0, 1e6, (0, 1, 2, 3, 4)), (0.0, 1e20, (0, 1, 3, 4)), (0.0, 1e40, (0, 1, 4))):
        panel = replace(alliance([None] * 25 + [low, high], [high] * 27), minimum=low, maximum=high)
        made = chart([panel], say_date=say_short, sessions=examples.days(27))
        strip = made.plots[0].strip
        assert strip is not None
        assert tuple(key.shade for key in strip.keys) == (*shown, None)
        assert strip.keys[0].x >= 0
        assert strip.keys[-1].x + 1.25 * len(strip.keys[-1].text) <= made.width


def test_the_clients_own_page_has_none() -> None:
    assert 'class="strip"' in render_sheet(examples.sixty())
    assert 'class="strip"' not in render_sheet(examples.sixty(), "client")


def test_two_last_values_that_lie_close_are_each_joined_to_their_line() -> None:
    apart = chart([alliance([8, 9], [8, 3])], say_date=say_short).plots[0].main
    assert apart.leaders == ""
    close = chart([alliance([8, 8.4], [8, 8.3])], say_date=say_short).plots[0].main
    assert close.leaders.count("M") == 1
    assert abs(close.last[0].y - close.last[1].y) >= 3.5
