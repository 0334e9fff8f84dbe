"""What the pages say, and what no data and no template can make them say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets.data import Facet, Quote, RiskAnswer, SheetData
from fit_toolkit.sheets.language import say_days
from fit_toolkit.sheets.render import render, render_sheet
from tests.sheets import examples


def text(html: str) -> str:
    """The words of a page in reading order, without its pictures."""
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def in_order(words: str, *parts: str) -> bool:
    found = [words.index(part) for part in parts]
    return found == sorted(found)


def test_the_therapist_page_leads_with_the_date_then_the_change_then_safety_then_the_relationship() -> None:
    words = text(render_sheet(examples.falling()))
    assert in_order(
        words, "C-0042", "After the session of 27 April 2026", "no arrival rating yet today", "Respect fell from 9 to 5",
        "Staying safe", "The relationship, from both sides", "Worth asking about", "One question",
        "How the work together went", "The same as numbers", "As written by the client", "Notes", "Sheet 0007, as of",
    )  # fmt: skip


def test_a_flagged_answer_is_printed_with_its_date_its_age_and_whom_to_call() -> None:
    words = text(render_sheet(examples.falling()))
    assert "not sure : 27 April 2026 , 7 days old" in words
    assert "Whom to call: on call 030 555 0199" in words


def test_every_date_of_a_flagged_answer_is_printed_however_many_there_are() -> None:
    words = text(render_sheet(examples.crowded(), density="tight"))
    assert "9 April 2026 , 7 days old; also on 2 Apr; 26, 19, 12, 5 Mar; 26, 19, 12, 5 Feb; 29, 22, 15, 8 Jan" in words


def test_a_question_about_safety_is_printed_once_with_each_of_its_answers() -> None:
    base = examples.falling()
    asked = [("Staying safe?", "yes", 3), ("Staying safe?", "not sure", 10), ("Another?", "yes", 20)]
    answers = tuple(
        RiskAnswer(
            item=item, answer=answer, dates=(base.as_of - timedelta(days=ago),), days_ago=ago, state="new", code="7K"
        )
        for item, answer, ago in asked
    )
    words = text(render_sheet(structs.replace(base, risk=structs.replace(base.risk, answers=answers))))
    assert (
        "Staying safe? yes : 1 May 2026 , 3 days old · new 7K not sure : 24 April 2026 , 10 days old Another?" in words
    )
    assert words.count("· new 7K") == 2, "once for each question"


def test_what_somebody_wrote_stands_in_the_quotes_of_the_language_and_whole() -> None:
    wrote = examples.falling().quotes[0].text
    pages = {}
    for code in ("en", "de", "ar"):
        pages[code] = render_sheet(structs.replace(examples.falling(), language=code), "client")
    assert f"“<bdi>{wrote}</bdi>”" in pages["en"]
    assert f"„<bdi>{wrote}</bdi>“" in pages["de"]
    assert f"«&#8296;<bdi>{wrote}</bdi>&#8297;»" in pages["ar"], "a full stop would change sides in a PDF"


def test_a_long_text_is_printed_whole_where_there_is_room() -> None:
    long = "I said this. " * 50
    made = structs.replace(examples.improving(), quotes=(Quote(on=examples.START, label="change", text=long),))
    assert long.strip() in text(render_sheet(made))
    assert "…”" in text(render_sheet(made, density="tight"))


def test_there_is_always_room_for_a_note_but_on_the_most_crowded_page() -> None:
    html = render_sheet(examples.falling())
    assert '<div class="notes"><p class="soft">Notes</p></div>' in html
    assert ".notes { min-height: 10mm }" in html


def test_many_dates_take_few_letters_and_none_is_lost() -> None:
    days = [date(2027, 1, 7), date(2026, 12, 31), date(2026, 12, 3), date(2026, 1, 8), date(2025, 12, 30)]
    assert say_days(days) == "7 Jan 2027; 31, 3 Dec; 8 Jan 2026; 30 Dec 2025"
    assert say_days(days[1:4]) == "31, 3 Dec; 8 Jan"


def test_without_a_flagged_answer_the_page_says_how_often_it_was_asked() -> None:
    assert "no flagged answer, asked 8 times, last on 26 February 2026" in text(render_sheet(examples.improving()))


def test_an_alert_says_why_how_sure_since_when_and_how_far_people_are_with_it() -> None:
    words = text(render_sheet(examples.falling()))
    assert "7.1 is outside what is usual for this client (7.5 to 9.5)" in words
    assert "unusual for this client: about 1 in 40 ratings by chance; since 27 Apr; new" in words
    assert "a convention, not a test; since 27 Apr; seen: took to supervision" in words


def test_the_lowest_facet_is_named_and_the_change_is_in_the_accent() -> None:
    html = render_sheet(examples.falling())
    assert '<b class="hot">respect</b>, lowest' in html


def test_a_quiet_sheet_asks_no_question() -> None:
    words = text(render_sheet(examples.improving()))
    assert "Nothing stands out." in words
    assert "One question" not in words


def test_nobody_says_that_nothing_stands_out_when_nothing_was_rated() -> None:
    words = text(render_sheet(examples.never()))
    assert "Not rated yet." in words
    assert "Nothing stands out" not in words


def test_what_could_not_be_checked_is_said() -> None:
    words = text(render_sheet(examples.crowded()))
    assert "not checked: the policy “slow loss” failed" in words
    assert "not ready: usual range needs 5 ratings" in words


def test_the_table_twin_has_a_caption_and_heads_and_says_how_many_answers() -> None:
    html = render_sheet(examples.falling())
    assert "<caption>The same as numbers, the last 6 of 8 sessions</caption>" in html
    assert html.count('scope="row"') == 4
    assert "(9 answers)" in html


def test_words_that_claim_too_much_are_on_no_page() -> None:
    for make in examples.SHAPES:
        for page in ("therapist", "client"):
            words = text(render_sheet(make(), page)).lower()
            for claim in ("rupture", "deteriorat", "failing", "at risk", "patient", "abnormal"):
                assert claim not in words


@pytest.mark.parametrize("make", examples.SHAPES, ids=lambda f: f.__name__)
def test_every_page_has_a_language_a_title_headings_in_order_and_pictures_with_words(
    make: Callable[[], SheetData],
) -> None:
    for page in ("therapist", "client"):
        html = render_sheet(make(), page)
        assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert '<meta charset="utf-8">' in html
        assert re.search(r"<title>[^<]+</title>", html)
        levels = [int(n) for n in re.findall(r"<h(\d)", html)]
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
        for svg in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
            assert re.search(r"<title>\s*\S", svg)


@pytest.mark.parametrize("make", examples.SHAPES, ids=lambda f: f.__name__)
def test_the_client_page_has_no_flag_no_safety_answer_and_no_therapist_rating(make: Callable[[], SheetData]) -> None:
    sheet = make()
    html = render_sheet(sheet, "client")
    for word in ("Staying safe", "Worth asking", "One question", "usual", "therapist</", "unusual", "convention", "◊",
                 sheet.therapist, "not sure", "030 555"):  # fmt: skip
        assert word not in html
    for alert in sheet.alerts:
        assert alert.reason not in html
    assert '#005f9e" stroke-width="2.7"' not in html


def test_the_client_page_shows_the_clients_own_words_and_asks_whether_it_fits() -> None:
    words = text(render_sheet(examples.falling(), "client"))
    assert "My therapist's words fitted what I was trying to say." in words.replace("&#39;", "'")
    assert "Ask me before you decide what we do next." in words
    assert words.count("Does this fit how it feels to you?") == 1


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% include '/etc/passwd' %}\"><img src=x onerror=a>&amp;"


def hostile() -> SheetData:
    base = examples.crowded()
    short = "<script>x</script>{{7*7}}"
    return structs.replace(
        base,
        client=short, therapist=short, headline=HOSTILE, question=HOSTILE, notes=(HOSTILE,), missing=(HOSTILE,),
        freshness=(HOSTILE,), sources=(HOSTILE,), number=short,
        quotes=(Quote(on=base.quotes[0].on, label=short, text=HOSTILE),),
        alerts=(structs.replace(base.alerts[0], what=short, reason=HOSTILE, basis=HOSTILE, done=HOSTILE),),
        facets=structs.replace(base.facets, rows=(Facet(label=short, client=3.0, lowest=True, wording=HOSTILE),)),
        panels=tuple(structs.replace(p, title=short, what=HOSTILE) for p in base.panels),
        marks=(structs.replace(base.marks[0], text=short),),
    )  # fmt: skip


@pytest.mark.parametrize("page", ["therapist", "client"])
def test_markup_and_template_code_in_data_stay_words(page: str) -> None:
    html = render_sheet(hostile(), page)
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in text(html)
    assert "{{" in html  # printed as it came


def write(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return folder


def test_a_practice_may_put_its_own_block_into_our_page(tmp_path: Path) -> None:
    folder = write(
        tmp_path, "sheets/therapist.html",
        '{% extends "bundled/sheets/therapist.html" %}{% block notes %}<p>House notes</p>{% endblock %}',
    )  # fmt: skip
    words = text(render_sheet(examples.falling(), folders=(folder,)))
    assert "House notes" in words
    assert "Worth asking about" in words


@pytest.mark.parametrize(
    "attack",
    [
        "{{ sheet.__class__.__mro__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ sheet.headline.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ('%s' | attr('format'))('x').__class__ }}",
        "{% for i in range(99999999) %}x{% endfor %}",
        "{{ sheet.not_there }}",
        "{% include '../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'sheets/../../secret.html' %}",
    ],
)
def test_a_hostile_template_gets_nothing_but_an_error_that_names_it(tmp_path: Path, attack: str) -> None:
    write(tmp_path, "secret.html", "top secret")
    folder = write(tmp_path / "templates", "sheets/therapist.html", attack)
    with pytest.raises(ConfigError) as refused:
        render_sheet(examples.falling(), folders=(folder,))
    assert "C-0042" not in str(refused.value)


def test_a_template_cannot_change_the_data(tmp_path: Path) -> None:
    folder = write(tmp_path, "sheets/therapist.html", "{% set x = chart.plots.append(1) %}")
    with pytest.raises(ConfigError):
        render_sheet(examples.falling(), folders=(folder,))


def test_a_template_larger_than_a_page_can_be_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, "sheets/big.html", "x" * 300_000)
    with pytest.raises(ConfigError, match="larger"):
        render("sheets/big.html", {}, folders=(folder,))
