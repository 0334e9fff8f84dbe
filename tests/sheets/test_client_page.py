"""The client's own page: their answers, in words, lines and numbers that say the same, and nothing else."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from fit_toolkit.language import language_of, speaking
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.look import Look
from fit_toolkit.sheets.render import render_sheet
from tests.browser.structure import tree
from tests.sheets import examples


def page(made: SheetData, language: str = "en", look: Look | None = None) -> str:
    with speaking(language_of(language)):
        return render_sheet(replace(made, language=language), "client", look=look or Look())


def only_the_therapist_rated() -> SheetData:
    made = examples.falling()
    panels = tuple(replace(p, series=tuple(s for s in p.series if s.rater != "client")) for p in made.panels)
    rows = tuple(replace(row, client=None, client_before=None) for row in made.facets.rows)
    return replace(made, panels=panels, facets=replace(made.facets, rows=rows), quotes=())


def test_who_answered_nothing_gets_no_day_no_empty_course_and_no_question() -> None:
    for made in (only_the_therapist_rated(), examples.never()):
        html = page(made)
        assert "You have not answered any questions yet." in html
        assert "<h1>Your page</h1>" in html
        assert "Does this fit" not in html
        assert "<svg" not in html


def test_the_day_of_the_page_is_that_of_the_last_own_answer() -> None:
    made = examples.falling()
    on = made.facets.on
    assert on is not None
    last = made.panels[0].series[0].points[-2].on
    panels = tuple(
        replace(p, series=tuple(replace(s, points=s.points[:-1]) if s.rater == "client" else s for s in p.series))
        for p in made.panels
    )
    html = page(replace(made, panels=panels, facets=replace(made.facets, rows=())))
    assert f"Your answers up to {last.day} {last:%B} {last.year}" in html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "8.1 the first time, 8.6 the time before, 7.1 now"),
        ("de", "8,1 beim ersten Mal, 8,6 beim Mal davor, 7,1 jetzt"),
        ("ar", "8.1 في المرة الأولى، 8.6 في المرة السابقة، 7.1 الآن"),
    ],
)
def test_each_line_is_told_in_words_too(language: str, words: str) -> None:
    assert words in page(examples.falling(), language)


def test_one_or_two_answers_are_told_as_one_or_two() -> None:
    assert "8.2 the first time</bdi>." in page(examples.first_only())
    two = examples._plain("0190", [7, 8], [3, 4])
    assert "7 the first time, 8 now</bdi>." in page(two)


@pytest.mark.parametrize("look", [Look(), Look(large=True)], ids=["plain", "large"])
def test_every_answer_stands_beside_its_question_with_the_one_before(look: Look) -> None:
    made = examples.falling()
    (table,) = [each for each in tree(page(made, look=look)).all("table") if each.attrs.get("class") == "said"]
    rows = [[cell.text for cell in row.all("th", "td") if cell.attrs["class"] != "track"] for row in table.all("tr")]
    assert rows[0][-2:] == (["now", "the time before"] if look.large else ["now ●", "the time before ○"])
    assert rows[1:] == [[facet.wording, f"{facet.client:g}", f"{facet.client_before:g}"] for facet in made.facets.rows]


def test_a_dot_lies_where_its_answer_does_and_lowest_answers_stay_on_the_line() -> None:
    made = examples.falling()
    rows = tuple(replace(row, client=value) for row, value in zip(made.facets.rows, (0, 5, 10) * 3, strict=True))
    drawn = tree(page(replace(made, facets=replace(made.facets, rows=rows)))).all("circle")
    assert [each.attrs["cx"] for each in drawn if each.attrs["class"] == "now"] == ["2.0", "30.0", "58.0"] * 3


@pytest.mark.parametrize("make", examples.SHAPES, ids=lambda f: f.__name__)
def test_nothing_of_a_flag_a_label_or_somebody_else_is_on_it(make: object) -> None:
    made: SheetData = make()  # type: ignore[operator]
    html = page(made).partition("</style>")[2]
    assert not re.search(r'class="(hot|risk|alert|band|cutoff|expected|late|others)', html)
    said = [alert.reason for alert in made.alerts] + [answer.item for answer in made.risk.answers] + [made.headline]
    assert [each for each in said if each and each in html] == []
    assert made.therapist not in html
