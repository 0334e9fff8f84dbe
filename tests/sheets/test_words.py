"""The sentences of a sheet: figures and dates, no verdicts, short on the client's page."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from fit_toolkit.sheets import words
from fit_toolkit.sheets.data import AlertLine, Band, BandPoint, Facet, Facets, Panel, Point, Series
from fit_toolkit.sheets.pdf import DENSITIES, write_pdf
from fit_toolkit.sheets.questions import questions_here
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.sheets.trim import guess
from fit_toolkit.sheets.words import days_ago, headline
from tests.sheets import examples

BUNDLED = questions_here()
QUESTIONS = BUNDLED.texts

START = date(2026, 1, 5)
NO_FACETS = Facets()


def panel(*values: float, key: str = "outcome", every: int = 7, hot: bool = False, starts: bool = False) -> Panel:
    last = len(values) - 1
    points = tuple(
        Point(on=START + timedelta(days=every * i), value=v, stands_out=hot and i == last, starts=starts and i == last)
        for i, v in enumerate(values)
    )
    return Panel(
        key=key, title="How the client is", what="x", minimum=0, maximum=10, better="higher",
        series=(Series(rater="client", label="client", points=points),),
    )  # fmt: skip


def question(facets: Facets, panels: tuple[Panel, ...], alerts: tuple[AlertLine, ...]) -> str:
    return words.question(facets, panels, alerts, BUNDLED)


def said(*panels: Panel) -> str:
    return headline(NO_FACETS, panels)


def test_the_newest_rating_is_told_with_its_step_since_when_and_the_first() -> None:
    assert said(panel(3, 4, 5.5)) == "How the client is: 5.5, up 1.5 since 12 January; 3 at the first rating."


def test_a_step_too_small_to_print_is_no_step() -> None:
    assert said(panel(3, 4, 4.02)) == "How the client is: 4, as on 12 January; 3 at the first rating."


def test_one_rating_is_the_first_and_is_compared_with_nothing() -> None:
    assert said(panel(3)) == "How the client is: 3, the first rating."


def test_after_a_long_gap_nothing_is_called_up_or_down() -> None:
    text = said(panel(3, 6, every=60))
    assert text == "How the client is: 6, 60 days after the rating before."


def test_with_another_therapist_the_work_together_is_not_compared() -> None:
    assert said(panel(8, 5, key="alliance", starts=True)) == "The work together: 5, the first with this therapist."


@pytest.mark.parametrize(("value", "word"), [(4.0, "lower"), (9.5, "higher")])
def test_outside_the_usual_range_is_said_in_words(value: float, word: str) -> None:
    band = Band(label="usual", points=(BandPoint(on=START + timedelta(days=7), low=6, high=9),))
    assert f"{word} than usual for this client" in said(replace(panel(8, value), band=band))


def test_a_range_of_an_older_rating_says_nothing_about_the_newest() -> None:
    band = Band(label="usual", points=(BandPoint(on=START, low=6, high=9),))
    assert "usual" not in said(replace(panel(8, 2), band=band))


def test_nothing_rated_is_said() -> None:
    assert said() == "Not rated yet."


def alert(basis: str = "a convention, not a test") -> AlertLine:
    return AlertLine(severity="notice", what="x", reason="y", basis=basis, since=START, state="new")


def test_there_is_no_question_when_nothing_stands_out() -> None:
    assert question(NO_FACETS, (panel(3, 4),), ()) == ""
    assert question(NO_FACETS, (), (alert("nothing rated"),)) == ""


def test_the_question_is_about_what_stands_out() -> None:
    lowest = Facets(rows=(Facet(label="goals", key="goals", client=4, lowest=True),))
    assert question(lowest, (panel(8, 4, key="alliance", hot=True),), (alert(),)) == QUESTIONS["goals"]
    assert question(lowest, (panel(8, 4, hot=True),), (alert(),)) == QUESTIONS["outcome"]
    assert question(NO_FACETS, (panel(8, 4, key="alliance", hot=True),), (alert(),)) == QUESTIONS["alliance"]
    moved = Facets(rows=(Facet(label="tasks", key="tasks", client=4, moved=True),))
    assert question(moved, (), ()) == QUESTIONS["tasks"]


def test_good_news_asks_only_where_nothing_worrying_stands() -> None:
    good = replace(alert(), about="outcome", good_news=True)
    better = panel(3, 8, hot=True)
    assert question(NO_FACETS, (better,), (good,)) == QUESTIONS["good-news"]
    facet_fell = replace(alert(), about="alliance")
    assert question(NO_FACETS, (better,), (facet_fell, good)) == QUESTIONS["alliance"]
    assert question(NO_FACETS, (better,), (replace(alert(), about="outcome"), good)) == QUESTIONS["outcome"]
    assert question(NO_FACETS, (better,), (replace(good, state="done"),)) == ""
    moved = Facets(rows=(Facet(label="tasks", key="tasks", client=4, moved=True),))
    assert question(moved, (better,), (good,)) == QUESTIONS["tasks"]


def test_an_alert_that_is_done_asks_nothing() -> None:
    assert question(NO_FACETS, (), (replace(alert(), state="done"),)) == ""


def test_ages_are_told_in_days() -> None:
    assert [days_ago(n) for n in (0, 1, 12)] == ["today", "yesterday", "12 days ago"]


def test_the_clients_page_is_in_short_plain_sentences_without_a_word_of_judgement() -> None:
    html = render_sheet(replace(examples.falling(), quotes=()), "client")
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<table.*?</table>", " ", html, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", "\n", html)
    sentences = [s.split() for s in re.split(r"[.?!\n]", words) if s.split()]
    assert max(len(s) for s in sentences) <= 15
    for word in ("fail", "drop", "deteriorat", "abnormal", "should", "must", "score", "symptom", "disorder", "test"):
        assert not re.search(rf"\b{word}", words, re.IGNORECASE)


@pytest.mark.parametrize("make", examples.SHAPES, ids=lambda f: f.__name__)
def test_the_guessed_density_is_at_most_one_step_from_the_one_that_fits(make: object) -> None:
    sheet = make()  # type: ignore[operator]
    fits = next(at for at, d in enumerate(DENSITIES) if write_pdf(render_sheet(sheet, density=d))[1] == 1)
    assert abs(DENSITIES.index(guess(sheet)) - fits) <= 1


def sentences_of(html: str) -> list[list[str]]:
    """The client's page as sentences of words, without pictures, numbers and dates."""
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<table.*?</table>|<title>.*?</title>", " ", html, flags=re.DOTALL)
    lines = re.split(r"[.?!:]\s|\n", re.sub(r"<[^>]+>", "\n", html))
    found = [re.findall(r"[^\W\d_]+", line) for line in lines]
    return [words for words in found if words]


@pytest.mark.parametrize(("language", "letters"), [("en", 4.6), ("de", 5.8)])
def test_a_child_of_eleven_can_read_the_clients_page(language: str, letters: float) -> None:
    """Short sentences of short words: at most 15 words, 8 on the mean; and few long words."""
    made = [examples.falling(), examples.never(), examples.improving()]
    bare = [replace(s, quotes=(), language=language, facets=replace(s.facets, rows=())) for s in made]
    read = [words for s in bare for words in sentences_of(render_sheet(s, "client"))]
    words = [word for sentence in read for word in sentence]
    assert len(words) > 60
    assert max(len(sentence) for sentence in read) <= 15
    assert len(words) / len(read) <= 8
    assert sum(len(word) for word in words) / len(words) <= letters
    assert sum(len(word) > 13 for word in words) / len(words) <= 0.06


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_clients_page_has_no_word_of_judgement_or_advice_in_any_language(language: str) -> None:
    banned = "fail|deteriorat|abnormal|should|must|versag|verschlecht|auffällig|sollte|müss|störung|risiko"
    for make in examples.SHAPES:
        page = replace(make(), language=language, quotes=(), facets=replace(make().facets, rows=()))
        words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", render_sheet(page, "client"), flags=re.DOTALL)
        assert not re.search(rf"\b({banned})", words, re.IGNORECASE)
