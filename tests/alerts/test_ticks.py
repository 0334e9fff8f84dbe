"""Reading what somebody ticked off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.alerts.ticks import Tick, action_of, read_ticks
from fit_toolkit.errors import DataError
from fit_toolkit.model.alerts import ACTIONS


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("talked about it", "talked about it"),
        ("ta", "talked about it"),
        ("TOOK", "took to supervision"),
        ("changed-something", "changed something"),
        ("known_and", "known and planned"),
        ("1", "talked about it"),
        ("7", "other"),
    ],
)
def test_an_action_is_known_by_its_words_their_beginning_or_its_number(typed: str, action: str) -> None:
    assert action_of(typed) == action


@pytest.mark.parametrize("typed", ["", " ", "0", "8", "t", "spoke", "talked about itt", "²"])
def test_a_word_that_is_none_or_fits_several_is_refused_with_the_list(typed: str) -> None:
    with pytest.raises(DataError, match="1 talked about it, 2 changed something"):
        action_of(typed)


@pytest.mark.parametrize("number", range(1, 8))
def test_the_numbers_are_the_order_of_the_actions(number: int) -> None:
    assert action_of(str(number)) == ACTIONS[number - 1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 talked about it", (12, "talked about it", "")),
        ("12 talked about it: on Monday", (12, "talked about it", "on Monday")),
        ("12 Talked About It – on Monday", (12, "talked about it", "on Monday")),
        ("12 took-to-supervision with sue", (12, "took to supervision", "with sue")),
        ("12 talk about it", (12, "talked about it", "about it")),
        ("12;6;a mistyped 9", (12, "false alarm", "a mistyped 9")),
        ("#12\t3", (12, "took to supervision", "")),
        ("  12. other  ", (12, "other", "")),
        ("12 x 1 on Monday", (12, "talked about it", "on Monday")),
        ("12x, took", (12, "took to supervision", "")),
        ("3 f was a typing error", (3, "false alarm", "was a typing error")),
    ],
)
def test_a_line_is_an_alert_an_action_and_perhaps_a_note(line: str, expected: tuple[int, str, str]) -> None:
    (tick,), findings = read_ticks(line)
    assert (tick.alert, tick.action, tick.note) == expected
    assert findings == []


def test_empty_lines_and_remarks_are_left_out_and_places_are_kept() -> None:
    ticks, _ = read_ticks("\ufeff# Monday\n\n3 talk\n#\n4 other: moved away\n")
    assert ticks == [Tick(3, "talked about it", "", "line:3: "), Tick(4, "other", "moved away", "line:5: ")]


def test_every_line_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    ticks, findings = read_ticks("talk 3\n4 sang\n5 t\n6 other\n6 other\n7\n")
    assert [tick.alert for tick in ticks] == [6]
    assert [finding.split(" ")[0] for finding in findings] == ["line:1:", "line:2:", "line:3:", "line:5:", "line:6:"]
    assert "on line 4 already" in findings[3]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3 F 1", "write 3F without a blank"),
        ("10 t other", "write 10T without a blank"),
        ("1O2 1", "0 and 1 are digits"),
        ("l2x 1", "0 and 1 are digits"),
        ("12y 1", "does not go with its number"),
        ("12 y 1", "is no action"),
    ],
)
def test_a_code_that_was_copied_wrong_is_refused_with_what_to_look_at(line: str, said: str) -> None:
    ticks, (finding,) = read_ticks(line)
    assert ticks == []
    assert said in finding


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(DataError, match="no alert on the list"):
        read_ticks("# nothing today\n")


@given(st.text(max_size=80))
def test_nothing_that_is_written_on_a_list_raises_anything_else(text: str) -> None:
    try:
        ticks, _ = read_ticks(text)
    except DataError:
        return
    assert all(tick.action in ACTIONS for tick in ticks)
