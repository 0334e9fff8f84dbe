"""Curve packs: an expected course made from a practice's closed episodes, to keep or to hand on; no row about one client."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.curves.calibration import calibration_cells, observed_edges, tried_on_others
from fit_toolkit.analysis.curves.fitting import Ratings, fit_ratings, long_ratings
from fit_toolkit.analysis.curves.twins import twin_curves
from fit_toolkit.errors import ConfigError, DataError, UsageError
from fit_toolkit.model.curves import CurveFit, CurvePack, Edges, Transform

PACK_CLIENTS: Final = 100  # as for norms that carry labels
DIGITS: Final = 6


class AboutPack(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack is about and where it comes from; names are those of the pack."""

    id: str
    version: str
    title: str
    instrument: str
    scale: str
    direction: Literal["higher_is_better", "higher_is_worse"]
    source: str
    period: str
    kind: Literal["local", "published", "synthetic"] = "local"
    rater: str = "client"


def make_pack(  # noqa: PLR0913 - keyword-only choices of the model
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    about: AboutPack,
    transform: Transform = "log",
    by_intake: bool = True,
    edges: Literal["fitted", "observed"] = "fitted",
    success: npt.ArrayLike | None = None,
    minimum_cell: int = 10,
    limits: tuple[float, float] | None = None,
    seed: int = 1,
) -> CurvePack:
    """Fit a pack to closed episodes, one row per rating; calibrated on a half that the calibrated fit had not seen.

    The calibration is that of the same model fitted to one half of the clients and tried on the other; the pack's curve is
    then fitted to all. `edges="observed"` takes the edges of the bands from the ratings (`observed_edges`) and not from the
    fitted variance: for scales with few points or a floor that many reach. `success` (1, 0, NaN per rating) adds twin
    curves. `limits`, the ends of the scale, are kept in the pack. Refused: fewer than 100 clients, and a singular fit. Every figure rests on `minimum_cell` clients or more;
    sessions beyond are left out.
    """
    ratings = long_ratings(client, session, value)
    names = ratings.names[ratings.client]
    if len(ratings.names) < PACK_CLIENTS:
        raise DataError(f"{len(ratings.names)} clients have ratings; a curve pack needs {PACK_CLIENTS}")
    curve = fit_ratings(ratings, transform=transform, by_intake=by_intake)
    if curve.n_clients < PACK_CLIENTS:
        raise DataError(f"{curve.n_clients} clients have an intake rating and one after it; {PACK_CLIENTS} are needed")
    if curve.singular:
        raise DataError(
            "the fit is singular: these ratings cannot tell slopes from noise", hint="more sessions or clients"
        )
    observed = observed_edges(curve, names, ratings.session, ratings.value) if edges == "observed" else None
    tried = tried_on_others(ratings, transform=transform, by_intake=by_intake, seed=seed, least=minimum_cell, limits=limits,
                            observed=edges == "observed")  # fmt: skip
    cells = calibration_cells(tried, minimum_cell)
    twins: dict[str, CurveFit] = {}
    if success is not None:
        pair = twin_curves(client, session, value, success, transform=transform, by_intake=by_intake)
        twins = {"successful": _rounded(pair.successful), "unsuccessful": _rounded(pair.unsuccessful)}
    known = ratings.intake[np.isfinite(ratings.intake)]
    low, high = np.quantile(known, [0.05, 0.95]).tolist()
    made: dict[str, Any] = {
        **msgspec.structs.asdict(about),
        "format": "fit-curve/1",
        "curve": _rounded(curve),
        "sessions": _sessions(ratings, minimum_cell, by_intake=by_intake),
        "intakes": (float(f"{low:.3g}"), float(f"{high:.3g}")),
        "minimum_cell": minimum_cell,
        "edges": observed,
        "calibration": cells,
        "range": limits,
        **twins,
    }
    try:
        pack = msgspec.convert(msgspec.to_builtins(made), CurvePack)
    except msgspec.ValidationError as error:
        raise UsageError(f"no curve pack: {error}") from error
    return msgspec.structs.replace(pack, hash=pack_hash(pack))


def pack_hash(pack: CurvePack) -> str:
    """Hash everything in a pack but the hash itself.

    What is left out is not hashed, so that a pack made before there was a field keeps its hash.
    """
    bare = msgspec.structs.replace(pack, hash="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def write_pack(pack: CurvePack) -> bytes:
    """Write a pack as JSON; the same pack gives the same bytes."""
    problems = list(pack_problems(pack))
    if problems:
        raise DataError(f"the pack is not written: {problems[0]}", findings=problems)
    return msgspec.json.format(msgspec.json.encode(pack, order="deterministic"), indent=2) + b"\n"


def read_pack(data: bytes, name: str) -> CurvePack:
    """Read a pack and check it; `name` is what messages call the file. Whatever is no part of a pack is refused."""
    try:
        pack = msgspec.json.decode(data, type=CurvePack)
    except msgspec.DecodeError as error:
        raise ConfigError(f"no curve pack: {error}", where=name, hint="take it again from where it was made") from None
    for problem in pack_problems(pack):
        raise ConfigError(problem, where=name, hint="take it again from where it was made")
    return pack


def pack_problems(pack: CurvePack) -> Iterator[str]:
    """Say what is wrong with a pack: a changed figure, too few clients, a model that cannot be."""
    if pack.hash != pack_hash(pack):
        yield "its figures are not those it was made with: the hash differs"
    named = {"curve": pack.curve, "successful": pack.successful, "unsuccessful": pack.unsuccessful}
    for name, curve in named.items():
        if curve is not None:
            yield from (f"{name}: {problem}" for problem in _curve_problems(curve, pack.minimum_cell))
    if pack.curve.n_clients < PACK_CLIENTS:
        yield f"rests on {pack.curve.n_clients} clients; {PACK_CLIENTS} are needed"
    if (pack.successful is None) != (pack.unsuccessful is None):
        yield "one of the twin curves is missing"
    yield from _order_problems(pack)
    if pack.curve.by_intake and (pack.intakes is None or pack.intakes[0] >= pack.intakes[1]):
        yield "a curve by intake has to say of which intakes"
    if pack.edges is not None:
        yield from _edge_problems(pack.edges, pack.curve)
    small = [cell for cell in pack.calibration if cell.n_clients < pack.minimum_cell]
    if small:
        yield f"{len(small)} cells of the calibration rest on fewer than {pack.minimum_cell} clients"


def _order_problems(pack: CurvePack) -> Iterator[str]:
    if not 0 < pack.sessions[0] < pack.sessions[1]:
        yield "its sessions have no order"
    if pack.range is not None and not pack.range[0] < pack.range[1]:
        yield "the ends of its scale have no order"


def _edge_problems(edges: Edges, curve: CurveFit) -> Iterator[str]:
    wide = len(edges.percents)
    if not curve.by_intake:
        yield "observed edges are by intake; its curve is not"
    if any(len(row) != wide for row in (*edges.low, *edges.high)):
        yield "its edges are not as many as its bands"
    elif any(
        low >= high
        for lows, highs in zip(edges.low, edges.high, strict=True)
        for low, high in zip(lows, highs, strict=True)
    ):
        yield "a lower edge lies above an upper one"
    if list(edges.cuts) != sorted(edges.cuts):
        yield "the fifths of its intakes have no order"


def _curve_problems(curve: CurveFit, least: int) -> Iterator[str]:
    if curve.n_clients < least:
        yield f"rests on {curve.n_clients} clients; {least} are needed"
    if curve.covariance**2 > curve.intercept_variance * curve.slope_variance * (1 + 1e-6):
        yield "the covariance is larger than the variances allow"
    if (curve.intake is None) != (curve.slope_by_intake is None):
        yield "intake and slope_by_intake belong together"
    if curve.singular:
        yield "the fit is singular"


def _sessions(ratings: Ratings, least: int, *, by_intake: bool) -> tuple[float, float]:
    """Give the first and the last session before the first with too few clients; sessions with none do not count."""
    when, counts = np.unique(ratings.session, return_counts=True)
    thin = np.flatnonzero(counts < least)
    kept = when[: thin[0]] if len(thin) else when
    if len(kept) < 2 + by_intake:
        raise DataError(f"fewer than {2 + by_intake} sessions have ratings of {least} clients or more")
    return float(kept[1 if by_intake else 0]), float(kept[-1])


def _rounded(curve: CurveFit) -> CurveFit:
    """Keep six digits, which are the same on every machine, so that the same ratings give the same pack."""
    figures = {
        name: float(f"{each:.{DIGITS}g}")
        for name, each in msgspec.structs.asdict(curve).items()
        if isinstance(each, float)
    }
    return msgspec.structs.replace(curve, **figures)
