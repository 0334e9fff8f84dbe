"""Wording packs: typed in or taken from a file, under a licence that is named."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.practice import set_up
from fit_toolkit.sheets.form import form_data
from fit_toolkit.sheets.render import render
from tests.instruments.conftest import Fit, running

ITEMS = """\
format: fit-instrument/1
id: {id}
version: "1"
title: Made up
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {{status: {status}, electronic_use: {use}, text_included: false, holder: The holder}}
validation: {{status: unknown}}
option_sets: {{often: [{{value: 0, code: "no"}}, {{value: 1, code: "yes"}}]}}
items:
  - {{id: q1, label: one, option_set: often}}
  - {{id: q2, label: two, option_set: often}}
  - {{id: q3, label: three, range: [0, 4], scored: false, ways_out: [does-not-fit]}}
scales:
  - {{id: total, items: [q1, q2], range: [0, 2]}}
tests:
  - {{given: {{q1: 1, q2: "no"}}, expect: {{total: 1}}}}
"""
LINES = """\
# typed from the licensed form
lead_in: Read this. | Then that.
answer.no: Nein
answer.yes: Ja
low: gar nicht
high: sehr
1. Erste Zeile
2. Zweite Zeile
3. Dritte Zeile
"""
LICENCE = ("--status", "permission", "--licence", "A letter", "--reference", "12 March 2026")


class Terminal(io.StringIO):
    """Somebody typing."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """A practice with three made-up forms: one sold, one free, one kept to paper."""
    root = set_up(tmp_path / "practice")
    for id, status, use in (("sold", "permission", "licence-required"), ("free", "free", "allowed")):
        (root / "instruments" / f"{id}.yaml").write_text(ITEMS.format(id=id, status=status, use=use))
    (root / "instruments" / "paper.yaml").write_text(ITEMS.format(id="paper", status="free", use="not-allowed"))
    return root


@pytest.fixture
def fit(practice: Path, capsys: pytest.CaptureFixture[str]) -> Fit:
    return running(capsys, "--practice", str(practice))


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))


def saved(practice: Path, text: str, name: str = "words.txt") -> str:
    file = practice / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def words(practice: Path, id: str, language: str = "de") -> Path:
    return practice / "instruments" / "wording" / language / f"{id}.yaml"


def test_the_words_are_asked_for_after_the_licence(fit: Fit, practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(
        monkeypatch,
        *("permission", "A letter", "No 7", "", "", "A. Translator", "no"),
        *("Titel", "Bitte | ankreuzen", "", "", "yes", "Nein", "Ja", "eins", "zwei", "drei", "links", "rechts", "passt nicht", ""),
    )  # fmt: skip
    code, out, err = fit("instruments", "wording", "sold", "--lang", "de")
    assert (code, out) == (0, "")
    assert "fit form --blank sold --language de" in err
    made = catalog.load_wording(words(practice, "sold"))
    assert (made.licence_status, made.licence, made.licence_reference) == ("permission", "A letter", "No 7")
    assert (made.holder, made.electronic_use, made.translator) == ("The holder", "licence-required", "A. Translator")
    assert made.lead_in == ("Bitte", "ankreuzen")
    assert (made.items["q1"].text, made.anchors) == ("eins", {"no": "Nein", "yes": "Ja"})
    assert (made.items["q3"].low, made.items["q3"].high, made.validated) == ("links", "rechts", False)
    assert fit("instruments", "check", str(words(practice, "sold")))[:2] == (0, "")


def test_what_was_typed_is_kept_when_somebody_stops(fit: Fit, practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "free", "Own", "", "", "", "", "Titel")
    code, _, err = fit("instruments", "wording", "free", "--lang", "de")
    assert code == 130
    assert "goes on from there" in err
    assert not words(practice, "free").exists()
    typed(
        monkeypatch,
        "",
        "von",
        "bis",
        "",
        "Nein",
        "Ja",
        "eins",
        "<",
        "EINS",
        "zwie",
        "<",
        "",
        "<",
        "zwei",
        "drei",
        "",
        "",
    )
    code, _, err = fit("instruments", "wording", "free", "--lang", "de")
    assert code == 0
    assert "Going on where you stopped, 7 answers on." in err
    made = catalog.load_wording(words(practice, "free"))
    assert (made.title, made.items["q1"].text, made.items["q2"].text, made.items["q3"].low) == (
        "Titel",
        "EINS",
        "zwei",
        "von",
    )
    assert [each.name for each in words(practice, "free").parent.iterdir()] == ["free.yaml"]


def test_words_come_from_a_text_file_in_published_order(fit: Fit, practice: Path) -> None:
    code, _, _ = fit("instruments", "wording", "sold", "--lang", "de", "--from", saved(practice, LINES), *LICENCE)
    assert code == 0
    made = catalog.load_wording(words(practice, "sold"))
    assert [each.text for each in made.items.values()] == ["Erste Zeile", "Zweite Zeile", "Dritte Zeile"]
    assert (made.items["q3"].high, made.ways_out) == ("sehr", {"does-not-fit": "does not fit"})


def test_words_come_from_a_table_with_answers_of_their_own(fit: Fit, practice: Path) -> None:
    table = 'item;text;low;high;no;yes\nq1;"Eins; oder";;;nie;oft\nq2;Zwei;;;nein;ja\nq3;Drei;wenig;viel;;\ntitle;Bogen;;;;\n'
    file = saved(practice, table, "words.csv")
    assert fit("instruments", "wording", "free", "--lang", "de", "--from", file)[0] == 0
    made = catalog.load_wording(words(practice, "free"))
    assert made.items["q1"].options == {"no": "nie", "yes": "oft"}
    assert (made.items["q1"].text, made.items["q3"].low, made.title) == ("Eins; oder", "wenig", "Bogen")


def test_words_come_from_a_wording_file_that_somebody_has(fit: Fit, practice: Path) -> None:
    fit("instruments", "wording", "free", "--lang", "de", "--from", saved(practice, LINES))
    moved = words(practice, "free").rename(practice / "given.yaml")
    assert fit("instruments", "wording", "free", "--lang", "en", "--from", str(moved))[0] == 3
    code, _, _ = fit("instruments", "wording", "free", "--lang", "de", "--from", str(moved), "--validated")
    assert code == 0
    assert catalog.load_wording(words(practice, "free")).validated


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Erste\nZweite\n", "2 lines for 3 items"),
        (LINES.replace("answer.yes: Ja\n", ""), "no words for: answer.yes"),
        (LINES + "low: nochmal\n", "words.txt:10: 'low' is given twice"),
        (LINES + "validated: ja\n", "'validated' has to be one of: yes, no"),
    ],
)
def test_a_file_that_lacks_something_writes_nothing(fit: Fit, practice: Path, text: str, says: str) -> None:
    code, _, err = fit("instruments", "wording", "free", "--lang", "de", "--from", saved(practice, text))
    assert code == 3
    assert says in err
    assert not words(practice, "free").exists()


def test_a_licence_that_cannot_be_meant_for_this_form_is_refused(fit: Fit, practice: Path) -> None:
    given = ("--from", saved(practice, LINES), "--status", "open", "--licence", "found on a page")
    code, _, err = fit("instruments", "wording", "sold", "--lang", "de", *given)
    assert code == 3
    assert "'licence_status' has to be one of: permission, registration, commercial" in err


def test_a_column_that_is_no_answer_is_named(fit: Fit, practice: Path) -> None:
    file = saved(practice, "item,text,yess\nq1,Eins,ja\n", "words.csv")
    code, _, err = fit("instruments", "wording", "free", "--lang", "de", "--from", file)
    assert code == 3
    assert "words.csv:2: there is no 'q1.yess'" in err


def test_a_form_that_is_not_free_needs_its_licence_named(fit: Fit, practice: Path) -> None:
    code, _, err = fit("instruments", "wording", "sold", "--lang", "de", "--from", saved(practice, LINES))
    assert code == 2
    assert "--status, --licence" in err
    arguments = ("--from", saved(practice, LINES), "--status", "permission", "--licence", "A letter")
    code, _, err = fit("instruments", "wording", "sold", "--lang", "de", *arguments)
    assert code == 2
    assert "--reference" in err
    assert not words(practice, "sold").exists()


def test_nobody_types_where_there_is_no_terminal(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("free\n"))
    code, _, err = fit("instruments", "wording", "free", "--lang", "de")
    assert code == 2
    assert "--from" in err


def test_words_that_are_there_are_not_written_over_unasked(fit: Fit, practice: Path) -> None:
    arguments = ("instruments", "wording", "free", "--lang", "de", "--from", saved(practice, LINES))
    assert fit(*arguments)[0] == 0
    assert fit(*arguments)[0] == 3
    assert fit(*arguments, "--replace", "--title", "Neu")[0] == 0
    assert catalog.load_wording(words(practice, "free")).title == "Neu"
    assert fit("instruments", "wording", "arriving-today", "--lang", "de", "--from", saved(practice, LINES))[0] == 3


def test_dry_run_prints_the_file_and_keeps_nothing(fit: Fit, practice: Path) -> None:
    arguments = ("instruments", "wording", "free", "--lang", "de", "--from", saved(practice, LINES), "--dry-run")
    code, out, _ = fit(*arguments)
    assert code == 0
    assert "Zweite Zeile" in out
    assert not words(practice, "free").exists()


@pytest.mark.parametrize("language", ["German", "../de", "d"])
def test_a_language_is_a_tag(fit: Fit, practice: Path, language: str) -> None:
    assert fit("instruments", "wording", "free", "--lang", language, "--from", saved(practice, LINES))[0] == 2


def test_a_form_without_words_says_how_to_bring_them(fit: Fit) -> None:
    code, _, err = fit("form", "--blank", "sold", "--language", "de")
    assert code == 3
    assert "needs its holder's permission" in err
    assert "fit instruments wording sold --lang de" in err


def test_a_form_of_which_only_totals_come_in_has_nothing_to_print(fit: Fit, practice: Path) -> None:
    fit("instruments", "new", "sums", "--totals", "--range", "0,9", "--direction", "higher_is_worse")
    code, _, err = fit("form", "--blank", "sums")
    assert code == 3
    assert "only its totals come in" in err
    code, _, err = fit("instruments", "wording", "sums", "--lang", "de", "--from", saved(practice, LINES))
    assert code == 3
    assert "nothing to put into words" in err


def test_a_licence_that_is_not_named_keeps_a_form_from_being_printed(fit: Fit, practice: Path) -> None:
    fit("instruments", "wording", "sold", "--lang", "de", "--from", saved(practice, LINES), *LICENCE)
    file = words(practice, "sold")
    file.write_text(file.read_text().replace('licence_reference: "12 March 2026"\n', ""))
    code, out, _ = fit("instruments", "check", str(file))
    assert code == 3
    assert "FI307" in out
    code, _, err = fit("form", "--blank", "sold", "--language", "de", "-o", str(practice / "form.pdf"))
    assert code == 3
    assert "licence_reference" in err
    assert "sold" not in fit("instruments", "list", "--printable", "made", "--format", "csv")[1]
    assert "lacks licence_reference: not printed" in " ".join(fit("instruments", "show", "sold")[1].split())


def test_a_form_kept_to_paper_is_printed_but_not_shown(fit: Fit, practice: Path) -> None:
    fit("instruments", "wording", "paper", "--lang", "de", "--from", saved(practice, LINES))
    code, out, err = fit("form", "--blank", "paper", "--language", "de")
    assert (code, out) == (3, "")
    assert "does not allow use on a screen" in err
    pdf = practice / "form.pdf"
    assert fit("form", "--blank", "paper", "--language", "de", "-o", str(pdf))[0] == 0
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_licence_for_screens_lifts_the_limit(fit: Fit, practice: Path) -> None:
    extra = ("--electronic-use", "allowed", "--translator", "A. Translator")
    fit("instruments", "wording", "sold", "--lang", "de", "--from", saved(practice, LINES), *LICENCE, *extra)
    code, out, _ = fit("form", "--blank", "sold", "--language", "de")
    assert code == 0
    for part in ("Erste Zeile", "Ja", "sehr", "The holder; A letter; 12 March 2026", "Übersetzung: A. Translator"):
        assert part in out
    assert "nicht validiert" in out


def enter(fit: Fit, id: str, *more: str) -> tuple[int, str, str]:
    return fit("enter", "A", id, "--answers", "no yes 3", *more)


@pytest.fixture
def clinic(fit: Fit) -> Fit:
    fit("staff", "add", "T1", "--starts", "2025-01-01")
    fit("clients", "add", "A")
    assert fit("episodes", "open", "A", "--therapist", "T1", "--on", "2026-01-05")[0] == 0
    return fit


def test_typing_in_paper_is_no_use_on_a_screen(clinic: Fit) -> None:
    assert enter(clinic, "paper")[0] == 0
    code, _, err = enter(clinic, "paper", "--mode", "screen", "--correct", "--reason", "slip")
    assert code == 3
    assert "giving it on a screen is not allowed" in err


def test_a_form_filled_in_on_a_screen_needs_a_licence_that_covers_it(clinic: Fit, practice: Path) -> None:
    code, _, err = enter(clinic, "sold", "--mode", "screen")
    assert code == 3
    assert "needs a licence of its own" in err
    given = ("--from", saved(practice, LINES), *LICENCE, "--electronic-use", "allowed")
    clinic("instruments", "wording", "sold", "--lang", "de", *given)
    assert enter(clinic, "sold", "--mode", "screen")[0] == 0


def test_each_number_of_lines_that_share_them_may_have_words(fit: Fit, practice: Path) -> None:
    new = ("mood", "--items", "2", "--answers", "1,3", "--direction", "higher_is_worse", "--status", "local")
    assert fit("instruments", "new", *new)[0] == 0
    text = "One.\nTwo.\nanswer.1: never\nanswer.2: at times\nanswer.3: always\n"
    local = ("--status", "local", "--licence", "our own words")
    assert fit("instruments", "wording", "mood", "--lang", "en", "--from", saved(practice, text), *local)[0] == 0
    made = catalog.load_wording(practice / "instruments" / "wording" / "en" / "mood.yaml")
    assert made.anchors == {"1": "never", "2": "at times", "3": "always"}
    form = form_data(catalog.load_instrument(practice / "instruments" / "mood.yaml"), made)
    assert form.numbers == (("1", "never"), ("2", "at times"), ("3", "always"))
    assert "<b>2</b> at times" in render("forms/blank.html", {"form": form, "density": "normal"})
