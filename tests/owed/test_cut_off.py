"""An erasure that is cut off has taken the client out of the store or has not, and the same command finishes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fit_toolkit.practice import erasing
from fit_toolkit.store import schema as s
from fit_toolkit.store import tombstones
from tests.cli.shell import Shell
from tests.clinic import Clinic
from tests.owed.lives import CODE, count_of
from tests.owed.test_erasing import named


class Cut(BaseException):
    """As if the process had been killed here."""


STEPS = ("remove_pages", "_rows", "forget_messages", "write_stones", "scrub")


@pytest.mark.parametrize("after", [False, pytest.param(True, marks=pytest.mark.long)], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_the_same_command_goes_on(
    clinic: Clinic, fit: Shell, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    real: Callable[..., object] = getattr(erasing, step)

    def cut(*arguments: object, **more: object) -> object:
        if after:
            real(*arguments, **more)
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(erasing, step, cut)
        with pytest.raises(Cut):
            fit("erase", CODE, "--reason", "x", "--yes")
    there = count_of(clinic.practice, s.client) == 3
    assert there == (count_of(clinic.practice, s.tombstone) == 0)
    assert fit("verify", "--quick").code == 0
    assert fit("erase", CODE, "--reason", "x", "--yes").code == 0
    assert named(clinic, CODE) == []
    with clinic.practice.store.read() as c:
        (stone,) = tombstones.tombstones(c)
    assert stone.finished_at is not None
    assert fit("verify", "--quick").code == 0
