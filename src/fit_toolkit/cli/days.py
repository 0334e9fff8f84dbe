"""Dates on the command line: ISO, or a word for a day near today."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fit_toolkit.cli.context import App
from fit_toolkit.errors import UsageError

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}
FAR = timedelta(days=92)


if TYPE_CHECKING:
    _Base = click.ParamType[date]
else:
    _Base = click.ParamType


class Day(_Base):
    """A date as 2026-03-12, or today, yesterday, tomorrow by the practice's calendar."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date or say how to write one."""
        if isinstance(value, date):
            return value
        if value in _WORDS and ctx is not None and isinstance(ctx.obj, App):
            return ctx.obj.practice.today() + timedelta(days=_WORDS[value])
        try:
            if _ISO.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            raise click.BadParameter("there is no such day", ctx, param) from None
        raise click.BadParameter("write a date as year-month-day, such as 2026-03-12, or today", ctx, param)


DAY = Day()
F = TypeVar("F", bound=Callable[..., Any])


class _FirstNameOnly(click.Option):
    """An option whose help shows its first name; the others are understood, for hands that are used to them."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Give the help line with one name."""
        names, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names


def day_option(help: str) -> Callable[[F], F]:
    """Add `--on DATE` (understood as `--date` too), handed over as `day`."""
    return click.option("--on", "--date", "day", type=DAY, cls=_FirstNameOnly, help=help)


def begins(app: App, day: date | None) -> date:
    """Give the day something begins, today when left out; a day far ahead is a slip that could not be taken back."""
    today = app.practice.today()
    if day is not None and day - today > FAR:
        raise UsageError(f"{day} is more than three months ahead", hint="is the year right?")
    return day or today


def has_been(app: App, day: date, status: str) -> None:
    """Refuse to say of a contact that is still to come that it was held or missed."""
    if status in ("held", "not-attended") and day > app.practice.today():
        raise UsageError(f"{day} is still to come: it can be planned or cancelled", hint="is the day right?")
