"""Frozen records that every layer shares."""

from __future__ import annotations

from fit_toolkit.model.rule import ScoringRule

__all__ = ["ScoringRule"]
