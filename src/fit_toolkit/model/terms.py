"""The words and limits that all records of a definition file share."""

from __future__ import annotations

import operator
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct

TICK = 1_000_000  # values are whole millionths wherever they are compared, summed or stored

Direction: TypeAlias = Literal["higher_is_better", "higher_is_worse"]
RaterRole: TypeAlias = Literal["client", "therapist", "carer", "observer", "supervisor"]
Occasion: TypeAlias = Literal["start", "end", "between"]
Operator: TypeAlias = Literal["<", "<=", ">=", ">"]
COMPARE: Final = {"<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt}  # of numbers and of arrays
WayOut: TypeAlias = Literal["does-not-fit", "rather-not-say", "not-applicable"]
Sex: TypeAlias = Literal["female", "male"]
Severity: TypeAlias = Literal["safety", "attention", "notice"]
Method: TypeAlias = Literal["sum", "mean", "weighted", "lookup", "all-of", "plugin"]

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Slug: TypeAlias = Annotated[
    str, Meta(pattern=SLUG, max_length=64, description="Lower-case letters, digits and single hyphens.")
]
ScaleId: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$",
        max_length=64,
        description="Lower-case letters, digits and single hyphens or underscores.",
    ),
]
ItemId: TypeAlias = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=32, description="Lower-case letters, digits and underscores.")
]
Range: TypeAlias = Annotated[tuple[float, float], Meta(description="Lowest and highest value, both included.")]
SourceRef: TypeAlias = Annotated[
    str, Meta(min_length=1, description="Key in `sources`; several are joined by a plus sign.")
]
Verified: TypeAlias = Annotated[
    bool,
    Meta(description="True when somebody read the figure in the source named. An unverified figure drives nothing."),
]


def ticks(value: float) -> int:
    """Give a value as whole millionths."""
    return round(value * TICK)


class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every record that can stand in a definition file: unknown keys are refused."""
