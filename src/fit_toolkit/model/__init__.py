"""Frozen records that every layer shares."""

from __future__ import annotations

from fit_toolkit.model.instrument import TICK, Band, Cutoff, Instrument, Item, Option, Risk, Scale, ScaleView
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
    "Norm",
    "NormSet",
    "Option",
    "Risk",
    "Scale",
    "ScaleView",
    "ScoringRule",
    "Wording",
]
