"""Expected courses as frozen records: a fitted curve in plain figures, and the pack that carries it from practice to practice."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from fit_toolkit.model.instrument import Direction, RaterRole, Record, Slug

Transform = Literal["log", "linear", "sqrt"]
POWERS: Final[dict[str, float]] = {"log": 0.0, "sqrt": 0.5, "linear": 1.0}
MINIMUM_CELL: Final = 10  # clients behind any figure of a pack


class CurveFit(Record, frozen=True):
    """A mixed model of ratings by session, in the units of the scale; evaluated by arithmetic alone.

    rating = b0 + u0 + (b1 + u1) x + error, with x = ln(session), session - 1 or sqrt(session) - 1: b0 is the expected
    rating at session 1. By intake, b0 = intercept + intake * i and b1 = slope + slope_by_intake * i for an intake of i.
    """

    transform: Transform
    intercept: float
    slope: float
    intercept_variance: Annotated[float, Meta(ge=0)]
    slope_variance: Annotated[float, Meta(ge=0)]
    covariance: float
    residual_sd: Annotated[float, Meta(gt=0)]
    n_clients: Annotated[int, Meta(ge=1)]
    n_scores: Annotated[int, Meta(ge=1)]
    intake: float | None = None
    slope_by_intake: float | None = None
    singular: Annotated[bool, Meta(description="The clients' intercepts and slopes vary in fewer ways than asked.")] = (
        False
    )
    log_likelihood: float | None = None

    @property
    def by_intake(self) -> bool:
        """Whether an intake rating is needed to say what is expected."""
        return self.intake is not None

    def coefficients(self) -> dict[str, float]:
        """Give the numbers as the `Curve` parameter of a policy carries them; `power`: 0 log, 0.5 sqrt, 1 linear."""
        numbers = {
            "power": POWERS[self.transform],
            "intercept": self.intercept,
            "slope": self.slope,
            "intercept_variance": self.intercept_variance,
            "slope_variance": self.slope_variance,
            "covariance": self.covariance,
            "residual_sd": self.residual_sd,
        }
        if self.intake is not None and self.slope_by_intake is not None:
            numbers |= {"intake": self.intake, "slope_by_intake": self.slope_by_intake}
        return numbers


class Edges(Record, frozen=True):
    """Where the edges of bands stand in SDs from the mean, by fifth of the intake, as observed and not as a normal curve has it."""

    percents: Annotated[tuple[float, ...], Meta(min_length=1)]
    cuts: Annotated[tuple[float, float, float, float], Meta(description="Between the fifths of the intake ratings.")]
    low: Annotated[tuple[tuple[float, ...], ...], Meta(min_length=5, max_length=5, description="Per fifth and share.")]
    high: Annotated[tuple[tuple[float, ...], ...], Meta(min_length=5, max_length=5)]

    def coefficients(self) -> dict[str, float]:
        """Give them as a `Curve` parameter carries them: cut_1 ... cut_4, low_80_1 ... high_80_5."""
        numbers = {f"cut_{nth}": cut for nth, cut in enumerate(self.cuts, 1)}
        for name, rows in (("low", self.low), ("high", self.high)):
            for fifth, row in enumerate(rows, 1):
                for percent, edge in zip(self.percents, row, strict=True):
                    numbers[f"{name}_{percent:g}_{fifth}"] = edge
        return numbers


class Cell(Record, frozen=True):
    """How many held-out ratings one cell holds and which share lies inside the band; never fewer than the minimum cell."""

    percent: float
    n_ratings: int
    n_clients: int
    inside: Annotated[float, Meta(ge=0, le=1)]
    below: Annotated[float, Meta(ge=0, le=1)]
    quintile: Annotated[int, Meta(ge=1, le=5, description="Of the intake rating; left out: all.")] | None = None
    session: Annotated[float, Meta(description="Left out: all.")] | None = None


class CurvePack(Record, frozen=True):
    """An expected course to hand on: figures about many clients together, and no row about one."""

    format: Literal["fit-curve/1"]
    id: Slug
    version: str
    title: str
    instrument: Slug
    scale: str
    direction: Direction
    kind: Annotated[
        Literal["local", "elsewhere", "published", "synthetic"],
        Meta(description="`local`: of this practice, unreviewed; `elsewhere`: of another one."),
    ]
    source: Annotated[str, Meta(min_length=1)]
    period: Annotated[str, Meta(min_length=1, description="When the episodes took place.")]
    curve: CurveFit
    sessions: Annotated[tuple[float, float], Meta(description="First and last session with enough clients.")]
    minimum_cell: Annotated[int, Meta(ge=5, description="Clients behind every figure.")] = MINIMUM_CELL
    intakes: Annotated[tuple[float, float] | None, Meta(description="5th and 95th centile of the intake ratings.")] = (
        None
    )
    rater: RaterRole = "client"
    successful: CurveFit | None = None
    unsuccessful: CurveFit | None = None
    edges: Annotated[Edges | None, Meta(description="Left out: those of a normal curve.")] = None
    calibration: tuple[Cell, ...] = ()
    range: Annotated[
        tuple[float, float] | None, Meta(description="The ends of the scale; left out: the pack does not say.")
    ] = None
    reviewed: bool = False
    hash: Annotated[str, Meta(description="SHA-256 of everything else.")] = ""

    def coefficients(self) -> dict[str, float]:
        """Give all that `expected_response` needs, as the `Curve` parameter of a policy carries it."""
        return self.curve.coefficients() | (self.edges.coefficients() if self.edges is not None else {})
