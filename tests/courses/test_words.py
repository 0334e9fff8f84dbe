"""The words of alerts: figures filled in, nothing invented, nobody labelled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.courses import words
from fit_toolkit.courses.words import basis_text, cause_text, reason_text, worth_text
from fit_toolkit.model.alerts import Cause
from tests.policies import POLICIES

FORBIDDEN = re.compile(r"ruptur|deteriorat|fail", re.IGNORECASE)


def test_a_reason_is_filled_with_the_figures_in_the_format_its_policy_asks_for() -> None:
    evidence = {"value": 4.0, "low": 5.14159, "high": 8.0}
    assert reason_text("{value:g} is outside {low:.1f} to {high:.1f}", evidence) == "4 is outside 5.1 to 8.0"


def test_evidence_that_is_a_text_is_shown_as_it_is() -> None:
    assert reason_text("beyond {line}", {"line": "clinical"}) == "beyond clinical"


def test_figures_that_are_not_known_say_so() -> None:
    assert reason_text("down {fall:g}, theirs {theirs}", {"theirs": float("nan")}) == "down unknown, theirs unknown"


@pytest.mark.parametrize(
    ("gap", "ending"), [(7.0, ", 7 days after the rating before"), (1.0, ", 1 day after the rating before")]
)
def test_every_reason_names_the_gap_to_the_rating_before(gap: float, ending: str) -> None:
    assert reason_text("{value:g} is below 5", {"value": 4}, gap) == f"4 is below 5{ending}"


@pytest.mark.parametrize("gap", [None, float("nan"), 0.0])
def test_a_gap_that_is_unknown_or_none_is_left_out(gap: float | None) -> None:
    assert reason_text("{value:g} is below 5", {"value": 4}, gap) == "4 is below 5"


def test_a_gap_the_reason_names_itself_is_not_named_twice() -> None:
    text = reason_text("down {fall:g} since the rating before, {gap:.0f} days ago", {"fall": 2}, 14.0)
    assert text == "down 2 since the rating before, 14 days ago"


@pytest.mark.parametrize(
    "template",
    ["{value.__class__}", "{value[0]}", "{0}", "{}", "{value!r:>999999999}", "{value:>99999999999}", "{__import__}"],
)
def test_a_reason_can_reach_nothing_but_plain_figures(template: str) -> None:
    text = reason_text(template, {"value": 4.0})
    assert text in {"unknown", "4"}


def test_a_reason_with_a_stray_brace_is_shown_as_written() -> None:
    assert reason_text("100 % { of them", {}) == "100 % { of them"


def test_a_figure_rounded_to_nothing_has_no_sign() -> None:
    assert reason_text("{x:.1f} and {y:g}", {"x": -0.01, "y": -3}) == "0.0 and -3"


@given(
    st.text(max_size=60),
    st.dictionaries(st.text(max_size=5), st.floats() | st.text(max_size=3) | st.none(), max_size=3),
)
def test_no_template_and_no_evidence_can_make_it_raise(template: str, evidence: dict[str, object]) -> None:
    assert isinstance(reason_text(template, evidence, 3.0), str)


def test_an_unusual_rating_says_how_often_chance_does_the_same() -> None:
    assert basis_text("unusual", {"one_in": 40.0}) == "unusual for this client: about 1 in 40 ratings by chance"
    assert basis_text("unusual", {}) == "unusual for this client"


@pytest.mark.parametrize(
    ("basis", "text"),
    [
        ("convention", "a convention, not a test: ratings that vary by chance set it off too"),
        ("answer", "a flagged answer"),
        ("absence", "an expected rating or answer is missing"),
    ],
)
def test_every_other_basis_is_said_in_plain_words(basis: str, text: str) -> None:
    assert basis_text(basis, {}) == text


def test_every_cause_has_words_of_its_own() -> None:
    assert {cause.value for cause in Cause} <= set(words.CAUSES)
    assert cause_text(Cause.LAPSED) == "not confirmed by the ratings after it"


def test_no_word_labels_a_client_or_blames_anybody() -> None:
    own = [*words.BASIS.values(), *words.WORTH.values(), *words.CAUSES.values(), basis_text("unusual", {"one_in": 9})]
    assert not [text for text in own if FORBIDDEN.search(text)]
    assert worth_text("unusual").startswith("Worth asking about")
    assert len(POLICIES) >= 7


@pytest.mark.parametrize(
    ("number", "shown"), [(14 / 3, "4.67"), (35.95, "35.95"), (2.0, "2"), (0.0, "0"), (0.001, "0.001"), (-0.5, "-0.5")]
)
def test_a_number_is_shown_with_two_decimals_at_the_most(number: float, shown: str) -> None:
    assert reason_text("{value:g}", {"value": number}) == shown


@pytest.mark.parametrize(
    ("template", "evidence", "text"),
    [
        # one decimal said "5 is outside 5.0 to 9.2"
        (
            "{value:g} is outside {low:.1f} to {high:.1f}",
            {"value": 5.0, "low": 5.04, "high": 9.2},
            "5 is outside 5.04 to 9.20",
        ),
        (
            "{value:g} is outside {low:.1f} to {high:.1f}",
            {"value": 9.3, "low": 5.0, "high": 9.251},
            "9.3 is outside 5.00 to 9.25",
        ),
        ("{value:g} is outside {low:.1f}", {"value": 5.04, "low": 5.049}, "5.04 is outside 5.05"),
        (
            "{value:g} is beyond the limit ({limit:.2f})",
            {"value": 6.0, "limit": 6.0004},
            "6 is beyond the limit (6.0004)",
        ),
        ("{value:g} is below {line:g}", {"value": 1.996, "line": 2.0}, "1.996 is below 2"),
        ("{value:g} is at or below {line:g}", {"value": 2.0, "line": 2.0}, "2 is at or below 2"),
        ("{value:g} after {row:.0f}", {"value": 3.0, "row": 3.4}, "3 after 3"),  # a count is not on the scale
    ],
)
def test_no_figure_reads_as_if_it_lay_on_another_side_of_the_rating(
    template: str, evidence: dict[str, object], text: str
) -> None:
    assert reason_text(template, evidence) == text


@given(
    st.floats(0, 40).map(lambda number: round(number, 3)),
    st.floats(-0.06, 0.06),
    st.sampled_from([".1f", ".2f", ".3f", "g"]),
)
def test_an_edge_reads_as_worse_or_better_than_the_rating_as_it_is(value: float, away: float, spec: str) -> None:
    if abs(away) < 1e-6:
        return
    shown, edge = reason_text(f"{{value:g}} {{edge:{spec}}}", {"value": value, "edge": value + away}).split(" ")
    assert (float(edge) > float(shown)) == (away > 0)
    assert float(edge) != float(shown)
