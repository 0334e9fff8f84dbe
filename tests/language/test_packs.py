"""Every language pack says what it should, and no pack can say more than its English has fields for."""

from __future__ import annotations

import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from fit_toolkit.courses.words import reason_text
from fit_toolkit.language import decimals, language_of, languages, plural, say, speaking
from fit_toolkit.language.packs import wrong
from tests.language.extract import messages, reasons

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def pack(code: str) -> Catalog:
    return read_po(BytesIO(files("fit_toolkit.language").joinpath("locales", f"{code}.po").read_bytes()), locale=code)


def own(folder: Path, text: str, code: str = "de") -> Path:
    (folder / "locales").mkdir(exist_ok=True)
    (folder / "locales" / f"{code}.po").write_text(HEAD + text, encoding="utf-8")
    return folder


def test_every_message_that_a_sheet_can_say_is_there_in_german() -> None:
    german = pack("de")
    lacking = []
    for message, where in messages().items():
        found = german.get(message if isinstance(message, str) else message[0])
        texts = () if found is None else (found.string,) if isinstance(found.string, str) else found.string
        if found is None or found.fuzzy or not texts or not all(texts):
            lacking.append((where, message))
    assert not lacking, "write the German into language/locales/de.po: python -m tests.language.extract de"
    assert len(messages()) > 100


@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_translation_has_the_same_named_fields_as_its_english(code: str) -> None:
    named = re.compile(r"%\(\w+\)s|\{\w+(?::[^}]*)?\}")
    for message in pack(code):
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert sorted(named.findall(message.id)) == sorted(named.findall(str(message.string))), message.id
        else:
            assert set().union(*(named.findall(text) for text in message.string or ())) == set(
                named.findall(message.id[1])
            )
        assert not wrong(message), message.id


def test_no_pack_keeps_a_message_that_nobody_says_any_more() -> None:
    said = {message if isinstance(message, str) else message[0] for message in messages()}
    for code in ("de", "ar"):
        left = {m.id if isinstance(m.id, str) else m.id[0] for m in pack(code) if m.id} - said
        assert not left, code


def test_the_reason_of_every_bundled_policy_is_found_whatever_it_is_made_of() -> None:
    import ast

    made = 'SIDES = {"<": "below", ">": "above"}\nx = f(reason=f"{{value:g}} is {SIDES[side]} {{line:g}}")'
    assert list(reasons(ast.parse(made))) == ["{value:g} is below {line:g}", "{value:g} is above {line:g}"]


def test_a_reason_is_told_in_german_with_german_numbers() -> None:
    with speaking(language_of("de")):
        text = reason_text("{value:g} is below {line:g}", {"value": 7.5, "line": 8.0}, 1)
    assert text == "7,5 liegt unter 8, 1 Tag nach der Einschätzung davor"
    assert reason_text("{value:g} is below {line:g}", {"value": 7.5, "line": 8.0}, 1).startswith(
        "7.5 is below 8, 1 day"
    )


def test_the_plural_has_as_many_forms_as_the_language() -> None:
    with speaking(language_of("ar")):
        assert plural("%(num)s rating", "%(num)s ratings", 2) == "تقييمان"
        assert plural("%(num)s rating", "%(num)s ratings", 12).startswith("12 ")
    assert plural("%(num)s rating", "%(num)s ratings", 1) == "1 rating"


def test_a_practice_says_a_message_in_its_own_words_and_the_rest_as_bundled(tmp_path: Path) -> None:
    practice = own(tmp_path, 'msgid "Your page"\nmsgstr "Dein Blatt"\n')
    with speaking(language_of("de-CH", practice)):
        assert say("Your page") == "Dein Blatt"
        assert say("Notes") == "Notizen"
        assert decimals("1.5") == "1.5", "Switzerland writes a point"


def test_a_practice_brings_a_language_of_its_own(tmp_path: Path) -> None:
    practice = own(tmp_path, 'msgid "Your page"\nmsgstr "Il tuo foglio"\n', "it")
    assert languages(practice) == ("ar", "de", "en", "it")
    with speaking(language_of("it", practice)) as italian:
        assert (say("Your page"), say("Notes"), italian.decimal) == ("Il tuo foglio", "Notes", ",")


def test_a_changed_pack_is_read_again(tmp_path: Path) -> None:
    assert language_of("it", own(tmp_path, 'msgid "Notes"\nmsgstr "Note"\n', "it")).gettext("Notes") == "Note"
    own(tmp_path, 'msgid "Notes"\nmsgstr "Appunti"\n', "it")
    assert language_of("it", tmp_path).gettext("Notes") == "Appunti"


WRONG = {
    "a field that is not there": ("session %(n)s", "Sitzung %(secret)s"),
    "a width without end": ("session %(n)s", "Sitzung %(n)999999999s"),
    "an attribute of a figure": ("{value:g} is below {line:g}", "{value.__class__} unter {line:g}"),
    "a format without end": ("{value:g} is below {line:g}", "{value:999999999d} unter {line:g}"),
    "HTML": ("Your page", "<script src=//x></script>"),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_message_of_a_pack_that_could_do_harm_is_left_out_and_named(case: str, tmp_path: Path) -> None:
    english, text = WRONG[case]
    language = language_of("xx", own(tmp_path, f'msgid "{english}"\nmsgstr "{text}"\n', "xx"))
    assert language.gettext(english) == english
    assert [line for line in language.problems if line.startswith("locales/xx.po:")]


def test_a_pack_that_is_no_po_file_is_named_and_the_bundled_words_are_used(tmp_path: Path) -> None:
    own(tmp_path, "this is no catalogue\n")
    german = language_of("de", tmp_path)
    assert german.gettext("Notes") == "Notizen"
    (problem,) = german.problems
    assert problem.startswith("locales/de.po: the language pack cannot be read")
    assert problem.endswith("; the bundled words are used")


def test_a_pack_that_is_too_large_is_named_and_not_read(tmp_path: Path) -> None:
    own(tmp_path, "# " + "x" * 2_000_000 + "\n")
    german = language_of("de", tmp_path)
    assert german.gettext("Notes") == "Notizen"
    assert "larger than" in german.problems[0]


@pytest.mark.parametrize("code", ["../../etc/passwd", "de/../../x", "", "DE;"])
def test_a_code_that_is_no_language_reads_no_file_and_is_english(code: str, tmp_path: Path) -> None:
    assert language_of(code, tmp_path).code == "en"
