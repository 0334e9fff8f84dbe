"""Policies about reliable change since the first rating: worse, better and across a line, none at all."""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Example, Findings, Norms

Z95: Final = 1.959963984540054  # two-sided, as Jacobson and Truax (1991) use it
COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


class Reliable(AlertPolicy, frozen=True):
    """What the three have in common: from how many points on a change since the first rating is called reliable.

    With neither `points` nor `norms`, the number that the instrument file gives and that was checked against its source.
    With `points` of one's own the words tell the number and where it was typed, and do not call it reliable.
    """

    points: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="points that count; left out: the verified figure")
    ] = None
    norms: Annotated[
        Norms | None, Meta(description="instead: name of a norm set; 1.96 x root 2 x its SD within clients")
    ] = None
    inclusive: Annotated[
        bool | None,
        Meta(
            description="whether a change of exactly so many points counts; left out: as the form declares it, else yes"
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse two figures for one thing."""
        if self.points is not None and self.norms is not None:
            raise ValueError("give points or norms, not both")

    @property
    def min_ratings(self) -> int:
        """The first rating that can be compared."""
        return 2

    def needed(self, course: Course) -> float:
        """Say how many points a change needs; KeyError where nobody has said it."""
        if self.points is not None:
            return self.points
        if (
            self.norms is not None
        ):  # Jacobson-Truax with the error of one rating, from repeated ratings and never from alpha
            return Z95 * math.sqrt(2) * self.norms.sd_within
        if course.scale.reliable_change is None:
            about = f"{course.scale.instrument} {course.scale.scale}"
            raise KeyError(f"{about} has no verified reliable change: give points = ... or norms = ...")
        return course.scale.reliable_change

    @property
    def whose(self) -> str:
        """Say where the figure comes from."""
        if self.points is not None:
            return "typed in fit.toml"
        return (
            "the form's published figure"
            if self.norms is None
            else f"norm set {self.norms.name}, {self.norms.standing}"
        )

    def counts_on(self, course: Course) -> bool:
        """Say whether a change of exactly the figure counts: the form declares it for its own figure only."""
        if self.inclusive is not None:
            return self.inclusive
        return course.scale.reliable_inclusive if self.points is None and self.norms is None else True

    def reached(self, course: Course, change: Any, needed: float) -> Any:
        """Compare changes with the figure, on exact decimals."""
        return change >= needed if self.counts_on(course) else change > needed

    def told(self, course: Course) -> str:
        """The figure in words, for a reason; what somebody typed is never called reliable."""
        edge = "from {points:.4g} points on" if self.counts_on(course) else "above {points:.4g} points"
        if self.points is None:
            return f"reliable {edge} ({self.whose})"
        published = course.scale.reliable_change
        beside = f"; the form's published figure is {published:g}" if published and published > self.points else ""
        return f"{edge} ({self.whose}{beside})"


class ReliableDeterioration(Reliable, frozen=True):
    """The rating is worse than the client's first one by a reliable change or more.

    "Reliable" is the method's term: more than the error of two ratings explains. Few clients get worse, so most of these
    alerts are false alarms; worth asking about. Over once the rating is no longer reliably worse.
    """

    kind: ClassVar[str] = "reliable-deterioration"
    basis = "convention"
    fires_on = Example((6.0, 5.5, 4.0), parameters={"points": 2})
    quiet_on = Example((6.0, 9.0, 4.1), parameters={"points": 2})

    def find(self, course: Course) -> Findings:
        """Compare each rating with the first."""
        needed = self.needed(course)
        worse = course.worsening(since=course.first)
        return course.where(
            self.reached(course, worse, needed),
            first=course.first,
            worse=worse,
            points=needed,
            days=_days(course),
            reason="{value:g} is {worse:g} worse than the first rating ({first:g}), {days:.0f} days before; "
            + self.told(course),
        )


class Recovered(Reliable, frozen=True):
    """Good news: reliably better than the first rating, and across the line between clients and others.

    "Recovered" is the term of Jacobson and Truax (1991) for this and says nothing else about the person. The line is a
    number, or the name of a published cut-off of the scale, which brings its own side; where the scale has one only, it
    need not be named. The first rating has to lie on the side of clients. On the sheet it stands after every other alert. Over once one of the two no longer holds.
    """

    kind: ClassVar[str] = "recovered"
    basis = "convention"
    severity = "notice"
    fires_on = Example((3.0, 4.0, 6.0), parameters={"points": 2, "line": 5, "operator": "<"})
    quiet_on = Example((3.0, 4.9, 4.0), parameters={"points": 2, "line": 5, "operator": "<"})

    line: Annotated[
        float | str | None, Meta(description="a number, or the name of a cut-off in the instrument file")
    ] = None
    operator: Annotated[
        Literal["<", "<=", ">", ">="] | None, Meta(description="which side of a number is that of clients")
    ] = None

    def __post_init__(self) -> None:
        """Refuse a bare number whose side is not said."""
        super().__post_init__()
        if self.operator is None and isinstance(self.line, (int, float)):
            raise ValueError("operator is missing: say which side of the line is that of clients (<, <=, >, >=)")

    def find(self, course: Course) -> Findings:
        """Compare each rating with the first and with the line."""
        needed = self.needed(course)
        line, side = self._line(course)
        begun = course.number == 1
        better = -course.worsening(since=course.first)
        was = COMPARE[side](course.first, course.hold(line, when=begun))
        across = ~COMPARE[side](course.value, line) & ~np.isnan(line)
        return course.where(
            was & across & self.reached(course, better, needed),
            first=course.first,
            better=better,
            points=needed,
            line=line,
            days=_days(course),
            good_news=1.0,  # read by the sheet: it comes after whatever is worrying
            reason="good news: {value:g} is {better:g} better than the first rating ({first:g}), {days:.0f} days before, "
            f"and across the line {{line:g}}; {self.told(course)}",
        )

    def _line(self, course: Course) -> tuple[Any, str]:
        """Give the line at every point and the side of clients."""
        if isinstance(self.line, (int, float)):
            return np.full(len(course), float(self.line)), str(self.operator)
        limits = course.scale.limits
        names = list(dict.fromkeys(limit.name for limit in limits))
        if self.line is None and len(names) != 1:
            about = f"{course.scale.instrument} {course.scale.scale}"
            raise KeyError(f"{about} has {len(names) or 'no'} verified cut-offs: say which with line = ...")
        name = self.line or names[0]
        line = course.limit(name)
        return line, self.operator or next(limit.operator for limit in limits if limit.name == name)


class NoChange(Reliable, frozen=True):
    """`ratings` ratings in a row without a reliable change since the first, for better or worse.

    Clients are left out of whom no change for the better can be asked: the first rating is nearer to the best end of the
    scale than a reliable change, or lies on the good side of every published cut-off that applies to them.

    The client may improve late: of those who end well some do not change for many sessions. How many ratings are many is
    a convention that the practice sets, and so is the 8 it is left at. Over once a rating is reliably better or worse than
    the first.
    """

    kind: ClassVar[str] = "no-change"
    basis = "convention"
    severity = "notice"
    fires_on = Example((5.0, 5.5, 4.5, 5.0), parameters={"points": 2, "ratings": 4})
    quiet_on = Example((5.0, 7.0, 5.0, 5.5, 5.0), parameters={"points": 2, "ratings": 4})

    ratings: Annotated[
        int, Meta(ge=3, le=100, description="how many in a row, the first one included; 8 is a convention")
    ] = 8

    @property
    def min_ratings(self) -> int:
        """The first rating at which so many can be there."""
        return self.ratings

    def find(self, course: Course) -> Findings:
        """Count the ratings in a row that are about what the first one was."""
        needed = self.needed(course)
        change = course.change(since=course.first)
        row = course.streak(~self.reached(course, np.abs(change), needed))
        reliable = "" if self.points is not None else "reliable "
        of = " of so many points" if self.points is not None else ""
        return course.where(
            (row >= self.ratings) & self._can_improve(course, needed),
            first=course.first,
            change=change,
            points=needed,
            row=row,
            reason=f"{{row:.0f}} ratings in a row without a {reliable}change{of} since the first ({{first:g}}); the client may"
            f" respond late; {self.told(course)}",
        )

    def _can_improve(self, course: Course, needed: float) -> Any:
        """Where there was room for such a change at the first rating, and a published line not yet reached by it."""
        best = course.scale.high if course.scale.higher_is_better else course.scale.low
        room = self.reached(course, np.abs(np.round(course.first - best, 6)), needed)
        begun = course.number == 1
        lines = {limit.name: COMPARE[limit.operator] for limit in course.scale.limits}
        held = [(course.hold(course.limit(name), when=begun), beyond) for name, beyond in lines.items()]
        if not held:
            return room
        beyond_one = np.any([beyond(course.first, line) for line, beyond in held], axis=0)
        none_applies = np.all([np.isnan(line) for line, _ in held], axis=0)
        return room & (beyond_one | none_applies)


def _days(course: Course) -> Any:
    """Days since the first rating."""
    return course.day - course.hold(course.day, when=course.number == 1)
