"""How an alert is named on the command line: by its number, or by the code that a sheet prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from fit_toolkit.model.codes import goes_with

_NAMED = re.compile(r"#?(\d{1,18})(?:-?([A-Za-z]))?", re.ASCII)


if TYPE_CHECKING:
    _Base = click.ParamType[int]
else:
    _Base = click.ParamType


class AlertId(_Base):
    """A number such as 44, or a code such as 44K whose letter has to go with its number."""

    name = "id"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number."""
        if isinstance(value, int):
            return value
        found = _NAMED.fullmatch(value.strip())
        if found is None:
            self.fail(f"{value!r} is no number of an alert, and no code of a sheet.", param, ctx)
        alert = int(found[1])
        if found[2] and not goes_with(found[2], alert):
            self.fail(f"the letter of {value!r} does not go with its number; read the code again.", param, ctx)
        return alert


ALERT_ID = AlertId()
