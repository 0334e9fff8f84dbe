"""What the commands that bring answers in share: who is typing, the scoring rules, and what a licence allows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.errors import DataError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.wording import Wording
    from fit_toolkit.scoring import Rules


def typist(app: App, by: str = "") -> str:
    """Say who enters this: as told, else FIT_USER, else the account's name."""
    return by.strip() or os.environ.get("FIT_USER", "").strip() or app.actor


@contextmanager
def scoring_rules(app: App, lost: list[str] | None = None) -> Iterator[Rules]:
    """Give the scoring rules of all plugins; what a failed one did is said on stderr, and kept in `lost`."""
    from fit_toolkit.engine import Workers

    with Workers(app.practice.registry) as workers:
        yield workers.rules()
        for failure in dict.fromkeys(str(each) for each in workers.failures):
            app.say(f"fit: {failure}")
            if lost is not None:
                lost.append(failure)


def name_missing_rules(app: App, forms: Iterable[Instrument], rules: Rules, lost: list[str]) -> None:
    """Say which scoring rules no plugin gives, whose scores will be missing, and keep that in `lost`."""
    named = {(form.id, scale.rule) for form in forms for scale in form.scales if scale.method == "plugin"}
    for form, rule in sorted(named):
        if rule not in rules:
            lost.append(f"{form}: there is no scoring rule '{rule}', so its scores are missing (fit plugins list)")
            app.say(f"fit: {lost[-1]}")


def check_screen(app: App, instrument: Instrument, mode: str) -> None:
    """Refuse a form said to have been filled in on a screen where no licence allows that.

    Typing in what was marked on paper is data entry and needs no such licence: only `mode` screen gives the form.
    """
    if mode != "screen":
        return
    catalog = app.practice.catalog
    packs = [catalog.wording(instrument.id, language) for language in catalog.languages(instrument.id)]
    told = {pack.on_screen(instrument) for pack in packs if pack is not None} or {instrument.licence.electronic_use}
    if "allowed" in told:
        return
    if told == {"unknown"}:
        app.say(f"Whether {instrument.short} may be given on a screen is not known here: ask who holds the rights.")
        return
    needs = "needs a licence of its own" if "licence-required" in told else "is not allowed"
    raise DataError(
        f"{instrument.id} was not taken: giving it on a screen {needs}",
        hint=f"a form marked on paper is --mode paper; a licence that covers screens belongs into the words: "
        f"electronic_use: allowed (fit instruments wording {instrument.id})",
    )


def words_for_typing(wording: Wording | None, instrument: Instrument) -> Wording | None:
    """Give the words to show beside the prompts; where a screen may not show them, labels have to do."""
    return wording if wording is not None and wording.on_screen(instrument) == "allowed" else None


def figure(value: float) -> str:
    """Write a score for the eye: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


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
