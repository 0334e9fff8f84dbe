"""Scoring rules by name: the toolkit's own, and any others handed in, called under one contract."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

import msgspec
import numpy as np
from pandas import DataFrame, Series

from fit_toolkit.course.policy import AlertPolicy
from fit_toolkit.errors import ContractError, PluginError
from fit_toolkit.model.instrument import Scale
from fit_toolkit.model.rule import ScoringRule

Compute: TypeAlias = "Callable[[DataFrame, Scale], Series[float]]"
Rules: TypeAlias = Mapping[str, Compute]


def calls(kinds: Mapping[str, type[ScoringRule]]) -> dict[str, Compute]:
    """Make callables of rule classes: parameters from the scale, then the rule's own arithmetic."""
    return {kind: _call(rule) for kind, rule in kinds.items()}


def make(rule: type[ScoringRule], scale: Scale) -> ScoringRule:
    """Build a rule with the parameters a scale declares."""
    try:
        return msgspec.convert(scale.parameters, rule)
    except msgspec.ValidationError as error:
        raise PluginError(f"scoring rule '{rule.kind}', scale '{scale.id}': {error}") from error


@cache
def bundled_rules() -> Rules:
    """Find the rules that come with the toolkit, through the same hook that other plugins use.

    Only plugins called `scoring_...` are looked at: this is for scoring without a practice, where no engine has
    loaded plugins, and a channel need not be imported for it.
    """
    found: dict[str, type[ScoringRule]] = {}
    for name in _bundled():
        if name.startswith("fit_toolkit.plugins.scoring_"):
            rules = importlib.import_module(name).register_scoring_rules()
            found.update({rule.kind: rule for rule in rules})
    return calls(found)


@cache
def bundled_policies() -> Mapping[str, type[AlertPolicy]]:
    """Find the policies that come with the toolkit, to check what definitions suggest; channels are left alone."""
    found: dict[str, type[AlertPolicy]] = {}
    for name in _bundled():
        if not name.endswith(("_channel", "_reader")):
            register = getattr(importlib.import_module(name), "register_alert_policies", None)
            found.update({policy.kind: policy for policy in (register() if register else ())})
    return found


def _bundled() -> list[str]:
    package = importlib.import_module("fit_toolkit.plugins")
    return [module.name for module in pkgutil.iter_modules(package.__path__, "fit_toolkit.plugins.")]


def apply(compute: Compute, answers: DataFrame, scale: Scale) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Call a rule and hold its answer to the contract: floats, same rows, in any order."""
    result = compute(answers, scale)
    if not isinstance(result, Series):
        raise ContractError(f"scoring rule '{scale.rule_kind}' gave {type(result).__name__}, not a Series")
    if result.index is not answers.index and not result.index.equals(answers.index):
        if not result.index.is_unique or set(result.index) != set(answers.index):
            raise ContractError(f"scoring rule '{scale.rule_kind}' gave other rows than it was handed")
        result = result.reindex(answers.index)
    try:
        return np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ContractError(f"scoring rule '{scale.rule_kind}' gave something other than numbers") from error


def _call(rule: type[ScoringRule]) -> Compute:
    def compute(answers: DataFrame, scale: Scale) -> Series[float]:
        return make(rule, scale).compute(answers, scale)

    return compute
