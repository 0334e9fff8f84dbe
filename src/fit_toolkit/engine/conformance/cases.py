"""One thing that is tried, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fit_toolkit.engine.failing import class_name, one_line
from fit_toolkit.engine.records import PluginFailureError, Provided
from fit_toolkit.errors import FitError


class Hint(str):
    """What an author might add; it is listed, but nothing fails for it."""

    __slots__ = ()


Attempt: TypeAlias = Callable[[], str]  # gives what is wrong, or nothing; a Hint; or raises a FitError


@dataclass(frozen=True)
class Check:
    """One thing that was tried, and how it went: `name` for programs, `check` as a sentence."""

    thing: str
    name: str
    check: str
    passed: bool
    detail: str = ""
    hint: bool = False


@dataclass(frozen=True)
class Case:
    """One thing to try: nothing is run before `run`."""

    thing: str
    name: str
    sentence: str
    attempt: Attempt

    @property
    def id(self) -> str:
        """What the test is called: the kind of thing, its name, the name of the check."""
        return f"{self.thing}-{self.name}".replace(" ", "-")

    def run(self) -> Check:
        """Try it; whatever the plugin does is told, never raised."""
        try:
            problem = self.attempt()
        except PluginFailureError as error:
            problem = error.failure.error
        except FitError as error:
            problem = str(error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what runs in this process may raise anything at all
            problem = f"raised {class_name(error)}: {one_line(str(error))}"  # on made-up data: nothing to keep back
        hint = isinstance(problem, Hint)
        return Check(self.thing, self.name, self.sentence, hint or not problem, str(problem), hint)


def cases(thing: str, attempts: Mapping[str, tuple[str, Attempt]]) -> Iterator[Case]:
    """Give a case for each entry: the name of the check, its sentence, and how it is tried."""
    for name, (sentence, attempt) in attempts.items():
        yield Case(thing, name, sentence, attempt)


def label(provided: Provided) -> str:
    """Name a thing as it is told: what it is and its kind."""
    return f"{provided.thing.what} {provided.kind}"
