from __future__ import annotations

from collections.abc import Iterator

from fit_toolkit.doctor import State, Verdict, examine
from fit_toolkit.errors import ConfigError


def breaks() -> list[Verdict]:
    raise RuntimeError("a text that might hold something private")


def works() -> Iterator[Verdict]:
    yield Verdict("works", State.OK, "fine")


def test_a_check_that_breaks_is_a_finding_and_the_others_are_made() -> None:
    first, second = examine([("breaks", breaks), ("works", works)])
    assert (first.check, first.state, second.check) == ("breaks", State.FAIL, "works")


def test_what_a_broken_check_said_is_not_repeated() -> None:
    (verdict,) = examine([("breaks", breaks)])
    assert verdict.found == "could not be checked: RuntimeError"


def test_what_we_say_ourselves_is_told_with_its_next_step() -> None:
    def refuses() -> list[Verdict]:
        raise ConfigError("the plugin is not there", where="fit.toml:3", hint="fit plugins list")

    (verdict,) = examine([("refuses", refuses)])
    assert (verdict.state, verdict.found, verdict.mend) == (
        State.FAIL,
        "fit.toml:3: the plugin is not there",
        "fit plugins list",
    )
