"""Instruments: every YAML file in the folder `instruments` of this package."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from fit_toolkit import hookimpl

fit_hook_api = "1.0"  # the version of the hooks this is written for


@hookimpl
def register_instruments() -> list[Traversable]:
    """Tell the toolkit where the files are."""
    return [files(__name__) / "instruments"]
