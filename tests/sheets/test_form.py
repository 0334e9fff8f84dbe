"""Blank forms: everything a form must say, nothing chosen beforehand, one page."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import msgspec
import pytest

from fit_toolkit import catalog
from fit_toolkit.errors import DataError
from fit_toolkit.model import Instrument, ItemWording, Wording
from fit_toolkit.sheets.form import form_data, form_pdf, render_form
from fit_toolkit.sheets.pdf import write_pdf

OURS = ("today-together-client", "today-together-therapist", "arriving-today")


@pytest.fixture(scope="module")
def definitions() -> catalog.Catalog:
    return catalog.build([catalog.bundled()])


@pytest.mark.parametrize("id", OURS)
def test_each_of_our_forms_fits_one_page(definitions: catalog.Catalog, id: str) -> None:
    html = render_form(definitions.get(id), definitions.wording(id, "en"), who_sees="the supervision group")
    assert write_pdf(html)[1] == 1
    assert form_pdf(definitions.get(id), definitions.wording(id, "en")).startswith(b"%PDF")


def test_a_form_says_who_sees_it_that_it_is_untested_and_which_version_it_is(definitions: catalog.Catalog) -> None:
    id = OURS[0]
    html = render_form(definitions.get(id), definitions.wording(id, "en"), who_sees="the supervision group")
    assert "Your therapist sees this. Also: the supervision group." in html
    assert "New questions, not yet tested." in html
    assert "today-together-client 1.0, en" in html
    assert "CC-BY-4.0" in html


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (
            "the team",
            "Your therapist sees this. Also: the team. Nobody reads it between sessions. You can ask for a copy.",
        ),
        ("The team sees it.", "The team sees it. Nobody reads it between sessions. You can ask for a copy."),
        ("", "Your therapist sees this. Nobody reads it between sessions. You can ask for a copy."),
    ],
)
def test_who_sees_it_may_be_a_name_a_sentence_or_nobody(definitions: catalog.Catalog, who: str, said: str) -> None:
    id = OURS[0]
    assert form_data(definitions.get(id), definitions.wording(id, "en"), who_sees=who).who_sees == said


def test_a_form_without_anybody_else_does_not_end_in_a_bare_stop(definitions: catalog.Catalog) -> None:
    id = "today-together-therapist"
    assert form_data(definitions.get(id), definitions.wording(id, "en")).who_sees == "You see this."


@pytest.mark.parametrize("id", OURS)
def test_our_forms_in_german_are_german_all_over_and_fit_one_page(definitions: catalog.Catalog, id: str) -> None:
    html = render_form(definitions.get(id), definitions.wording(id, "de"), date=date(2026, 3, 12))
    assert '<html lang="de">' in html
    assert "12. März 2026" in html
    assert "Datum" in html
    assert ">date " not in html
    assert write_pdf(html)[1] == 1


def test_code_and_date_are_printed_when_they_are_known_and_left_to_write_when_not(definitions: catalog.Catalog) -> None:
    id = OURS[0]
    known = render_form(definitions.get(id), definitions.wording(id, "en"), code="C-7", date=date(2026, 3, 12))
    blank = render_form(definitions.get(id), definitions.wording(id, "en"))
    assert "<b>C-7</b>" in known
    assert "<b>12 March 2026</b>" in known
    assert blank.count("<b></b>") == 2


def test_each_line_offers_eleven_numbers_and_two_ways_out_and_nothing_is_chosen(definitions: catalog.Catalog) -> None:
    id = OURS[0]
    form = form_data(definitions.get(id), definitions.wording(id, "en"))
    lines = [item for item in form.items if item.kind == "circles"]
    assert len(lines) == 10
    for line in lines:
        assert line.marks == tuple(str(n) for n in range(11))
        assert line.ways_out == ("does not fit today", "rather not say")
    html = render_form(definitions.get(id), definitions.wording(id, "en"))
    assert not re.search(r"checked|selected", html)


def test_only_the_items_of_this_session_are_printed(definitions: catalog.Catalog) -> None:
    id = OURS[0]
    html = render_form(definitions.get(id), definitions.wording(id, "en"), asked={"q1", "q2"})
    assert "not from a script" in html
    assert "stays as private" not in html


def test_an_instrument_without_words_is_refused_with_what_to_do(definitions: catalog.Catalog) -> None:
    with pytest.raises(DataError, match="wording"):
        render_form(definitions.get("phq-9"), definitions.wording("phq-9", "en"))


def test_a_code_with_markup_in_it_stays_a_word(definitions: catalog.Catalog) -> None:
    id = OURS[0]
    assert "<script" not in render_form(definitions.get(id), definitions.wording(id, "en"), code="<script>x</script>")


def a_long_form(definitions: catalog.Catalog) -> tuple[Instrument, Wording]:
    """A questionnaire of 45 items with made-up words, the answers shared by all lines."""
    instrument = definitions.get("oq-45-2")
    words = {item.id: ItemWording(text=f"A made-up line number {item.id}") for item in instrument.items}
    answers = {str(value): f"answer {value}" for value in range(5)}
    return instrument, Wording(
        format="fit-wording/1", instrument=instrument.id, version=instrument.version, language="en", title="Made up",
        licence="agreement", licence_status="commercial", licence_reference="No 7", items=words, anchors=answers,
    )  # fmt: skip


def test_answers_that_all_lines_share_are_printed_on_each(definitions: catalog.Catalog) -> None:
    instrument, wording = a_long_form(definitions)
    html = render_form(instrument, wording)
    assert html.count("answer 3") == len(instrument.items) == 45
    assert "for use on paper only" in html
    assert "agreement; No 7" in html


def test_a_second_page_says_whose_it_is(definitions: catalog.Catalog, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "form.pdf"
    file.write_bytes(form_pdf(*a_long_form(definitions), code="K7"))
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    first, second, *_ = text.split("\f")
    assert "K7" in first
    assert re.search(r"code K7 +2/2", second)


def test_words_without_the_agreement_are_not_printed(definitions: catalog.Catalog) -> None:
    instrument, wording = a_long_form(definitions)
    with pytest.raises(DataError, match="licence reference"):
        form_data(instrument, msgspec.structs.replace(wording, licence_reference=" "))


@pytest.mark.parametrize("id", OURS)
def test_the_whole_foot_is_printed_below_the_last_line(definitions: catalog.Catalog, id: str, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "form.pdf"
    file.write_bytes(form_pdf(definitions.get(id), definitions.wording(id, "de")))
    found = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
    words = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<', found)
    begin = next(place for place, word in enumerate(words) if word[2] == "Neue")
    foot, body = words[begin:], words[:begin]
    text = " ".join(word[2] for word in foot)
    for part in ("noch nicht geprüft", f"{id} 1.0, de", "CC-BY-4.0", "nicht rückübersetzt (nicht validiert)"):
        assert part in text
    assert min(float(top) for top, _, _ in foot) > max(float(bottom) for _, bottom, _ in body)
    assert max(float(bottom) for _, bottom, _ in foot) < 830
