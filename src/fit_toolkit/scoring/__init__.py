"""Answers to scores, over whole tables at once."""

from __future__ import annotations

from fit_toolkit.scoring.answers import read_answer, read_numbers, way_out
from fit_toolkit.scoring.checking import check_definition
from fit_toolkit.scoring.risk import left_out_of, risk, risk_left_out
from fit_toolkit.scoring.rules import Rules, bundled_rules, calls
from fit_toolkit.scoring.score import entered, score
from fit_toolkit.scoring.table import STATUSES
from fit_toolkit.scoring.worked import Failure, run_tests

__all__ = [
    "STATUSES",
    "Failure",
    "Rules",
    "bundled_rules",
    "calls",
    "check_definition",
    "entered",
    "left_out_of",
    "read_answer",
    "read_numbers",
    "risk",
    "risk_left_out",
    "run_tests",
    "score",
    "way_out",
]
