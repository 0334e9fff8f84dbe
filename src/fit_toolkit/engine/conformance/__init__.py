"""Tries a plugin on made-up data before a practice relies on it: one source for `fit plugins check` and for pytest."""

from fit_toolkit.engine.conformance.cases import Attempt, Case, Check, Hint
from fit_toolkit.engine.conformance.finding import find, tried_alone
from fit_toolkit.engine.conformance.plugin import Trial, check_plugin

__all__ = ["Attempt", "Case", "Check", "Hint", "Trial", "check_plugin", "find", "tried_alone"]
