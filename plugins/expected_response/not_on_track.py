"""Policy `not-on-track`: ratings outside the range in which those of comparable clients lay."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Curve, Example, Findings
from fit_toolkit.analysis import expected_response

LEAST_CLIENTS: Final = 100  # as for packs
FLAT: Final = {
    "name": "example",
    "n_clients": 400,
    "sessions": (1, 40),
    "coefficients": {
        "power": 0.0, "intercept": 5.0, "slope": 1.0, "intercept_variance": 0.5, "slope_variance": 0.1, "covariance": 0.0,
        "residual_sd": 0.5,
    },
}  # fmt: skip


class NotOnTrack(AlertPolicy, frozen=True):
    """The rating is on the worse side of the expected range, at `exceedances` known ratings in a row.

    The range is that of a curve pack: where `percent` of the ratings of clients with such a first rating lay at this
    session. With a pack by intake it takes a rating at session 1, and one like those the pack was made from: a client whose
    first rating lies outside the 5th to 95th centile of theirs is not judged, as hardly anybody in the pack was like
    that. At sessions of which the pack says nothing, nothing is said. The sheet says why there is no range. Half of what lies outside lies on the worse side, so at 80 % one rating in ten does so without meaning anything,
    and a late responder is possible. Over once a rating is back inside.
    """

    kind: ClassVar[str] = "not-on-track"
    basis = "convention"
    fires_on = Example((5.0, 5.0, 3.5, 4.0), parameters={"curve": FLAT})
    quiet_on = Example((5.0, 3.5, 5.5, 4.0), parameters={"curve": FLAT})

    curve: Annotated[Curve, Meta(description="name of a curve pack")]
    percent: Annotated[float, Meta(ge=50, lt=100, description="share of ratings inside the range, both sides")] = 80.0
    exceedances: Annotated[int, Meta(ge=1, le=10, description="how many known ratings in a row outside")] = 2

    def __post_init__(self) -> None:
        """Refuse a curve that rests on too few, or has no such range."""
        known = self.curve.n_clients or 0
        if known < LEAST_CLIENTS:
            raise ValueError(f"the curve rests on {known} clients; {LEAST_CLIENTS} are needed")
        ranges = self.curve.coefficients
        if "cut_1" in ranges and f"low_{self.percent:g}_1" not in ranges:
            has = ", ".join(name[4:-2] for name in ranges if name.startswith("low_") and name.endswith("_1"))
            raise ValueError(f"the pack has no range of {self.percent:g} %; it has: {has}")

    @property
    def min_ratings(self) -> int:
        """So many known ratings, after the first where the pack is by intake."""
        return self.exceedances + ("intake" in self.curve.coefficients)

    def find(self, course: Course) -> Findings:
        """Compare each rating with the range for its session."""
        begun = course.number == 1
        intake = np.where(course.hold(course.session, when=begun) == 1, self._like_those(course.first), np.nan)
        session = self._sessions(course)
        bounds = (course.scale.low, course.scale.high)
        found = expected_response(self.curve.coefficients, session, intake, percents=(self.percent,), limits=bounds)
        low, high = found.low[:, 0], found.high[:, 0]
        edge = low if course.scale.higher_is_better else high
        outside = course.worsening(since=edge) > 0
        known = ~np.isnan(edge)
        row = course.streak(outside, known)
        twins, words = self._twins(session, intake, bounds)
        return course.where(
            known & (row >= self.exceedances),
            known=known,
            expected=found.mean,
            expected_low=low,
            expected_high=high,
            row=row,
            **twins,
            reason="{row:.0f} ratings in a row on the worse side of the expected range, now {value:g} where "
            f"{self.percent:g} % lay from {{expected_low:.1f}} to {{expected_high:.1f}}; a late responder is possible. "
            f"{words}{self._named}",
        )

    def _like_those(self, intake: Any) -> Any:
        """First ratings like those the pack was made from, else NaN."""
        low, high = self.curve.intakes or (-np.inf, np.inf)
        return np.where((intake >= low) & (intake <= high), intake, np.nan)

    def _sessions(self, course: Course) -> Any:
        """The session of each point where the pack says something of it, else NaN; by intake, from the second rating on."""
        session = course.session.astype(float)
        first, last = self.curve.sessions or (1.0, np.inf)
        covered = (session >= first) & (session <= last)
        if "intake" in self.curve.coefficients:
            covered &= course.number > 1
        return np.where(covered, session, np.nan)

    def _twins(self, session: Any, intake: Any, bounds: tuple[float, float]) -> tuple[dict[str, Any], str]:
        """What those who ended well, and the others, were at by now, where the pack knows both."""
        pair = {"ended_well": self.curve.successful, "ended_otherwise": self.curve.unsuccessful}
        if not all(pair.values()):
            return {}, ""
        at = {name: expected_response(each, session, intake, limits=bounds).mean for name, each in pair.items()}
        return at, "Those who ended well were at {ended_well:.1f} by then, the others at {ended_otherwise:.1f}. "

    @property
    def _named(self) -> str:
        """Name the pack with what it rests on."""
        inside = self.curve.inside.get(f"{self.percent:g}")
        parts = [
            f"Curve pack {self.curve.name} {self.curve.version} ({self.curve.standing})",
            f"{self.curve.n_clients} clients",
        ]
        parts += [self.curve.period] if self.curve.period else []
        parts += [f"{100 * inside:.0f} % of held-out ratings inside"] if inside is not None else []
        return ", ".join(parts).replace("{", "{{").replace("}", "}}")
