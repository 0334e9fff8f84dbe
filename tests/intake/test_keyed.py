from __future__ import annotations

import pytest

from fit_toolkit.catalog import build, bundled
from fit_toolkit.errors import DataError
from fit_toolkit.intake.keyed import paper_sum, prompt_for, read_line, read_word
from tests.scoring.making import instrument

CATALOG = build([bundled()])
PHQ, ARRIVING, TOGETHER, ORS = (CATALOG.get(id) for id in ("phq-9", "arriving-today", "today-together-client", "ors"))


@pytest.mark.parametrize("line", ["012301230", "0 1 2 3 0 1 2 3 0", "0,1,2,3,0,1,2,3,0", " 0;1 2, 3 0 1 2 3 0 "])
def test_digits_may_stand_together_or_apart(line: str) -> None:
    raw = read_line(PHQ, line)
    assert "".join(raw.values()) == "012301230"
    assert paper_sum(PHQ, raw) == 12


def test_answers_up_to_ten_need_gaps() -> None:
    raw = read_line(TOGETHER, "10 9 8 7 6 5 4 - 2 1")
    assert (raw["q1"], raw["q8"], raw["q10"]) == ("10", "", "1")
    assert paper_sum(TOGETHER, raw) == 51
    with pytest.raises(DataError, match="more than one digit"):
        read_line(TOGETHER, "1098765421")


def test_the_three_ways_of_not_answering_are_told_apart() -> None:
    raw = read_line(ARRIVING, "- x n 1 2 3 no")
    assert [raw[item] for item in ("q1", "q2", "q3")] == ["", "does-not-fit", "rather-not-say"]
    assert paper_sum(ARRIVING, raw) == 3


def test_a_way_out_the_line_does_not_have_is_refused() -> None:
    with pytest.raises(DataError, match=r"answer 1 .*no way out"):
        read_line(PHQ, "x11111111")
    assert read_line(ARRIVING, "1 1 1 1 1 1 n")["q7"] == "rather-not-say"


def test_every_wrong_answer_is_named_by_its_place_and_not_repeated() -> None:
    with pytest.raises(DataError) as caught:
        read_line(PHQ, "7 1 1 1 1 1 1 1 8")
    text = str(caught.value)
    assert "answer 1" in text
    assert "answer 9" in text
    assert "7" not in text.replace("PHQ-9", "")


@pytest.mark.parametrize("line", ["11111111", "1111111111", "1 1", ""])
def test_too_few_and_too_many_are_counted(line: str) -> None:
    with pytest.raises(DataError, match="answers typed, PHQ-9 has 9"):
        read_line(PHQ, line)


def test_tenths_are_read_where_the_form_has_them() -> None:
    raw = read_line(ORS, "9.9 5.0 6.3 9.8")
    assert paper_sum(ORS, raw) == 31.0


@pytest.mark.parametrize("word", ["1e1", "nan", "١", "1_0", "11"])
def test_words_that_only_look_like_answers_are_refused(word: str) -> None:
    with pytest.raises(ValueError):
        read_word(ARRIVING.items[0], word)


def test_the_prompt_says_what_may_be_typed() -> None:
    assert prompt_for(ARRIVING, 0) == "1/7 ease [0-10]"
    assert prompt_for(ORS, 0) == "1/4 individual [0-10 in 0.1]"
    assert "2 yes" in prompt_for(ARRIVING, 6)
    assert prompt_for(PHQ, 0, "Words?").startswith("1/9 Words? [")


def test_the_sum_on_the_paper_is_that_of_all_items_behind_a_total_of_scales() -> None:
    made = instrument(
        scales=[
            {"id": "total", "scales": ["one", "two"], "range": [0, 20]},
            {"id": "one", "items": ["q1", "q2"], "reverse": ["q2"], "range": [0, 8]},
            {"id": "two", "items": ["q3"], "multiply": 3, "range": [0, 12]},
        ],
    )
    assert paper_sum(made, {"q1": "1", "q2": "2", "q3": "4", "q4": "3"}) == 7


def test_what_does_not_apply_is_typed_as_a_where_the_line_offers_it() -> None:
    work, home = (
        {"id": id, "range": [0, 4], "ways_out": ways} for id, ways in (("q1", ["not-applicable"]), ("q2", []))
    )
    made = instrument(items=[work, home], scales=[{"id": "total", "items": ["q1", "q2"], "range": [0, 8]}])
    assert read_line(made, "a 3") == {"q1": "not-applicable", "q2": "3"}
    with pytest.raises(DataError, match="no way out 'not applicable'"):
        read_line(made, "3 a")
    with pytest.raises(DataError, match="does not apply is a"):
        read_line(made, "3")
