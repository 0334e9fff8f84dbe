"""The bar of a long piece of work: for eyes only, never before a second has passed, and gone at the end."""

from __future__ import annotations

import io
import itertools
import sys
import time

import pytest

from fit_toolkit.cli.progress import progress


class Screen(io.StringIO):
    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


def told(monkeypatch: pytest.MonkeyPatch, *, tty: bool = True, seconds: float = 2.0) -> str:
    screen = Screen(tty=tty)
    clock = itertools.count(0.0, seconds)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with progress({"checking": 1, "writing": 3}) as tell:
        for done in (1, 2):
            tell("checking", done, 2)
        tell("writing", 1, 3)
        tell("writing", 3, 3)
    return screen.getvalue()


def test_the_bar_says_what_is_done_how_much_of_it_and_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    states = told(monkeypatch).split("\r")
    assert states[1].startswith("checking [###                           ]  12 %, about 14 s left")
    assert states[3].startswith("writing  [###############               ]  50 %, about 6 s left")
    assert states[4].startswith("writing  [##############################] 100 %, about 0 s left")
    assert states[-2:] == [" " * len(states[1]), ""], "nothing of it stays among the messages"


def test_long_times_are_said_in_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "about 1 min 10 s left" in told(monkeypatch, seconds=10.0)


def test_what_is_quick_or_not_looked_at_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, seconds=0.1) == ""
    assert told(monkeypatch, tty=False) == ""
