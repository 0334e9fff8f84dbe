"""Whether expected-response bands hold what they promise: `python benchmarks/curves.py`.

20 cohorts of 5,000 made-up clients: a band by intake is fitted to the ratings of one half and tried on those of the other.
Level 18.8 (SD 4.7) and change per ln(session) -3 (SD 2.15) vary between clients, noise has an SD of 2.6, 3 to 20 sessions are
planned, one rating in ten is missing (the figures of the shared growth case). Bar, mean of the cohorts, where the end is
planned: 79 to 81 % of held-out ratings inside the 80 % band, 78 to 82 % in each fifth of the intake ratings.
Also shown, without a bar: ratings in whole points on a scale that ends at 0; treatment that ends once the client is well (a
rating under 8 from session 3 on), where the ratings that are there are no longer those of all, and where only every other
client who is well ends; and the same with observed edges, which are read from the ratings themselves. "had they stayed" counts the ratings that clients would have given after they had left, too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis import band_calibration, expected_response, fit_curve, held_out, observed_edges

CLIENTS, SESSIONS, COHORTS, BAND = 5000, 20, 20, 80.0
OVERALL, FIFTH = (0.79, 0.81), (0.78, 0.82)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """One way in which ratings come about."""

    name: str
    points: bool = False  # whole points from 0 on
    leaves: float = 0.0  # chance of ending at a session at which the client is well
    observed: bool = False  # edges read from the ratings of the half that was fitted
    bar: bool = False


WORLDS = (
    World("planned ends", bar=True),
    World("planned ends, whole points", points=True),
    World("ends when well, every time", leaves=1.0),
    World("ends when well, every other time", leaves=0.5),
    World("ends when well, whole points", points=True, leaves=1.0),
    World("planned ends, whole points", points=True, observed=True),
    World("ends when well, every time", leaves=1.0, observed=True),
    World("ends when well, whole points", points=True, leaves=1.0, observed=True),
)


def cohort(world: World, seed: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Make the ratings of a cohort, one row per client, and say which of them were given."""
    random = np.random.default_rng([20261123, seed])
    session = np.arange(1, SESSIONS + 1)
    level, rate = random.normal(18.8, 4.7, CLIENTS), random.normal(-3, 2.15, CLIENTS)
    ratings = level[:, None] + rate[:, None] * np.log(session) + random.normal(0, 2.6, (CLIENTS, SESSIONS))
    if world.points:
        ratings = np.clip(np.rint(ratings), 0, 40)
    given = session <= random.integers(3, SESSIONS + 1, CLIENTS)[:, None]
    well = (ratings < 8) & (session >= 3) & (random.random(ratings.shape) < world.leaves)
    given &= session <= np.where(well.any(axis=1), well.argmax(axis=1) + 1, SESSIONS)[:, None]
    given &= (random.random(ratings.shape) < 0.9) | (session == 1)
    return ratings, given


def tried(world: World, seed: int) -> tuple[list[float], list[float], float]:
    """Fit one half and try the band on the other: shares in all and by fifth, by part of the course, and of all ratings."""
    ratings, given = cohort(world, seed)
    limits = (0.0, 40.0) if world.points else None
    client = np.repeat(np.arange(CLIENTS), SESSIONS)
    session = np.tile(np.arange(1.0, SESSIONS + 1), CLIENTS)
    value = np.where(given, ratings, np.nan).ravel()
    out = held_out(client, seed=seed)
    fit = fit_curve(client[~out], session[~out], value[~out], by_intake=True)
    edges = observed_edges(fit, client[~out], session[~out], value[~out], percents=(BAND,)) if world.observed else None
    table = band_calibration(fit, client[out], session[out], value[out], percents=(BAND,), limits=limits, edges=edges)
    whole = table[table["session"].isna()].sort_values("quintile", na_position="first")
    by_session = table[table["quintile"].isna() & table["session"].notna()]
    parts = [
        float(np.average(each["inside"], weights=each["n_ratings"]))
        for each in (by_session[by_session["session"].between(*ends)] for ends in ((2, 4), (5, 10), (11, 20)))
    ]
    theirs = ratings[out.reshape(ratings.shape)[:, 0]]
    band = expected_response(
        fit, np.arange(1, SESSIONS + 1)[None, :], theirs[:, :1], percents=(BAND,), limits=limits, edges=edges
    )
    stayed = (theirs >= band.low[..., 0]) & (theirs <= band.high[..., 0])
    return whole["inside"].tolist(), parts, float(stayed[:, 1:].mean())


def main() -> int:
    """Try every world; 1 when the bar is missed."""
    print(
        f"{COHORTS} cohorts of {CLIENTS} clients, half held out: share inside the {BAND:g} % band by intake, per rating"
    )
    print(
        f"{'':45} {'all':>6} {'SD':>5}  fifths of intake, low to high        sessions 2-4 5-10 11-20   had they stayed"
    )
    missed = False
    start = time.perf_counter()
    for world in WORLDS:
        runs = [tried(world, seed) for seed in range(COHORTS)]
        shares = np.array([each[0] for each in runs])
        mean = shares.mean(axis=0)
        parts = np.mean([each[1] for each in runs], axis=0)
        stayed = float(np.mean([each[2] for each in runs]))
        held = OVERALL[0] <= mean[0] <= OVERALL[1] and all(FIFTH[0] <= each <= FIFTH[1] for each in mean[1:])
        missed |= world.bar and not held
        word = ("bar met" if held else "BAR MISSED") if world.bar else "within" if held else "outside"
        fifths = " ".join(f"{each:.3f}" for each in mean[1:])
        name = f"{world.name}, observed edges" if world.observed else world.name
        print(
            f"{name:45} {mean[0]:6.3f} {shares[:, 0].std(ddof=1):5.3f}  {fifths:36} "
            f"{'':8} {' '.join(f'{each:.3f}' for each in parts)}   {stayed:.3f}  {word}"
        )
    print(
        f"{time.perf_counter() - start:.0f} s; bar {OVERALL[0]:.0%} to {OVERALL[1]:.0%}, fifths {FIFTH[0]:.0%} to {FIFTH[1]:.0%}"
    )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
