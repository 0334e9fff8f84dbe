"""Reader `spss`: a system file of SPSS (.sav, .zsav) as rows of text, what was declared missing taken as not given."""

from __future__ import annotations

from fit_toolkit import Reader, hookimpl

from .reader import SpssReader


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [SpssReader]
