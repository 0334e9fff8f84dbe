"""Where the client and the therapist see the same session very differently, the page points it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from fit_toolkit.cli import run
from fit_toolkit.sheets.apart import far_apart, ties
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import Facet, Facets, Panel, SheetData
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.sheets.together_page import Together, render_together
from fit_toolkit.sheets.words import calm, headline
from tests.clinic import Clinic
from tests.sheets import examples
from tests.sheets.test_chart import drawn, panel
from tests.sheets.test_render import text

THERAPIST = "today-together-therapist"


def both(own: list[float], theirs: list[float]) -> Panel:
    one, other = panel(own), panel(theirs, rater="therapist")
    return replace(one, series=(*one.series, *other.series))


@pytest.mark.parametrize(("one", "other", "is_far"), [(5, 8, True), (8, 5, True), (5.1, 8, False), (0.1, 3.1, True)])
def test_three_of_ten_is_far_and_less_is_not(one: float, other: float, is_far: bool) -> None:
    assert far_apart(one, other, 0, 10) is is_far
    assert far_apart(one * 4, other * 4, 0, 40) is is_far


def test_only_sessions_where_both_rated_far_from_each_other_are_tied() -> None:
    plots = drawn(both([8, 8, 4, 4], [8, 7, 8])).plots
    assert plots[0].main.ties.count("M") == 1
    assert plots[0].far == 3
    assert drawn(both([8, 8], [7, 8])).plots[0].main.ties == ""
    alone = panel([2, 2])
    assert ties(alone, lambda _: 0.0, float) == ""


def test_a_tie_goes_from_one_rating_to_the_other() -> None:
    found = ties(both([2], [9]), lambda _: 5.0, lambda value: value)
    assert found == "M5.00 2.00V9.00"


def clinic_with(folder: Path, own: float, theirs: float) -> SheetData:
    clinic = Clinic(folder / "practice", day=20)
    clinic.open("c1")
    for day in (0, 7):
        clinic.rate("c1", day, own)
        clinic.rate("c1", day, theirs, instrument=THERAPIST)
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, 1, as_of=clinic.clock().date())


def test_the_headline_the_facets_and_the_course_say_it(tmp_path: Path) -> None:
    made = clinic_with(tmp_path, 4, 8)
    assert made.headline.startswith("The work together: 4, as on 5 January; the therapist rated 8.")
    assert all(row.apart for row in made.facets.rows)
    html = render_sheet(made)
    words = text(html)
    assert html.count('<span class="apart">8</span>') == len(made.facets.rows)
    assert "higher = better ↑; ┃ 3 or more apart" in words
    assert "both rated 2 of 2 sessions" in words
    assert "2 sessions rated 3 or more apart" in html, "said to who cannot see the picture"
    assert "Nothing stands out." not in words


def test_what_is_marked_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clinic_with(tmp_path, 4, 8)
    at = ["--practice", str(tmp_path / "practice"), "sheet", "c1", "--as-of", "2026-01-25"]
    assert run([*at, "--explain"]) == 0
    told = capsys.readouterr().out
    assert "far apart: empathy, genuineness" in told
    assert "how many are: 3; 2   [3 of 10 of the range; a convention of the page]" in told
    (headline,) = [line for line in told.splitlines() if "the therapist rated 8." in line]
    assert "forms 1, 3-4" in headline, "the first rating of the client, the newest, and the therapist's beside it"


def test_where_both_see_it_alike_nothing_is_marked(tmp_path: Path) -> None:
    made = clinic_with(tmp_path, 6, 8)
    html = render_sheet(made)
    assert not any(row.apart for row in made.facets.rows)
    assert "apart" not in text(html)
    assert 'class="ties"' not in html
    assert "the therapist rated" not in made.headline


def test_a_rating_of_the_therapist_about_another_session_is_not_compared() -> None:
    later = both([8, 8, 4], [8, 8])
    assert "the therapist rated" not in headline(Facets(), (later,))


def test_the_clients_page_knows_nothing_of_it(tmp_path: Path) -> None:
    assert "apart" not in text(render_sheet(clinic_with(tmp_path, 4, 8), "client"))


def test_of_equal_falls_the_lowest_is_named(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "practice", day=20)
    clinic.open("c1")
    clinic.rate("c1", 0, 8, q4=6)
    clinic.rate("c1", 7, 5, q4=3)
    with clinic.practice.store.read() as c:
        made = build_sheet(clinic.practice, c, 1, as_of=clinic.clock().date())
    assert [row.label for row in made.facets.rows if row.moved] == ["collaboration"]


def test_a_page_that_points_something_out_is_not_calm() -> None:
    quiet = Facets(rows=(Facet(label="goals", client=8, client_before=8),))
    assert calm(quiet, (panel([8, 8]),))
    assert not calm(Facets(rows=(Facet(label="goals", client=4, moved=True),)), ())
    made = examples.improving()
    outside = replace(made, calm=False, alerts=(), question="")
    assert "No alert stands." in text(render_sheet(outside))
    assert "Nothing stands out." in text(render_sheet(replace(outside, calm=True)))
    flagged = replace(outside, risk=examples.falling().risk)
    assert "No other alert stands." in text(render_sheet(flagged)), "one about safety stands above"
    assert "Nothing else stands out." in text(render_sheet(replace(flagged, calm=True)))


def couple(one: SheetData, other: SheetData) -> Together:
    return Together(
        episode="E-0051", therapist="Kim Ahrens", as_of=one.as_of, session_on=one.session_on, session_over=True,
        members=(one, other), scales=tuple(panel.title for panel in one.panels),
    )  # fmt: skip


def test_a_long_name_of_who_rated_ends_within_the_picture() -> None:
    one = examples.falling()
    alliance, *rest = one.panels
    named = tuple(replace(series, label="Klient:innen") for series in alliance.series)
    one = replace(one, panels=(replace(alliance, series=named), *rest))
    page = render_together(couple(one, one))
    wide = {float(width) for width in re.findall(r'<svg[^>]*class="chart"[^>]*viewBox="0 0 ([\d.]+) ', page)}
    said = re.findall(r'<text x="([\d.]+)"[^>]*font-weight="bold"[^>]*>([^<]*Klient:innen)<', page)
    assert len(said) == 2
    assert max(float(x) + 1.5 * len(words) for x, words in said) <= min(wide)


def test_the_page_of_a_couple_says_what_its_upright_lines_are() -> None:
    one = examples.falling()
    pair = couple(one, replace(one, client="C-0043"))
    assert "An upright line between both" not in render_together(pair)
    alliance, *rest = one.panels
    own, theirs = alliance.series
    low = tuple(replace(p, value=3.0) for p in own.points)
    far = replace(one, panels=(replace(alliance, series=(replace(own, points=low), theirs)), *rest))
    assert "An upright line between both: they lie far apart." in render_together(replace(pair, members=(one, far)))
