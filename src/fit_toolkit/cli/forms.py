"""What the commands that bring answers in share: who is typing, the scoring rules, and what safety asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.errors import ConfigError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.scoring import Rules


def typist(app: App, by: str = "") -> str:
    """Say who enters this: as told, else FIT_USER, else the account's name."""
    return by.strip() or os.environ.get("FIT_USER", "").strip() or app.actor


@contextmanager
def scoring_rules(app: App) -> Iterator[Rules]:
    """Give the scoring rules of all plugins; what a failed one did is said on stderr."""
    from fit_toolkit.engine import Workers

    with Workers(app.practice.registry) as workers:
        yield workers.rules()
        for failure in dict.fromkeys(str(each) for each in workers.failures):
            app.say(f"fit: {failure}")


def check_safety(app: App, instrument: Instrument) -> None:
    """Refuse an instrument with a flagged question until the practice has written down what happens then."""
    if not (instrument.risk or instrument.same_day_only):
        return
    settings = app.practice.settings
    missing = [key for key in ("protocol", "contact") if not settings.text(f"safety.{key}").strip()]
    if missing:
        raise ConfigError(
            f"{instrument.id} has a question about safety, and [safety] lacks: {', '.join(missing)}",
            where="fit.toml",
            hint="write who does what after a worrying answer, and whom to call; then try again",
        )


def say_flagged(app: App, instrument: Instrument, flagged: int, left_out: int, session_on: date) -> None:
    """Say at once, without naming anybody, that a flagged question was answered or left out."""
    settings = app.practice.settings
    age = (app.practice.today() - session_on).days
    old = {0: "from today", 1: "1 day old"}.get(age, f"{age} days old")
    if flagged:
        app.say("")
        app.say(f"*** A flagged question was answered. The answer is {old}. ***")
        app.say(f"*** Call now: {settings.text('safety.contact') or '(write [safety] contact in fit.toml)'}")
        if protocol := settings.text("safety.protocol"):
            app.say(f"*** {protocol}")
        app.say("*** This program calls nobody and is no emergency service.")
        app.say("")
    if left_out:
        app.say(f"A flagged question of {instrument.short} was left out: ask about it.")


def list_forms(app: App, client: str, fmt: str) -> None:
    """Print a client's forms with the ids that `fit move` and `fit void` take."""
    from fit_toolkit.cli.output import emit
    from fit_toolkit.intake.mend import forms_of

    rows = [
        {
            "administration": each.id,
            "session_date": each.session_on,
            "instrument": each.instrument,
            "rater": each.rater,
            "occasion": each.occasion,
            "scores": {score.scale: score.value for score in each.scores},
            "mode": each.mode,
            "entered_by": each.entered_by,
            "batch": each.batch_id,
        }
        for each in forms_of(app.practice.store, client)
    ]
    emit("forms", rows, fmt=fmt)
