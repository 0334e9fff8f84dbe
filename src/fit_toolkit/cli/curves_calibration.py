"""`fit curves calibration NAME`: which share of ratings lies inside each range, by first rating and session."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import Day
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fit_toolkit.model.curves import Cell, CurvePack

COLUMNS = ("percent", "first_rating", "session", "clients", "ratings", "inside", "below")
FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")


@click.command("calibration")
@click.argument("name")
@click.option("--own", is_flag=True, help="Count this practice's own closed episodes instead.")
@click.option("--since", type=Day(), help="With --own: those opened from this day on.")
@click.option("--percent", "percents", type=click.FloatRange(0, 100, min_open=True, max_open=True), multiple=True,
              metavar="P", help="Only this range; may be repeated.")  # fmt: skip
@format_option
@pass_app
def command(app: App, name: str, own: bool, since: date | None, percents: tuple[float, ...], fmt: str) -> int:
    """Show which share of ratings lies inside the ranges of curve pack NAME, and below them: in all, by first rating, by session.

    Without --own, of clients who were held out when the pack was tried, as the pack carries it. With --own, of this practice's
    closed episodes: for a pack that was made elsewhere, or for episodes newer than the pack. (Episodes that the pack was
    fitted to flatter it a little.) A share near the range's own says that the range holds; shares of cells with fewer clients
    than the pack's minimum are left out.
    """
    from fit_toolkit.courses.packs import find_pack

    if since is not None and not own:
        raise UsageError("--since is about this practice's own episodes", hint="add --own")
    pack = find_pack(app.practice.catalog, name)
    cells = _own_cells(app, pack, since, percents) if own else _wanted(pack, percents)
    if not cells:
        raise DataError(
            f"the curve pack '{name}' has no such cells, or too few clients are in them", hint="--own counts here"
        )
    emit("cells", [_row(each) for each in cells], fmt=fmt, columns=COLUMNS)
    app.say(
        f"no cell of fewer than {pack.minimum_cell} clients; `session` and `first rating` are empty where all are meant"
    )
    return 0


def _wanted(pack: CurvePack, percents: Sequence[float]) -> list[Cell]:
    return [each for each in pack.calibration if not percents or each.percent in percents]


def _own_cells(app: App, pack: CurvePack, since: date | None, percents: Sequence[float]) -> Sequence[Cell]:
    """Count the practice's own closed episodes, at the sessions and intakes of which the pack says something."""
    from fit_toolkit.analysis import band_calibration
    from fit_toolkit.analysis.curves.calibration import calibration_cells
    from fit_toolkit.courses.packs_own import closed_ratings

    practice = app.practice
    with practice.store.read() as c:
        own = closed_ratings(c, practice.catalog, pack.instrument, pack.scale, as_of=practice.today(), since=since)
    first, last = pack.sessions
    kept = (own.session <= last) & ((own.session >= first) | pack.curve.by_intake & (own.session == 1))
    wanted = percents or (pack.edges.percents if pack.edges is not None else (68.0, 80.0, 90.0))
    table = band_calibration(pack.curve, own.client[kept], own.session[kept], own.value[kept], percents=wanted,
                             least=pack.minimum_cell, limits=own.limits, edges=pack.edges)  # fmt: skip
    return calibration_cells(table, pack.minimum_cell)


def _row(cell: Cell) -> dict[str, Any]:
    return {
        "percent": cell.percent,
        "first_rating": None if cell.quintile is None else FIFTHS[cell.quintile - 1],
        "session": None if cell.session is None else int(cell.session),
        "clients": cell.n_clients,
        "ratings": cell.n_ratings,
        "inside": cell.inside,
        "below": cell.below,
    }
