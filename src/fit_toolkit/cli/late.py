"""A word on stderr, after a listing, when alerts were not looked at for longer than they should be."""

from __future__ import annotations

from fit_toolkit.cli.context import App


def say_if_late(app: App) -> None:
    """Say when alerts were last looked at, only when that is too long ago: whoever lists anything may notice."""
    from fit_toolkit.store import freshness

    practice = app.practice
    with practice.store.read() as c:
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    if looked.late:
        app.say(freshness.in_words(looked, practice.zone))
