"""Frozen records that every layer shares."""

from __future__ import annotations

from fit_toolkit.model.instrument import (
    TICK,
    Band,
    Cutoff,
    Instrument,
    Item,
    KeyedTable,
    Option,
    Risk,
    Scale,
    ScaleView,
    Suggestion,
    Who,
)
from fit_toolkit.model.norms import Norm, NormSet
from fit_toolkit.model.rule import ScoringRule
from fit_toolkit.model.wording import ItemWording, Wording

__all__ = [
    "TICK",
    "Band",
    "Cutoff",
    "Instrument",
    "Item",
    "ItemWording",
    "KeyedTable",
    "Norm",
    "NormSet",
    "Option",
    "Risk",
    "Scale",
    "ScaleView",
    "ScoringRule",
    "Suggestion",
    "Who",
    "Wording",
]
