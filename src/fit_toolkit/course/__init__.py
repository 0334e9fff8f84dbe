"""The language alert policies are written in: courses of ratings side by side, and what is found in them.

Imports NumPy and msgspec only, so that a policy loads in a bare child process.
"""

from fit_toolkit.course.course import TICK, Course, ticks
from fit_toolkit.course.example import Example, example_of
from fit_toolkit.course.findings import Findings
from fit_toolkit.course.members import Members
from fit_toolkit.course.parameters import Curve, Norms, Rating
from fit_toolkit.course.policy import AlertPolicy
from fit_toolkit.course.scale import Limit, ScaleView
from fit_toolkit.course.spells import Ended, Spells, cut

__all__ = [
    "TICK",
    "AlertPolicy",
    "Course",
    "Curve",
    "Ended",
    "Example",
    "Findings",
    "Limit",
    "Members",
    "Norms",
    "Rating",
    "ScaleView",
    "Spells",
    "cut",
    "example_of",
    "ticks",
]
