"""Sudden gains and losses, found afterwards."""

from __future__ import annotations

from fit_toolkit.analysis.sudden.chance import ByChance, by_chance
from fit_toolkit.analysis.sudden.gains import SuddenGainRule, SuddenGains, sudden_gains

__all__ = ["ByChance", "SuddenGainRule", "SuddenGains", "by_chance", "sudden_gains"]
