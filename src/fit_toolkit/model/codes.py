"""The code of an alert on paper: its number and a letter that has to go with it.

Whoever copies a code from a sheet to a list may misread a digit or swap two; the letter then does not go with the
number, and nobody else's alert is ticked off. No letter looks like a digit.
"""

from __future__ import annotations

LETTERS = "ACEFHKMNPRTWX"  # as many as a prime above 10: one wrong digit, or two swapped, changes the letter


def code_of(alert: int) -> str:
    """Write the number of an alert with its letter."""
    return f"{alert}{LETTERS[alert % len(LETTERS)]}"


def goes_with(letter: str, alert: int) -> bool:
    """Whether a letter is the one that goes with a number."""
    return letter.upper() == LETTERS[alert % len(LETTERS)]
