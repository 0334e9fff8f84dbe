"""A pile of paper: one line a form, each stored on its own, the last one taken back with `undo`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App
from fit_toolkit.cli.enter import report, store_form
from fit_toolkit.cli.forms import check_screen, scoring_rules, typist
from fit_toolkit.cli.output import count
from fit_toolkit.cli.safety import check_safety
from fit_toolkit.errors import DataError, ExitCode, FitError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

HELP = """One form a line: CODE DATE DIGITS. DATE is 2026-03-12, today, yesterday, or . for the one before.
  undo takes the last one back; use ID changes the instrument; an empty line ends."""


@dataclass
class _Pile:
    """Where a person is in the pile."""

    instrument: Instrument | None
    day: date | None = None
    batch: int | None = None
    stored: list[int] = field(default_factory=list)
    unchanged: int = 0
    failed: int = 0
    line: int = 0


def enter_pile(app: App, instrument: str, given: dict[str, Any]) -> int:
    """Read forms line by line until an empty line or the end of the input."""
    pile = _Pile(None)
    if instrument:
        _use(app, pile, instrument, given)
    app.say(HELP)
    with scoring_rules(app) as rules:
        while line := _line(pile):
            try:
                _take(app, pile, line, given, rules)
            except FitError as error:
                pile.failed += 1
                app.say(f"line {pile.line} not stored: {error}")
    app.say(
        f"{count(len(pile.stored), 'form')} stored, {pile.unchanged} {'was' if pile.unchanged == 1 else 'were'} there"
        f" already, {count(pile.failed, 'line')} not taken." + (f" Batch {pile.batch}." if pile.batch else "")
    )
    if not pile.failed or sys.stdin.isatty():  # at a terminal each was put right as it came
        return int(ExitCode.OK)
    return int(ExitCode.PARTIAL if pile.stored or pile.unchanged else ExitCode.REJECTED)


def _line(pile: _Pile) -> str:
    pile.line += 1
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    name = pile.instrument.short if pile.instrument else "use ID"
    try:
        return str(click.prompt(f"{name}>", default="", show_default=False, prompt_suffix=" ", err=True)).strip()
    except click.Abort:
        return ""


def _use(app: App, pile: _Pile, instrument: str, given: dict[str, Any]) -> None:
    chosen = app.practice.catalog.get(instrument)
    check_safety(app, chosen)
    check_screen(app, chosen, given["mode"])
    pile.instrument = chosen
    app.say(f"{chosen.title}, version {chosen.version}: {count(len(chosen.number_items), 'answer')} a form")


def _take(app: App, pile: _Pile, line: str, given: dict[str, Any], rules: Any) -> None:
    from fit_toolkit.intake.keyed import read_line

    words = line.split(None, 2)
    if words[0].lower() == "use" and len(words) == 2:
        _use(app, pile, words[1], given)
        return
    if line.lower() == "undo":
        _undo(app, pile, given)
        return
    if pile.instrument is None:
        raise UsageError("which instrument?", hint="a line such as: use phq-9")
    if len(words) < 3:
        raise UsageError("a line is CODE DATE DIGITS")
    day = _day(app, pile, words[1], given)
    raw = read_line(pile.instrument, words[2])
    entered = store_form(app, pile.instrument, words[0], day, raw, given, rules=rules, batch=pile.batch)
    pile.day = day
    pile.batch = pile.batch or entered.batch
    if entered.new:
        pile.stored.append(entered.administration.id)
    else:
        pile.unchanged += 1
    report(app, pile.instrument, entered, raw, f" (line {pile.line})")


def _day(app: App, pile: _Pile, word: str, given: dict[str, Any]) -> date:
    today = app.practice.today()
    if word == ".":
        if (before := pile.day or given["day"]) is None:
            raise UsageError("there is no day before this one to repeat")
        return before
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    from fit_toolkit.intake.values import DateFormat

    day = DateFormat().read(word)
    if isinstance(day, str):
        raise DataError(day)
    return day


def _undo(app: App, pile: _Pile, given: dict[str, Any]) -> None:
    from fit_toolkit.intake.mend import take_back
    from fit_toolkit.model.records import Change

    if not pile.stored:
        raise UsageError("there is nothing to take back")
    last = pile.stored.pop()
    why = Change(typist(app, given["by"]), "taken back while typing", app.practice.now())
    take_back(app.practice.store, last, why)
    app.say(f"Took back administration {last}.")
