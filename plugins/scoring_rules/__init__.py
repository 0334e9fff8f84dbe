"""Scoring rules `sum`, `mean`, `weighted` and `lookup`."""

from __future__ import annotations

from fit_toolkit import ScoringRule, hookimpl

from .rules import Lookup, Mean, Sum, Weighted


@hookimpl
def register_scoring_rules() -> list[type[ScoringRule]]:
    """Give the rules."""
    return [Sum, Mean, Weighted, Lookup]
