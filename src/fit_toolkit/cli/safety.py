"""What is said about safety while answers come in: at once, on the screen, and without naming anybody.

The screen is what counts here: a message leaves with the next run, and cron and mail are no emergency channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.errors import ConfigError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

LINES = {
    "protocol": 'protocol = "who does what after a worrying answer, and by when"',
    "contact": 'contact = "whom to call, with hours and number"',
}
NOT_WRITTEN = "(nobody is named: write [safety] contact in fit.toml)"


def check_safety(app: App, instrument: Instrument) -> None:
    """Refuse an instrument with a flagged question until the practice has written down what happens then."""
    if (instrument.risk or instrument.same_day_only) and (missing := _unwritten(app)):
        raise ConfigError(
            f"{instrument.id} asks about safety, and nothing says yet what happens after a worrying answer",
            where=str(app.practice.settings.file or "fit.toml"),
            hint=f"write under [safety]: {'; '.join(LINES[key] for key in missing)}",
        )


def warn_unwritten(app: App, instruments: Iterable[Instrument]) -> None:
    """Say that nothing is written down where data that exist already hold answers about safety: they are taken."""
    asking = sorted({each.id for each in instruments if each.risk or each.same_day_only})
    if asking and (missing := _unwritten(app)):
        app.say(f"WARNING: nothing says yet what happens after a worrying answer to {', '.join(asking)}.")
        app.say(f"Write under [safety] in fit.toml: {'; '.join(LINES[key] for key in missing)}")


def say_flagged(app: App, days: Sequence[date], where: str = "") -> None:
    """Say that flagged questions were answered on these days, how old that is, and whom to call now."""
    if not days:
        return
    settings = app.practice.settings
    newest, oldest = (age(app, day) for day in (max(days), min(days)))
    if len(days) == 1:
        what = f"A flagged question was answered{where}. The answer is {newest}."
    else:
        ages = f"all {newest}" if newest == oldest else f"the newest {newest}, the oldest {oldest}"
        what = f"{len(days)} forms hold a flagged answer{where}: {ages}."
    app.say("")
    app.say(f"*** {what} ***")
    app.say(f"*** Call now: {settings.text('safety.contact').strip() or NOT_WRITTEN}")
    if protocol := settings.text("safety.protocol").strip():
        app.say(f"*** {protocol}")
    app.say("*** This program calls nobody and is no emergency service.")
    app.say("")


def say_left_out(app: App, instrument: Instrument) -> None:
    """Say that a flagged question has no answer."""
    app.say(f"A flagged question of {instrument.short} was left out: ask about it. No answer is not a no.")


def age(app: App, day: date) -> str:
    """Say how old an answer of a day is."""
    days = (app.practice.today() - day).days
    return {0: "from today", 1: "1 day old"}.get(days, f"{days} days old")


def _unwritten(app: App) -> list[str]:
    return [key for key in LINES if not app.practice.settings.text(f"safety.{key}").strip()]
