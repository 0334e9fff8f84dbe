"""`fit appointments list`: the diary."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.late import say_if_late
from fit_toolkit.cli.output import emit, format_option

COLUMNS = ("on", "time", "episode", "therapist", "status", "reason")


@click.command("list")
@click.option("--since", type=DAY, help="From this day on; today when left out.")
@click.option("--until", type=DAY, help="Up to this day.")
@click.option("--episode", metavar="CODE", help="Of one episode, from its beginning on.")
@click.option("--therapist", metavar="CODE", help="Of one therapist, where the appointment names one.")
@format_option
@pass_app
def command(
    app: App, *, since: date | None, until: date | None, episode: str | None, therapist: str | None, fmt: str
) -> None:
    """List appointments by day."""
    from fit_toolkit.store import diary, people

    practice = app.practice
    with practice.store.read() as c:
        ids = [people.episode_id(c, episode)] if episode is not None else None
        first = since or (practice.today() if episode is None else None)
        found = diary.list_appointments(c, episode_ids=ids, since=first, until=until)
    rows = [
        {
            "on": entry.on,
            "time": practice.local(entry.at).strftime("%H:%M") if entry.at is not None else None,
            "episode": entry.episode,
            "therapist": entry.therapist,
            "status": entry.status,
            "reason": entry.reason,
        }
        for entry in found
        if therapist in {None, entry.therapist}
    ]
    emit("appointments", rows, fmt=fmt, columns=COLUMNS)
    say_if_late(app)
