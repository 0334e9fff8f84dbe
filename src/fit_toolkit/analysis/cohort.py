"""Cohorts made up from a documented model, in which it is known which ratings are only noise: to try policies on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fit_toolkit.course import Course, Members, Norms, ScaleView, ticks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]


class CohortModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a cohort is made up; the defaults are those of a 40-point alliance scale.

    Client i has a level L_i ~ N(mean, sd_between) and an SD of their own, s_i = sd_within exp(x_i) with
    x_i ~ N(-u^2, u), u = noise_spread, so that the mean of s_i^2 is sd_within^2. The rating at session t is
    L_i + trend g(t) - d(t) + N(0, s_i), signs turned where lower is better, rounded to `step` and cut off at `low` and
    `high`. g rises from 0 to 1 at the last session, along a straight line or log t. d is the rupture: `ruptured` of the
    clients have one, of `depth` points, at a session drawn evenly from 2 to the last; over `recovery` further ratings it
    goes back along a straight line (0: the next rating is at the old level). Each rating is `missing` by chance.
    """

    mean: float = 37.0
    sd_between: Positive = 2.5
    sd_within: Positive = 1.5
    low: float = 0.0
    high: float = 40.0
    step: Annotated[float, Meta(ge=0)] = 0.1
    higher_is_better: bool = True
    sessions: Annotated[int, Meta(ge=2, le=1000)] = 12
    ruptured: Share = 0.3
    depth: Annotated[float, Meta(ge=0)] = 5.0
    recovery: Annotated[int, Meta(ge=0)] = 0
    trend: float = 0.0
    trend_shape: Literal["linear", "log"] = "linear"
    noise_spread: Annotated[float, Meta(ge=0, le=2)] = 0.0
    missing: Annotated[float, Meta(ge=0, lt=1)] = 0.0

    def norms(self, *, mean_off: float = 0.0, between: float = 1.0, within: float = 1.0) -> Norms:
        """Give the norm set that is true of the model, or one that is off: `mean_off` in between SDs, SDs in times."""
        return Norms(
            name="simulated",
            mean=self.mean + mean_off * self.sd_between,
            sd_between=self.sd_between * between,
            sd_within=self.sd_within * within,
            status="synthetic",
            source="the simulation's own model",
        )


@dataclass(frozen=True, eq=False)
class Cohort:
    """Made-up courses and what is true of each rating: `level` without noise, `down` inside a rupture, `onset` its start.

    A rupture whose first session is missing has no onset among the ratings: `unseen` counts these.
    """

    model: CohortModel
    course: Course
    level: Floats
    down: Mask
    onset: Mask
    unseen: int


def simulate(model: CohortModel, clients: int, *, seed: int = 1) -> Cohort:
    """Make up a cohort; the same model, number and seed give the same ratings.

    Every source of chance has a stream of its own: another depth, or no rupture at all, leaves the noise as it was.
    """
    if clients < 1:
        raise ValueError("a cohort needs a client")
    level_of, noise, spread, rupture, gaps = (
        np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(5)
    )
    shape = (clients, model.sessions)
    better = 1.0 if model.higher_is_better else -1.0
    level = level_of.normal(model.mean, model.sd_between, (clients, 1)) + better * model.trend * _growth(model)
    fall = _falls(model, clients, rupture)
    own = np.exp(spread.normal(-(model.noise_spread**2), model.noise_spread, (clients, 1)))
    ratings = level - better * fall + noise.normal(0.0, model.sd_within, shape) * own
    ratings = np.clip(_rounded(ratings, model.step), model.low, model.high)
    kept = gaps.random(shape) >= model.missing
    down = fall > 0
    onset = down & (np.cumsum(down, axis=1) == 1)
    return Cohort(
        model=model,
        course=_course(model, ratings, kept),
        level=(level - better * fall)[kept],
        down=down[kept],
        onset=onset[kept],
        unseen=int((onset & ~kept).sum()),
    )


def _growth(model: CohortModel) -> Floats:
    session = np.arange(1, model.sessions + 1, dtype=float)
    if model.trend_shape == "log":
        session = np.log(session)
    grown: Floats = (session - session[0]) / (session[-1] - session[0])
    return grown


def _falls(model: CohortModel, clients: int, random: np.random.Generator) -> Floats:
    """By how much each rating is down: `depth` at the onset, then less by equal steps, 0 without a rupture."""
    has = random.random((clients, 1)) < model.ruptured
    begins = random.integers(1, model.sessions, (clients, 1))
    since = np.arange(model.sessions) - begins
    left = 1 - since / (model.recovery + 1)
    return np.where(has & (since >= 0) & (left > 0), model.depth * left, 0.0)


def _rounded(ratings: Floats, step: float) -> Floats:
    return np.rint(ratings / step) * step if step else ratings


def _course(model: CohortModel, ratings: Floats, kept: Mask) -> Course:
    count = kept.sum(axis=1)
    week = np.broadcast_to(np.arange(model.sessions), kept.shape)[kept].astype(np.int64)
    n, m = len(week), len(count)
    scale = ScaleView(
        instrument="simulated",
        scale="total",
        title="Simulated",
        higher_is_better=model.higher_is_better,
        low=model.low,
        high=model.high,
    )
    return Course(
        tick=ticks(ratings[kept]),
        day=week * 7,
        session=week + 1,
        root=np.arange(1, n + 1, dtype=np.int64),
        prorated=np.zeros(n, bool),
        mark=np.zeros(n, bool),
        offsets=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        member=np.arange(m, dtype=np.int64),
        members=Members.plain(m, today=model.sessions * 7),
        scale=scale,
    )
