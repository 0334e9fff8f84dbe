"""What a check found, and how a check that breaks is caught."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fit_toolkit.errors import FitError


class State(enum.StrEnum):
    """How a thing stands: fine, worth a look, or in the way."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Verdict:
    """One line of the report: what was looked at, how it stands, what was found, and the command that mends it."""

    check: str
    state: State
    found: str
    mend: str = ""


def ok(check: str, found: str) -> Verdict:
    """Nothing to do."""
    return Verdict(check, State.OK, found)


def warn(check: str, found: str, mend: str = "") -> Verdict:
    """It works, but something should be looked at."""
    return Verdict(check, State.WARN, found, mend)


def fail(check: str, found: str, mend: str = "") -> Verdict:
    """Something does not work until this is mended."""
    return Verdict(check, State.FAIL, found, mend)


Check = Callable[[], Iterable[Verdict]]


def examine(checks: Iterable[tuple[str, Check]]) -> Iterator[Verdict]:
    """Run each check by itself: one that breaks is a finding and keeps no other from being made."""
    for name, check in checks:
        try:
            yield from check()
        except FitError as error:
            yield fail(name, f"{error.where}: {error.what}" if error.where else error.what, error.hint)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other checks are wanted too
            yield fail(name, f"could not be checked: {type(error).__name__}", "fit --debug doctor")
