"""What the commands that act on alerts have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from fit_toolkit.cli.context import App
from fit_toolkit.errors import DataError

F = TypeVar("F", bound=Callable[..., Any])


def by_option(command: F) -> F:
    """Add `--by NAME`, handed over as `by`."""
    return click.option("--by", metavar="NAME", help="Who did it; the account's name when left out.")(command)


def note_option(command: F) -> F:
    """Add `--note TEXT`, handed over as `note`."""
    return click.option("--note", default="", metavar="TEXT", help="A word about it, kept with the alert.")(command)


@contextmanager
def say_findings(app: App) -> Iterator[None]:
    """Print every problem of a refused request on a line of its own, before the refusal itself."""
    try:
        yield
    except DataError as error:
        for finding in error.findings:
            app.say(str(finding))
        raise
