"""What every command is handed: the root options and the way to the practice."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice


@dataclass(frozen=True)
class App:
    """The root options of one call; `practice` is opened on first use."""

    folder: Path | None = None
    plugins: bool = True
    color: bool = True
    clock: Callable[[], datetime] | None = field(default=None, repr=False)

    @cached_property
    def in_practice(self) -> bool:
        """Whether there is a practice; one that was named has to be there."""
        from fit_toolkit.errors import ConfigError
        from fit_toolkit.settings import find_practice

        if self.folder is not None:
            return True
        try:
            find_practice()
        except ConfigError:
            return False
        return True

    @cached_property
    def practice(self) -> Practice:
        """The practice found by --practice or upward from here; opened once."""
        from fit_toolkit.practice import open_practice

        return open_practice(self.folder, plugins=self.plugins, clock=self.clock)

    @cached_property
    def actor(self) -> str:
        """Who is typing, for the record: the account's name."""
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "unknown"

    def say(self, text: str) -> None:
        """Tell the person something on stderr, leaving stdout to data."""
        click.echo(text, err=True)

    def done(self, text: str, *, dry_run: bool = False) -> None:
        """Say what was done, or that it would have been."""
        self.say(f"Dry run, nothing kept: {text}" if dry_run else text)


pass_app = click.make_pass_decorator(App)
