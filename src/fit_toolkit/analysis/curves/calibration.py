"""Whether a band holds what it promises: shares of ratings of clients who were held out when it was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fit_toolkit.analysis.curves.cells import Key, tellable
from fit_toolkit.analysis.curves.expected import expected_response
from fit_toolkit.analysis.curves.fitting import Ratings, after_intake, fit_ratings, long_ratings
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.curves import MINIMUM_CELL, Cell, CurveFit, Edges, Transform

FIFTHS: Final = (0.2, 0.4, 0.6, 0.8)
CELLS: Final[tuple[list[str], ...]] = ([], ["quintile"], ["session"], ["quintile", "session"])
EDGE_CLIENTS: Final = 30  # in each fifth, for quantiles of their ratings
COLUMNS: Final = ("percent", "quintile", "session", "n_ratings", "n_clients", "inside", "below")


def held_out(client: npt.ArrayLike | Sequence[object], *, share: float = 0.5, seed: int = 1) -> npt.NDArray[np.bool_]:
    """Draw clients whose ratings are kept from the fit: whole clients, never single ratings of one; one entry per rating.

    The same clients in the same order and the same seed give the same draw.
    """
    if not 0 < share < 1:
        raise UsageError("a share that is held out lies between 0 and 1")
    codes, names = pd.factorize(np.asarray(client, dtype=object), use_na_sentinel=False)
    drawn = np.random.default_rng(seed).permutation(len(names)) < share * len(names)
    return np.asarray(drawn[codes])


def band_calibration(  # noqa: PLR0913 - keyword-only choices of the count
    curve: CurveFit,
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    percents: Sequence[float] = (68.0, 80.0, 90.0),
    least: int = MINIMUM_CELL,
    limits: tuple[float, float] | None = None,
    edges: Edges | None = None,
) -> pd.DataFrame:
    """Count which share of ratings lies inside each band: in all, by fifth of the intake ratings, by session, by both.

    One row per rating in; give clients whom the fit has not seen (`held_out`). Out: one row per cell; `quintile` 1 (lowest
    intakes) to 5 and `session` are NaN where all are meant; `below` is the share under the lower edge. Shares of cells with
    fewer than `least` clients are NaN. Of a curve by intake, the intake rating itself is not counted. Ratings of those who
    are still there are counted: where people leave because they are well, a band for all covers other shares of them.
    """
    ratings = long_ratings(client, session, value)
    _, fifth = _fifths(ratings)
    use = np.isfinite(ratings.intake)[ratings.client] & (after_intake(ratings) if curve.by_intake else True)
    who, y = ratings.client[use], ratings.value[use]
    intake = ratings.intake[who]
    found = expected_response(curve, ratings.session[use], intake, percents=percents, limits=limits, edges=edges)
    frame = pd.DataFrame({"client": who, "quintile": fifth[who].astype(float), "session": ratings.session[use]})
    parts = []
    for place, percent in enumerate(found.percents):
        frame["inside"] = (y >= found.low[:, place]) & (y <= found.high[:, place])
        frame["below"] = y < found.low[:, place]
        parts += [_shares(frame, by, least).assign(percent=percent) for by in CELLS]
    return pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))


def observed_edges(
    curve: CurveFit,
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    percents: Sequence[float] = (68.0, 80.0, 90.0),
    least: int = EDGE_CLIENTS,
) -> Edges:
    """Read the edges of a curve by intake from ratings: per fifth of the intakes, quantiles of (rating - mean) / SD.

    A normal curve puts the edges of an 80 % band at -1.28 and 1.28 SDs. Where ratings are whole points, stop at the end of
    the scale, or come from those who are still there, 10 % of them lie beyond other places; these are taken, so that the
    band holds for ratings as they are given. Refused with fewer than `least` clients in a fifth.
    """
    if not curve.by_intake:
        raise UsageError("observed edges are by intake; this curve is not")
    ratings = long_ratings(client, session, value)
    cuts, fifth = _fifths(ratings)
    use = np.isfinite(ratings.intake)[ratings.client] & after_intake(ratings)
    who = ratings.client[use]
    found = expected_response(curve, ratings.session[use], ratings.intake[who])
    z, theirs = (ratings.value[use] - found.mean) / found.sd, fifth[who]
    counts = [len(np.unique(who[theirs == nth])) for nth in range(1, 6)]
    if min(counts) < least:
        raise DataError(f"a fifth of the intakes has {min(counts)} clients with later ratings; {least} are needed")
    tails = np.array([(1 - each / 100) / 2 for each in percents])
    low, high = (
        [np.quantile(z[theirs == nth], at).round(4).tolist() for nth in range(1, 6)] for at in (tails, 1 - tails)
    )
    return Edges(
        percents=tuple(float(each) for each in percents),
        cuts=(cuts[0], cuts[1], cuts[2], cuts[3]),
        low=tuple(tuple(row) for row in low),
        high=tuple(tuple(row) for row in high),
    )


def tried_on_others(  # noqa: PLR0913 - keyword-only choices of the model and the count
    ratings: Ratings,
    *,
    transform: Transform,
    by_intake: bool,
    random: Literal["slopes", "intercepts"] = "slopes",
    share: float = 0.5,
    seed: int = 1,
    percents: Sequence[float] = (68.0, 80.0, 90.0),
    least: int = MINIMUM_CELL,
    limits: tuple[float, float] | None = None,
    observed: bool = False,
) -> pd.DataFrame:
    """Hold a share of the clients out, fit the model to the others and count how its bands do on those it has not seen."""
    names = ratings.names[ratings.client]
    out = held_out(names, share=share, seed=seed)
    parts = (names[~out], ratings.session[~out], ratings.value[~out])
    rest = fit_ratings(long_ratings(*parts), transform=transform, by_intake=by_intake, random=random)
    edges = observed_edges(rest, *parts, percents=percents) if observed else None
    return band_calibration(
        rest, names[out], ratings.session[out], ratings.value[out], percents=percents, least=least, limits=limits,
        edges=edges,
    )  # fmt: skip


def calibration_cells(table: pd.DataFrame, least: int = MINIMUM_CELL) -> tuple[Cell, ...]:
    """Give the cells of a calibration that may be handed on, as a pack carries them.

    Left out are those of fewer than `least` clients, and as many others as it takes that none of these can be had by
    subtraction from what is told.
    """
    every: list[dict[Any, Any]] = table[table["n_clients"] > 0].to_dict("records")
    told = tellable({_key(row): int(row["n_clients"]) for row in every}, least)
    rows = [row for row in every if _key(row) in told and not pd.isna(row["inside"])]
    return tuple(
        Cell(
            percent=float(row["percent"]),
            n_ratings=int(row["n_ratings"]),
            n_clients=int(row["n_clients"]),
            inside=round(float(row["inside"]), 4),
            below=round(float(row["below"]), 4),
            quintile=None if pd.isna(row["quintile"]) else int(row["quintile"]),
            session=None if pd.isna(row["session"]) else float(row["session"]),
        )
        for row in rows
    )


def _key(row: dict[Any, Any]) -> Key:
    fifth, session = (None if pd.isna(row[name]) else float(row[name]) for name in ("quintile", "session"))
    return fifth, session


def _fifths(ratings: Ratings) -> tuple[list[float], npt.NDArray[np.intp]]:
    """Give the cuts between the fifths of the intakes, and the fifth of each client, from 1."""
    known = np.isfinite(ratings.intake)
    if not known.any():
        raise DataError("no client has a rating at the first session")
    cuts = np.quantile(ratings.intake[known], FIFTHS)
    return [float(f"{each:.6g}") for each in cuts], np.searchsorted(cuts, ratings.intake, side="left") + 1


def _shares(frame: pd.DataFrame, by: list[str], least: int) -> pd.DataFrame:
    groups = frame.assign(all=0).groupby(by or ["all"], sort=True)
    made = groups.agg(n_ratings=("client", "size"), n_clients=("client", "nunique"),
                      inside=("inside", "mean"), below=("below", "mean"))  # fmt: skip
    made.loc[made["n_clients"] < least, ["inside", "below"]] = np.nan
    return made.reset_index().drop(columns="all", errors="ignore")
