"""`fit instruments enable ID`: write the policies an instrument suggests into fit.toml, where they can be read and changed."""

from __future__ import annotations

import dataclasses
import difflib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option, emit, format_option, visible, write_atomic
from fit_toolkit.errors import ConfigError, DataError, ExitCode, FitError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.settings.suggested import Offer

COLUMNS = ("policy", "kind", "scale", "severity", "state", "why")


@click.command("enable")
@click.argument("id")
@click.option("--all", "every", is_flag=True, help="Write all of them; at a terminal each is asked about otherwise.")
@click.option("--policy", "names", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@dry_run_option
@format_option
@pass_app
def command(app: App, id: str, every: bool, names: tuple[str, ...], dry_run: bool, fmt: str) -> int:
    """Write the policies that instrument ID suggests into fit.toml, each with its reason, for you to change.

    What stands in fit.toml stays as it is, comments included; a policy that is there already is not written again. One
    that rests on a figure nobody has read is left out.
    """
    from fit_toolkit.settings.suggested import offers, with_offers

    instrument = app.practice.catalog.get(id)
    before = settings_file_text(app)
    found = known(instrument, offers(before, instrument, names), names)
    found = [_tried(app, each) for each in found]
    if not every and not names and not dry_run and sys.stdin.isatty():
        found = [_asked(app, each) for each in found]
    new = [each for each in found if each.state == "new"]
    text = with_offers(before, new)
    if dry_run:
        click.echo("\n".join(each.text for each in new), nl=False)
    else:
        _write(app, before, text)
    rows = [_row(app, instrument, each, "would be written" if dry_run else "written") for each in found]
    if not dry_run or not new:
        emit(
            "policies",
            rows,
            fmt=fmt,
            columns=COLUMNS,
            empty=f"{id} suggests no policies; fit policies list shows yours",
        )
    _say(app, instrument, new, dry_run=dry_run)
    return int(ExitCode.OK)


def settings_file_text(app: App) -> str:
    """Read fit.toml as it is."""
    from fit_toolkit.settings import FILE

    file = app.practice.root / FILE
    app.practice.settings  # noqa: B018 - what cannot be meant is refused with its line before anything is added
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 text", where=FILE, hint="save it as UTF-8") from error


def known(instrument: Instrument, found: list[Offer], names: Sequence[str]) -> list[Offer]:
    """Refuse a name that the instrument does not suggest, with the nearest."""
    ids = [each.id for each in instrument.suggests]
    for name in names:
        if name not in ids:
            near = difflib.get_close_matches(name, ids, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"it suggests: {', '.join(ids) or 'none'}"
            raise DataError(f"{instrument.id} suggests no policy '{name}'", hint=hint)
    return found


def _tried(app: App, each: Offer) -> Offer:
    """Bind a new table on its own: one that could not be asked is left out, with the reason."""
    from fit_toolkit.courses.asking import Asking
    from fit_toolkit.settings import PolicyTable

    if each.state != "new":
        return each
    practice = app.practice
    alone = dataclasses.replace(practice.settings, policies=(PolicyTable(0, each.values),))
    try:
        with Asking(dataclasses.replace(practice, settings=alone)) as asking:
            why = "; ".join(str(failure) for failure in asking.failures) if each.id in asking.unready else ""
    except FitError as error:
        why = error.what
    return _left_out(each, why) if why else each


def _left_out(each: Offer, why: str) -> Offer:
    import msgspec

    return msgspec.structs.replace(each, state="left out", why=why)


def _asked(app: App, each: Offer) -> Offer:
    if each.state != "new":
        return each
    app.say("")
    app.say("\n".join(visible(line) for line in each.text.splitlines()))
    return each if click.confirm("Write this policy?", default=True, err=True) else _left_out(each, "not wanted")


def _write(app: App, before: str, text: str) -> None:
    from fit_toolkit.settings import FILE

    if text != before:
        write_atomic(app.practice.root / FILE, text.encode("utf-8"), settings=True)


def _row(app: App, instrument: Instrument, each: Offer, word: str) -> dict[str, object]:
    state = {"new": word, "there": "there already"}.get(each.state, "not written")
    scale = each.suggestion.scale or ("flagged items" if each.suggestion.kind == "risk" else instrument.main_scale)
    provided = app.practice.registry.policies.get(each.suggestion.kind)
    severity = each.suggestion.severity or (provided.thing.severity if provided else "")
    return {
        "policy": each.id,
        "kind": each.suggestion.kind,
        "scale": scale,
        "severity": severity,
        "state": state,
        "why": each.why,
    }


def _say(app: App, instrument: Instrument, new: list[Offer], *, dry_run: bool) -> None:
    from fit_toolkit.cli.output import count

    if not new:
        app.say("fit.toml is as it was." if not dry_run else "Nothing would be written.")
        return
    app.done(f"{count(len(new), 'policy', 'policies')} written to fit.toml", dry_run=dry_run)
    if not dry_run:
        app.say("Next: read them there, change what you would have otherwise, then fit policies check")
    settings = app.practice.settings
    if instrument.risk and not (settings.text("safety.protocol").strip() and settings.text("safety.contact").strip()):
        app.say(f"{instrument.short} has a question about safety: write [safety] in fit.toml before it is used.")
