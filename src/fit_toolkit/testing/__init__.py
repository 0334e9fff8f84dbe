"""The kit for plugin authors: one call that gives every check as a named test, and things to write tests with.

Everything is loaded when it is first asked for; pytest loads the fixtures of `fit_toolkit.testing.fixtures` by itself
once fit-toolkit is installed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fit_toolkit.engine.sample_export import example_export
    from fit_toolkit.practice.made_up import Clock, MadeUpPractice
    from fit_toolkit.testing.checks import plugin_checks
    from fit_toolkit.testing.filling import answers
    from fit_toolkit.testing.runner import Ran, Runner
    from fit_toolkit.testing.shapes import courses

_HOME = {
    "Clock": "fit_toolkit.practice.made_up",
    "MadeUpPractice": "fit_toolkit.practice.made_up",
    "Ran": "fit_toolkit.testing.runner",
    "Runner": "fit_toolkit.testing.runner",
    "answers": "fit_toolkit.testing.filling",
    "courses": "fit_toolkit.testing.shapes",
    "example_export": "fit_toolkit.engine.sample_export",
    "plugin_checks": "fit_toolkit.testing.checks",
}
__all__ = ["Clock", "MadeUpPractice", "Ran", "Runner", "answers", "courses", "example_export", "plugin_checks"]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
