"""`fit curves neighbours CLIENT`: where ratings of those lay who began most like this client."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import Day
from fit_toolkit.cli.output import emit, format_option

if TYPE_CHECKING:
    from fit_toolkit.courses.neighbours_own import Beside

COLUMNS = ("session", "rated", "neighbours", "mean", "low", "high")


@click.command("neighbours")
@click.argument("client")
@click.option("--instrument", required=True, metavar="ID", help="The form that says how clients are.")
@click.option("--scale", default="", metavar="ID", help="Default: its main scale.")
@click.option("--episode", metavar="CODE", help="Which episode, where the client is in several.")
@click.option("--neighbours", "-k", "k", type=click.IntRange(10, 500), default=30, show_default=True, metavar="N",
              help="How many closed episodes to compare with.")  # fmt: skip
@click.option("--alike", "ratings", type=click.IntRange(1, 10), default=1, show_default=True, metavar="N",
              help="Alike in the ratings at sessions 1 to N.")  # fmt: skip
@click.option("--percent", type=click.FloatRange(50, 99), default=80, show_default=True, metavar="P",
              help="Share of ratings between low and high.")  # fmt: skip
@click.option(
    "--as-of", type=Day(), help="What was rated, and which episodes were closed, by this day; default: today."
)
@format_option
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    client: str,
    instrument: str,
    scale: str,
    episode: str | None,
    k: int,
    ratings: int,
    percent: float,
    as_of: date | None,
    fmt: str,
) -> int:
    """Show CLIENT's ratings beside those of the closed episodes of others that began most alike.

    Needs 300 closed episodes with these ratings, and a client whose first rating is not unlike theirs (5th to 95th centile);
    refused otherwise. By session: how many of the neighbours were rated, their mean, and where one more rating from among
    them would lie (mean and t times SD); not at the sessions they are alike in. A session with fewer than 10 of them is left
    out. Of each client the first closed episode counts, and never one of CLIENT's own; of equally near episodes those
    stored first. Later sessions rest on those who were still there; no forecast. Nothing of it is kept.
    """
    from fit_toolkit.courses.neighbours_own import beside_neighbours
    from fit_toolkit.sheets.making import find_member
    from fit_toolkit.store import people

    practice = app.practice
    day = as_of or practice.today()
    with practice.store.read() as c:
        member = find_member(c, client, as_of=day, episode=episode)
        (where,) = (each.episode_id for each in people.candidates(c, [client])[client] if each.member_id == member)
        beside = beside_neighbours(c, practice.catalog, member, where, client, instrument, scale, as_of=day, k=k,
                                   ratings=ratings, percent=percent)  # fmt: skip
    emit("sessions", list(_rows(beside)), fmt=fmt, columns=COLUMNS, empty="no session has 10 neighbours")
    found = beside.found
    app.say(
        f"{k} of {found.pool} closed episodes, {beside.period}; the last of them {found.farthest[0]:.2f} SD away at the start"
    )
    app.say(
        "Where ratings of such clients lay, not where this client's will: no forecast. Local, unreviewed, kept nowhere."
    )
    return 0


def _rows(beside: Beside) -> list[dict[str, Any]]:
    low, high = beside.limits
    rows: list[dict[str, Any]] = []
    for nth, session in enumerate(beside.sessions.tolist()):
        if math.isnan(beside.found.mean[0, nth]):
            continue
        rated = float(beside.own[nth])
        edges = (beside.found.low[0, nth], beside.found.high[0, nth])
        at = [None, None] if nth < beside.alike else [round(min(max(float(each), low), high), 2) for each in edges]
        rows.append(
            {
                "session": int(session),
                "rated": None if math.isnan(rated) else rated,
                "neighbours": int(beside.found.n[0, nth]),
                "mean": round(float(beside.found.mean[0, nth]), 2),
                "low": at[0],
                "high": at[1],
            }
        )
    return rows
