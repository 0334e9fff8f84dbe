"""`fit enter`: type in a paper form, or a pile of them."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import day_option
from fit_toolkit.cli.forms import (
    check_screen,
    figure,
    name_missing_rules,
    scoring_rules,
    typist,
    words_for_typing,
)
from fit_toolkit.cli.safety import check_safety, say_flagged, say_left_out
from fit_toolkit.errors import DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.intake.entering import Entered
    from fit_toolkit.intake.records import Ask
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.wording import Wording

RATERS = ("client", "therapist", "carer", "observer", "supervisor")


@click.command("enter")
@click.argument("client", required=False)
@click.argument("instrument", required=False)
@click.option("--batch", "pile", is_flag=True, help="A pile of forms: code, date and digits on one line each.")
@day_option("The day of the session; today when left out.")
@click.option(
    "--rater", type=click.Choice(RATERS), default=None, help="Who rated; as the instrument has it when left out."
)
@click.option("--occasion", type=click.Choice(["start", "end", "between"]), default=None, help="When in the session.")
@click.option("--therapist", default="", help="With whom; the therapist of that day when left out.")
@click.option("--episode", default="", help="Which episode, where several are open.")
@click.option(
    "--mode", type=click.Choice(["paper", "screen", "phone", "read-aloud"]), default="paper", show_default=True
)
@click.option("--seen/--not-seen", default=None, help="Therapist forms: the client's answers had been seen before.")
@click.option(
    "--answers", default="", help="The answers, for tests; other users of the machine can see them. Prefer stdin."
)
@click.option("--correct", is_flag=True, help="Replace other answers for this form; needs --reason.")
@click.option("--reason", default="", help="Why it is corrected.")
@click.option("--by", default="", help="Who types; otherwise FIT_USER or the account.")
@click.option("--open", "open_sheet", is_flag=True, help="Show the renewed sheet afterwards.")
@pass_app
def command(app: App, /, client: str | None, instrument: str | None, pile: bool, open_sheet: bool, **given: Any) -> int:
    """Type in the form of CLIENT: the digits on one line, or one item at a time.

    Typing in what was marked on paper needs no licence for screens; `--mode screen` says that it was filled in on one.

    Put blanks between answers that can have two digits: 8 10 7. Left out is -, does not fit is x, rather not say is n.
    With --batch each line is CODE DATE DIGITS for the INSTRUMENT named after it; a line "undo" takes the last one back.
    """
    if pile:
        from fit_toolkit.cli.enter_pile import enter_pile

        return enter_pile(app, instrument or client or "", given)
    if not client or not instrument:
        raise UsageError(
            "say whose form it is and which: fit enter CLIENT INSTRUMENT", hint="a pile: fit enter --batch"
        )
    chosen = app.practice.catalog.get(instrument)
    check_safety(app, chosen)
    check_screen(app, chosen, given["mode"])
    day = given["day"] or app.practice.today()
    head = f"{chosen.title}, version {chosen.version}, for client {client}, session of {day}, {day_word(app, day)}"
    app.say(head)
    raw = _answers(app, chosen, given["answers"])
    lost: list[str] = []
    with scoring_rules(app, lost) as rules:
        name_missing_rules(app, [chosen], rules, lost)
        entered = store_form(app, chosen, client, day, raw, given, rules=rules)
    report(app, chosen, entered, raw)
    if open_sheet:
        from fit_toolkit.cli.open_sheet import show_renewed

        show_renewed(app, entered)
    return ExitCode.PARTIAL if lost else ExitCode.OK  # stored, but with scores missing


def store_form(  # one form with everything that was said about it
    app: App,
    instrument: Instrument,
    client: str,
    day: date,
    raw: dict[str, str],
    given: dict[str, Any],
    *,
    rules: Any,
    batch: int | None = None,
) -> Entered:
    """Store a typed form in a transaction of its own."""
    from fit_toolkit.intake.entering import PaperForm, enter

    form = PaperForm(
        client=client,
        session_on=day,
        raw=raw,
        therapist=given["therapist"],
        episode=given["episode"],
        rater=given["rater"] or "",
        occasion=given["occasion"] or "",
    )
    ask = _ask(app, given, batch)
    try:
        return enter(app.practice.store, app.practice.catalog, instrument, form, ask, rules=rules)
    except DataError as error:
        for finding in error.findings:
            app.say(f"not taken: {getattr(finding, 'problem', finding)}")
        raise


def _ask(app: App, given: dict[str, Any], batch: int | None) -> Ask:
    from fit_toolkit.intake.records import Ask

    return Ask(
        actor=typist(app, given["by"]),
        today=app.practice.today(),
        now=app.practice.now(),
        kind="enter",
        mode=given["mode"],
        language=app.practice.settings.text("practice.language"),
        seen_client_answers=given["seen"],
        correct=given["correct"],
        reason=given["reason"],
        batch=batch,
    )


def report(app: App, instrument: Instrument, entered: Entered, raw: dict[str, str], where: str = "") -> None:
    """Print what was stored, the sums to check against the paper, and a flagged answer before anything else."""
    from fit_toolkit.intake.keyed import paper_sum

    form = entered.administration
    if worries(app, entered):
        say_flagged(app, [form.session_on], where)
    if entered.left_out:
        say_left_out(app, instrument)
    scores = ", ".join(
        f"{score.scale} {figure(score.value)}" + (f" ({score.band})" if score.band else "")
        for score in form.scores
        if score.value is not None and score.scale == instrument.main_scale
    )
    unscored = [f"{score.scale}: {score.reason}" for score in form.scores if score.value is None]
    app.say(f"The numbers of the {instrument.main_scale} add up to {figure(paper_sum(instrument, raw))} on the paper.")
    for text in unscored:
        app.say(f"No score for {text}.")
    state = "stored" if entered.new else "was there already, with the same answers"
    words = [f"administration {form.id}", str(form.session_on), instrument.id, *([scores] if scores else []), state]
    click.echo("  ".join(words))


def worries(app: App, entered: Entered) -> bool:
    """Say whether the form flags an answer, or a safety policy of the practice says yes about it."""
    if entered.flagged:
        return True
    from fit_toolkit.alerts.at_entry import asked_at_entry

    found = asked_at_entry(app.practice, entered.administration, entered.episode_id)
    for failure in found.failed:
        app.say(f"fit: not checked for safety beyond the form's own flags: {failure}")
    return bool(found.says)


def day_word(app: App, day: date) -> str:
    """Say how far back a day lies."""
    ago = (app.practice.today() - day).days
    return "today" if ago == 0 else f"{ago} days ago" if ago > 1 else "yesterday" if ago == 1 else "in the future"


def _answers(app: App, instrument: Instrument, answers: str) -> dict[str, str]:
    from fit_toolkit.intake.keyed import paper_sum, read_line

    if answers:
        return read_line(instrument, answers)
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line.strip():
            raise UsageError("there are no answers on stdin", hint="one line of digits, such as: 8 10 7 - 9 ...")
        return read_line(instrument, line)
    language = app.practice.settings.text("practice.language")
    raw = _by_hand(app, instrument, words_for_typing(app.practice.catalog.wording(instrument.id, language), instrument))
    app.say(f"They add up to {figure(paper_sum(instrument, raw))}.")
    if not click.confirm("Store this form?", default=True, err=True):
        raise click.Abort
    return raw


def _by_hand(app: App, instrument: Instrument, wording: Wording | None) -> dict[str, str]:
    """Ask for all digits on one line; an empty line means one item at a time."""
    from fit_toolkit.intake.keyed import read_line

    while True:
        line = click.prompt("Digits on one line (Enter: one at a time)", default="", show_default=False, err=True)
        if not line.strip():
            break
        try:
            return read_line(instrument, line) | _texts(instrument, wording)
        except DataError as error:
            app.say(str(error))
    return _one_by_one(app, instrument, wording) | _texts(instrument, wording)


def _one_by_one(app: App, instrument: Instrument, wording: Wording | None) -> dict[str, str]:
    from fit_toolkit.intake.keyed import paper_sum, prompt_for, read_word

    raw: dict[str, str] = {}
    items = instrument.number_items
    number = 0
    while number < len(items):
        item = items[number]
        words = wording.items[item.id].text if wording and item.id in wording.items else ""
        asked = f"{prompt_for(instrument, number, words)} (so far {figure(paper_sum(instrument, raw))})"
        word = click.prompt(asked, default="", show_default=False, err=True).strip()
        if word == "<":
            number = max(0, number - 1)
            continue
        if not word:
            app.say("left out is -, does not fit is x, rather not say is n, back is <")
            continue
        try:
            raw[item.id] = read_word(item, word)
            number += 1
        except ValueError as error:
            app.say(str(error))
    return raw


def _texts(instrument: Instrument, wording: Wording | None) -> dict[str, str]:
    found = {}
    for item in instrument.items:
        if item.is_text:
            words = wording.items[item.id].text if wording and item.id in wording.items else item.label or item.id
            if line := click.prompt(words, default="", show_default=False, err=True).strip():
                found[item.id] = line
    return found
