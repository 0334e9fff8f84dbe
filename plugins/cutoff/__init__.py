"""Alert policy `cutoff`: the rating is on the wrong side of a line."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Example, Findings, hookimpl

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
SIDES = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}


class Cutoff(AlertPolicy, frozen=True):
    """The rating is beyond `line`; over once it is back by `margin` or more.

    `line` is a number, or the name of a published cut-off of the scale, which brings its own operator. With a number
    the operator has to be said, because sources differ about ratings that lie exactly on the line.
    """

    kind: ClassVar[str] = "cutoff"
    fires_on = Example((7.0, 6.0, 4.5), parameters={"line": 5, "operator": "<"})
    quiet_on = Example((7.0, 6.0, 5.0), parameters={"line": 5, "operator": "<"})

    line: Annotated[float | str, Meta(description="a number, or the name of a cut-off in the instrument file")]
    operator: Annotated[
        Literal["<", "<=", ">", ">="] | None, Meta(description="which side of the line raises the alert")
    ] = None
    margin: Annotated[float, Meta(ge=0, description="how far back over the line ends it")] = 0.0

    def __post_init__(self) -> None:
        """Refuse a bare number whose side is not said."""
        if self.operator is None and not isinstance(self.line, str):
            raise ValueError("operator is missing: say whether a rating on the line itself counts (<, <=, >, >=)")

    def find(self, course: Course) -> Findings:
        """Compare each rating with the line."""
        line = course.limit(self.line) if isinstance(self.line, str) else self.line
        side: str = self.operator or next(limit.operator for limit in course.scale.limits if limit.name == self.line)
        beyond = COMPARE[side](course.value, line)
        back = ~beyond
        if self.margin:
            back = ~COMPARE[side](course.change(since=-self.margin if side in {">", ">="} else self.margin), line)
        return course.where(
            beyond, until=back, line=line, value=course.value, reason=f"{{value:g}} is {SIDES[side]} {{line:g}}"
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [Cutoff]
