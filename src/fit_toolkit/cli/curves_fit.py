"""`fit curves fit NAME`: a curve pack from the practice's own closed episodes, refused where there are too few."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import Day
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import UsageError


@click.command("fit")
@click.argument("name")
@click.option("--instrument", required=True, metavar="ID", help="The form that says how clients are.")
@click.option("--scale", default="", metavar="ID", help="Default: its main scale.")
@click.option("--since", type=Day(), help="Take episodes opened from this day on.")
@click.option("--until", type=Day(), help="Take episodes closed by this day; default: today.")
@click.option("--transform", type=click.Choice(("log", "linear", "sqrt")), default="log", show_default=True,
              help="What change is linear in: ln(session), session or its square root.")  # fmt: skip
@click.option("--edges", type=click.Choice(("fitted", "observed")), default="fitted", show_default=True,
              help="Edges of the ranges from the fitted variance, or from the ratings themselves.")  # fmt: skip
@click.option("--twins", is_flag=True, help="Also fit episodes that ended reliably better, and the others, apart.")
@dry_run_option
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    name: str,
    instrument: str,
    scale: str,
    since: date | None,
    until: date | None,
    transform: Any,
    edges: Any,
    twins: bool,
    dry_run: bool,
) -> int:
    """Write the curve pack NAME from this practice's own closed episodes, by the first rating and the session.

    Of each client the first episode counts. It takes 100 clients with a rating at session 1 and one after it; every figure
    of the pack rests on 10 clients or more, sessions with fewer are left out. Half of the clients are held out to say which
    share of ratings lies inside. The same ratings give the same file; one that is there is never overwritten. Local and
    unreviewed; nothing changes until a policy names it. Needs the extra `curves`.
    """
    from fit_toolkit.analysis import AboutPack, make_pack
    from fit_toolkit.cli.curves_common import place_pack, share_inside
    from fit_toolkit.courses.norms import check_name
    from fit_toolkit.courses.packs_own import closed_ratings

    check_name(name, "curve pack")
    practice = app.practice
    as_of = until or practice.today()
    with practice.store.read() as c:
        own = closed_ratings(c, practice.catalog, instrument, scale, as_of=as_of, since=since)
    about = AboutPack(
        id=name,
        version=f"{own.last:%Y-%m}",
        title="Expected courses of a practice",
        instrument=instrument,
        scale=own.scale,
        direction=own.direction,  # type: ignore[arg-type]  # one of the two
        source="fit curves fit: a practice's own closed episodes",  # read in other practices, too
        period=own.period,
        rater=own.rater,
    )
    ended = _ended(app, own, instrument) if twins else None
    pack = make_pack(own.client, own.session, own.value, about=about, transform=transform, edges=edges, success=ended,
                     limits=own.limits)  # fmt: skip
    place_pack(app, pack, dry_run=dry_run)
    inside = share_inside(pack)
    held = "" if inside is None else f"; of held-out ratings {100 * inside:.0f} % lie inside the 80 % range"
    first, last = pack.sessions
    app.say(f"{pack.curve.n_clients} clients, {pack.curve.n_scores} ratings, sessions {first:g} to {last:g}{held}")
    app.say(f'A policy rests on it when it says so in fit.toml: curve = "{pack.id}". Local, unreviewed; no forecast.')
    return 0


def _ended(app: App, own: Any, instrument: str) -> Any:
    """Say of each rating whether its episode ended reliably better, by the points that were published and checked."""
    from fit_toolkit.analysis import ended_better
    from fit_toolkit.courses.stream import scale_view

    view = scale_view(app.practice.catalog.get(instrument), own.scale, own.rater)
    if view.reliable_change is None:
        raise UsageError(
            f"{instrument} {own.scale} has no verified reliable change to tell the two by", hint="leave out --twins"
        )
    better: Any = "higher" if view.higher_is_better else "lower"
    return ended_better(
        own.client, own.session, own.value, points=view.reliable_change, better=better,
        inclusive=view.reliable_inclusive,
    )  # fmt: skip
