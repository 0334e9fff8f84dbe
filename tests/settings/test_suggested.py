from __future__ import annotations

import tomllib

import pytest

from fit_toolkit import catalog
from fit_toolkit.errors import ConfigError
from fit_toolkit.model.instrument import Instrument, Suggestion
from fit_toolkit.practice import settings_text
from fit_toolkit.settings.suggested import as_toml, offers, with_offers, without_offers

MINE = """\
# my practice

[practice]
name = "Elm" # a note

[[policies]]
id = "a-drop"  # mine
kind = "drop"
instrument = "phq-9"

[channels.file]
folder = "x"
# the end
"""


@pytest.fixture(scope="module")
def client_form() -> Instrument:
    return catalog.build([catalog.bundled()]).get("today-together-client")


def suggesting(instrument: Instrument, *suggestions: Suggestion) -> Instrument:
    import msgspec

    return msgspec.structs.replace(instrument, suggests=suggestions)


def all_new(text: str, instrument: Instrument) -> str:
    return with_offers(text, [each for each in offers(text, instrument) if each.state == "new"])


def test_tables_are_put_behind_and_everything_else_stays(client_form: Instrument) -> None:
    text = all_new(MINE, client_form)
    assert text.startswith(MINE)
    tables = tomllib.loads(text)["policies"]
    assert [each["id"] for each in tables] == [
        "a-drop",
        "working-together",
        "today-together-client-a-drop",
        "seen-differently",
    ]
    assert "# Today Together: A rule of thumb" in text


def test_writing_twice_changes_nothing(client_form: Instrument) -> None:
    text = all_new(MINE, client_form)
    assert [each.state for each in offers(text, client_form)] == ["there"] * 3
    assert all_new(text, client_form) == text


def test_what_was_written_can_be_taken_out_to_the_letter(client_form: Instrument) -> None:
    text = all_new(MINE, client_form)
    after, gone = without_offers(text, offers(text, client_form))
    assert after == MINE
    assert gone == ["working-together", "today-together-client-a-drop", "seen-differently"]


def test_one_in_the_middle_can_be_taken_out(client_form: Instrument) -> None:
    text = settings_text()
    after, gone = without_offers(text, offers(text, client_form, ["a-drop"]))
    assert gone == ["a-drop"]
    ids = [each["id"] for each in tomllib.loads(after)["policies"]]
    watched = ["staying-safe", "no-answer", "how-it-is-going", "nothing-heard", "working-together", "seen-differently"]
    assert ids == watched
    assert "rule of thumb" not in after
    assert "far apart" in after


def test_a_table_that_was_changed_stays(client_form: Instrument) -> None:
    text = settings_text().replace("points = 1.0", "points = 2.0")
    after, gone = without_offers(text, offers(text, client_form, ["a-drop"]))
    assert (after, gone) == (text, [])


def test_a_renamed_policy_is_known_by_what_it_does(client_form: Instrument) -> None:
    text = settings_text().replace('id = "a-drop"', 'id = "my-drop"')
    (found,) = offers(text, client_form, ["a-drop"])
    assert (found.state, found.id) == ("there", "my-drop")


def test_line_ends_of_windows_and_a_byte_order_mark_are_kept(client_form: Instrument) -> None:
    text = "\ufeff" + MINE.replace("\n", "\r\n")
    after = all_new(text, client_form)
    assert "\n" not in after.replace("\r\n", "")
    assert after.startswith(text)
    assert without_offers(after, offers(after, client_form))[0] == text


def test_a_file_that_writes_its_policies_otherwise_is_refused_and_not_guessed_at(client_form: Instrument) -> None:
    with pytest.raises(ConfigError, match="cannot be changed safely"):
        all_new("policies = []\n", client_form)


def suggestion(**values: object) -> Suggestion:
    return Suggestion(**{"id": "one", "kind": "cutoff", "because": "Because.", **values})  # type: ignore[arg-type]


def test_what_rests_on_an_unread_figure_is_left_out() -> None:
    known = catalog.build([catalog.bundled()])
    unread = [
        (each, cutoff)
        for each in known
        for cutoff in each.scale(each.main_scale).cutoffs
        if not cutoff.verified
        and not any(o.verified and o.value == cutoff.value for o in each.scale(each.main_scale).cutoffs)
    ]
    assert unread
    for instrument, cutoff in unread:
        line = {"line": cutoff.value, "operator": cutoff.operator}
        (found,) = offers("", suggesting(instrument, suggestion(parameters=line)))
        assert (found.state, found.why) == ("left out", "it rests on a figure nobody has read")


def test_a_verified_line_and_a_convention_are_written() -> None:
    phq = catalog.build([catalog.bundled()]).get("phq-9")
    line = {"line": 10, "operator": ">="}
    both = suggesting(phq, suggestion(parameters=line), suggestion(id="two", kind="drop", parameters={"points": 3.5}))
    assert [each.state for each in offers("", both)] == ["new", "new"]


def test_an_id_that_says_only_the_kind_is_written_with_the_instrument() -> None:
    phq = catalog.build([catalog.bundled()]).get("phq-9")
    (found,) = offers("", suggesting(phq, suggestion(id="risk", kind="risk")))
    assert found.id == "phq-9-risk"


@pytest.mark.parametrize("value", ['a "quote" \\ \x7f', [1, "x"], {"a b": 1.5, "c": {"d": True}}, 3, 0.1])
def test_values_are_written_as_toml(value: object) -> None:
    assert tomllib.loads(f"x = {as_toml(value)}")["x"] == value
