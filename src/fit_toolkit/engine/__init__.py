"""Plugins: finding them, loading them, and running what they bring without letting them harm anything else.

A plugin's author needs only the names in `fit_toolkit`; this package is for the toolkit itself. The names below are
given out lazily, so that a child process and a mere listing of settings load no more than they use.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "BrokenContractError": "fit_toolkit.engine.records",
    "Limits": "fit_toolkit.engine.records",
    "Parameter": "fit_toolkit.engine.records",
    "PluginFailure": "fit_toolkit.engine.records",
    "PluginFailureError": "fit_toolkit.engine.records",
    "PluginInfo": "fit_toolkit.engine.records",
    "PluginSettings": "fit_toolkit.engine.records",
    "Provided": "fit_toolkit.engine.records",
    "ReadyPolicy": "fit_toolkit.engine.policies",
    "Registry": "fit_toolkit.engine.registry",
    "Workers": "fit_toolkit.engine.workers",
    "build_part": "fit_toolkit.engine.policies",
    "build_registry": "fit_toolkit.engine.registry",
    "instantiate": "fit_toolkit.engine.policies",
    "policy_hash": "fit_toolkit.engine.policies",
}
__all__ = [
    "BrokenContractError",
    "Limits",
    "Parameter",
    "PluginFailure",
    "PluginFailureError",
    "PluginInfo",
    "PluginSettings",
    "Provided",
    "ReadyPolicy",
    "Registry",
    "Workers",
    "build_part",
    "build_registry",
    "instantiate",
    "policy_hash",
]


def __getattr__(name: str) -> Any:
    """Import the home of a name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
