"""`fit episodes list`: episodes with clients and therapist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.late import say_if_late
from fit_toolkit.cli.output import emit, format_option

if TYPE_CHECKING:
    from datetime import date

    from fit_toolkit.model.people import Episode

COLUMNS = ("episode", "kind", "clients", "therapist", "opened_on", "closed_on", "close_reason", "paused_until",
           "labels")  # fmt: skip


@click.command("list")
@click.option("--all", "closed", is_flag=True, help="Closed ones, too.")
@click.option("--client", metavar="CODE", help="Those of one client, closed ones included.")
@click.option("--therapist", metavar="CODE", help="Those that are one therapist's today.")
@format_option
@pass_app
def command(app: App, *, closed: bool, client: str | None, therapist: str | None, fmt: str) -> None:
    """List the episodes that are open or to be opened, with their clients and today's therapist."""
    from fit_toolkit.store import diary, people
    from fit_toolkit.store.labels import labels_of

    today = app.practice.today()
    with app.practice.store.read() as c:
        episodes = people.list_episodes(c, client=client)
        pauses = diary.list_pauses(c)
        labels = labels_of(c)
    paused = {pause.episode_id: pause.ends_on for pause in pauses if pause.starts_on <= today <= pause.ends_on}
    rows = [
        _row(episode, today, paused.get(episode.id)) | {"labels": list(labels.get(episode.id, ()))}
        for episode in episodes
        if closed or client or episode.closed_on is None or episode.closed_on >= today
    ]
    emit("episodes", [row for row in rows if therapist in {None, row["therapist"]}], fmt=fmt, columns=COLUMNS)
    say_if_late(app)


def _row(episode: Episode, today: date, paused_until: date | None) -> dict[str, Any]:
    assigned = episode.therapist_on(max(today, episode.opened_on))
    return {
        "episode": episode.code,
        "kind": episode.kind,
        "clients": [member.client for member in episode.members],
        "therapist": assigned.staff if assigned is not None else None,
        "opened_on": episode.opened_on,
        "closed_on": episode.closed_on,
        "close_reason": episode.close_reason,
        "paused_until": paused_until,
    }
