"""The letter of a code tells a misread number from the right one."""

from __future__ import annotations

from itertools import combinations

import pytest

from fit_toolkit.model.codes import LETTERS, code_of, goes_with


def test_a_code_is_the_number_and_its_letter() -> None:
    assert code_of(44) == "44K"
    assert goes_with("k", 44)


@pytest.mark.parametrize("alert", [7, 44, 1203, 98765])
def test_one_wrong_digit_or_two_swapped_do_not_go_with_the_letter(alert: int) -> None:
    text, letter = str(alert), code_of(alert)[-1]
    wrong = {text[:i] + d + text[i + 1 :] for i in range(len(text)) for d in "0123456789" if d != text[i]}
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)} - {text}
    assert not any(goes_with(letter, int(each)) for each in wrong | swapped)


def test_no_letter_is_there_twice_or_looks_like_a_digit_and_their_number_is_a_prime_above_ten() -> None:
    assert len(set(LETTERS)) == len(LETTERS) == 13
    assert not set(LETTERS) & set("BDGILOQSUZ")
    assert all(abs(a - b) % len(LETTERS) for a, b in combinations(range(10), 2))
