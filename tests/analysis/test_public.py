"""The public names of `fit_toolkit.analysis` stay what they are, whatever was imported before."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import fit_toolkit.analysis


def test_no_module_takes_the_place_of_a_public_name() -> None:
    modules = {each.name for each in pkgutil.iter_modules(fit_toolkit.analysis.__path__)}
    assert not modules & set(fit_toolkit.analysis.__all__)
    for name in modules:
        importlib.import_module(f"fit_toolkit.analysis.{name}")
    assert not [
        name for name in fit_toolkit.analysis.__all__ if isinstance(getattr(fit_toolkit.analysis, name), ModuleType)
    ]
