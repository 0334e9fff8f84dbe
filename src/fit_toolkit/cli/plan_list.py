"""`fit plan list`: the practice's default and what episodes have of their own."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option

COLUMNS = ("id", "episode", "instrument", "rater", "occasion", "every_sessions", "every_days", "starts_on", "ends_on")


@click.command("list")
@click.option("--episode", metavar="CODE", help="What is expected in one episode today.")
@format_option
@pass_app
def command(app: App, *, episode: str | None, fmt: str) -> None:
    """List the plan; an entry without an episode holds for all that have none of their own."""
    import msgspec

    from fit_toolkit.store import diary, people

    with app.practice.store.read() as c:
        entries = diary.list_plan(c)
        if episode is not None:
            entries = diary.plan_for(entries, people.episode_id(c, episode), on=app.practice.today())
    emit("plan", [msgspec.structs.asdict(entry) for entry in entries], fmt=fmt, columns=COLUMNS)
