"""What a signal does to work that ends in order."""

from __future__ import annotations

import os
import signal

import pytest

from fit_toolkit.cli.signals import ended_in_order


@pytest.mark.skipif(os.name != "posix", reason="sends a signal the POSIX way")
def test_who_is_asked_to_end_puts_away_what_is_under_way_and_says_by_which_signal() -> None:
    put_away = []
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, ended_in_order():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            put_away.append("a page")
    assert ended.value.code == 128 + signal.SIGTERM
    assert put_away == ["a page"]
    assert signal.getsignal(signal.SIGTERM) is before
