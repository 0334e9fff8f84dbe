"""Policies that ask for a second rating, for a norm set, and for a published line."""

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Norms, Rating, hookimpl

fit_hook_api = "1.0"


class TherapistSeesMore(AlertPolicy, frozen=True):
    """The therapist rated the same session much better than the client."""

    kind: ClassVar[str] = "therapist-sees-more"

    other: Annotated[Rating, Meta(description="whose rating")] = Rating(rater="therapist")
    points: Annotated[float, Meta(gt=0, description="how many points")] = 2.0

    def find(self, course):
        theirs = course.beside(self.other)
        more = course.worsening(since=theirs)
        return course.where(more >= self.points, back_to=theirs, more=more, theirs=theirs, reason="{more:g} apart")


class BelowNorm(AlertPolicy, frozen=True):
    """The rating is further below the norm than `sds` standard deviations within a client."""

    kind: ClassVar[str] = "below-norm"
    basis = "unusual"

    norms: Annotated[Norms, Meta(description="the norm set")]
    sds: Annotated[float, Meta(gt=0, description="how many standard deviations")] = 2.0

    @property
    def chance(self):
        return 0.02

    def find(self, course):
        line = self.norms.mean - course.scale.better * self.sds * self.norms.sd_within
        beyond = course.worsening(since=line) > 0
        return course.where(beyond, until=~beyond, line=line, centre=self.norms.mean, reason="beyond {line:g}")


class PublishedLine(AlertPolicy, frozen=True):
    """The rating is below a published line, which may be another one for other people."""

    kind: ClassVar[str] = "published-line"

    name: Annotated[str, Meta(description="the name of the line in the instrument file")] = "clinical"

    def find(self, course):
        line = course.limit(self.name)
        return course.where(course.value < line, line=line, value=course.value, reason="{value:g} is below {line:g}")


class NeverRated(AlertPolicy, frozen=True):
    """Nobody has rated for too long."""

    kind: ClassVar[str] = "never-rated"
    basis = "absence"
    clock: ClassVar[bool] = True

    days: Annotated[int, Meta(ge=1, description="how many days")] = 30

    def find(self, course):
        members = course.members
        last = np.where(np.isnan(members.last_rated), members.started, members.last_rated)
        quiet = members.today - last
        over = ~np.isnan(members.ended) & (members.ended < members.today)
        adult = np.isnan(members.age) | (members.age >= 18) | (members.sex == "")
        late = np.where(np.isnan(members.due), 0.0, members.today - members.due)
        return members.where(
            (quiet >= self.days) & ~over & adult,
            since=last + self.days,
            again=np.maximum(last + self.days, members.today + 1.0),
            quiet=quiet,
            late=late,
            of=float(len(members)),
            reason="no rating for {quiet:.0f} days",
        )


@hookimpl
def register_alert_policies():
    return [TherapistSeesMore, BelowNorm, PublishedLine, NeverRated]
