"""What is wrong with the rows of a file, as lines: with what the cells hold only where somebody is looking."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import visible

if TYPE_CHECKING:
    from fit_toolkit.intake.records import Problem

MOST: Final = 1_000  # lines for a person; a wrong file of a million rows would be as many


def watched() -> bool:
    """Say whether somebody looks at what is said; else it may become a mail of cron, or a log."""
    return sys.stderr.isatty()


def say_problems(app: App, problems: Iterable[Problem], file: str) -> None:
    """Say what is wrong, a line each, and how many more there are."""
    listed, quoted = iter(problems), watched()
    for each in islice(listed, MOST):
        app.say(visible(each.at(file, quoted=quoted)))
    if more := sum(1 for _ in listed):
        app.say(f"and {more} more problems; --format json lists all")
