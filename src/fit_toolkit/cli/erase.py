"""`fit erase`: erase a client, or those whose retention period is over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option, emit, format_option
from fit_toolkit.errors import ConfigError, DataError, ExitCode, FitError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.practice.erasing import Erasure

NAMED = 20  # files of others that are named one by one


@click.command("erase")
@click.argument("client", required=False)
@click.option("--reason", default="", help="Why, for the record; needed but with --due. Name nobody in it.")
@click.option(
    "--due", is_flag=True, help="Those whose retention period is over (retention.years); only lists them without --yes."
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@dry_run_option
@format_option
@pass_app
def command(app: App, client: str | None, *, reason: str, due: bool, yes: bool, dry_run: bool, fmt: str) -> int:
    """Erase everything held about CLIENT: ratings, scores, alerts, messages, sheets; others stay as they are.

    What goes is shown first. A tombstone stays: that somebody was erased, when, why and by whom, with a hash of the code,
    so that an old file or an old backup does not bring them back. Backups that still hold them, and files that fit did
    not make, are named for you to see to. There is no way back. With a legal hold in force, or a client nobody knows, it
    ends with 3 and nothing is changed; cut off half-way, the same command finishes it.
    """
    if due == (client is not None):
        raise UsageError("give a client's code, or --due")
    if due:
        return _due(app, reason=reason, yes=yes and not dry_run, fmt=fmt)
    assert client is not None  # noqa: S101 - the line above says so
    return _one(app, client, reason=reason, yes=yes, dry_run=dry_run, fmt=fmt)


def _one(app: App, client: str, *, reason: str, yes: bool, dry_run: bool, fmt: str) -> int:
    from fit_toolkit.practice.erasing import erase, held_error, preview

    if _is_gone(app, client):
        return ExitCode.OK
    found = preview(app.practice, client)
    rows = [{"what": what, "count": number} for what, number in _counts(found).items()]
    emit("erase", rows, fmt=fmt, columns=("what", "count"))
    if found.held:
        raise held_error(len(found.held))
    if dry_run:
        _tell(app, found)
        app.say("Dry run, nothing erased.")
        return ExitCode.OK
    if not reason.strip():
        raise UsageError("erasing needs a reason", hint="--reason")
    if not yes:
        _ask(client)
    done = erase(app.practice, client, reason=reason, actor=app.actor)
    app.say("Erased.")
    _tell(app, done)
    return ExitCode.OK


def _is_gone(app: App, client: str) -> bool:
    """Finish what was cut off; say so where the client had been erased before."""
    from fit_toolkit.practice.erasing import finish_erased
    from fit_toolkit.store import people, tombstones

    with app.practice.store.read() as c:
        stone = tombstones.find(tombstones.tombstones(c), client)
        if stone is None:
            return False
        try:
            people.client_id(c, client)
        except DataError:
            pass
        else:
            return False  # the same person has come back
    finished = finish_erased(app.practice, client)
    app.say(f"Erased on {stone.erased_at:%Y-%m-%d}" + (", and finished now." if finished else " already."))
    return True


def _counts(found: Erasure) -> dict[str, int]:
    return {**found.going.counts, "pages": found.beside.count}


def _ask(client: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError("this cannot be asked here", hint="--yes erases without asking; --dry-run shows what would go")
    typed = click.prompt("There is no way back. Type the client's code to erase all of this", err=True)
    if typed != client:
        raise click.Abort


def _tell(app: App, found: Erasure) -> None:
    """Name what is left for a person to see to."""
    if found.backups:
        app.say(f"{count(len(found.backups), 'backup')} made while the client was here still hold them:")
        for path in found.backups:
            app.say(f"  {path}" + ("" if Path(path).is_file() else " (not there now)"))
        app.say("  When one is put back, fit restore erases them again. Let them run out, or remove them.")
    if found.exports:
        days = ", ".join(sorted({f"{at:%Y-%m-%d}" for at in found.exports}))
        app.say(f"{count(len(found.exports), 'export')} held them, made on {days}: whoever got these has to be told.")
    if named := found.beside.named:
        app.say("Files that fit did not make, or that are yours, name the code; look into them:")
        for file in named[:NAMED]:
            app.say(f"  {file}")
        if len(named) > NAMED:
            app.say(f"  and {len(named) - NAMED} others")
    if found.beside.listed:
        app.say("Lists and bundles of sheets that showed the client are gone, too; fit sheets makes them anew.")
    app.say(
        "Exports, printed sheets, mails and copies outside the practice are not known here: docs/where-data-lies.md"
    )


def _due(app: App, *, reason: str, yes: bool, fmt: str) -> int:
    from fit_toolkit.practice.erasing import erase
    from fit_toolkit.store import holds

    practice = app.practice
    years = practice.settings.number("retention.years")
    if not years:
        raise ConfigError("no retention period is set", hint="[retention] years in fit.toml; what the law asks differs")
    with practice.store.read() as c:
        found = holds.over(c, years=years, today=practice.today())
    rows = [
        {"client": each.client, "ended_on": each.ended_on, "over_on": each.over_on, "held": each.held} for each in found
    ]
    emit(
        "due",
        rows,
        fmt=fmt,
        columns=("client", "ended_on", "over_on", "held"),
        empty="nobody's retention period is over",
    )
    wanted = [each for each in found if not each.held]
    if not yes:
        if wanted:
            app.say(f"Nothing erased. --yes erases {count(len(wanted), 'client')}.")
        return ExitCode.OK
    failed = 0
    for each in wanted:
        try:
            why = reason or f"retention period of {years} years"
            last = erase(practice, each.client, reason=why, actor=app.actor, years=years)
        except FitError as error:
            failed += 1
            app.say(f"fit: {error}")
        else:
            if each is wanted[-1]:
                _tell(app, last)
    app.say(f"Erased {count(len(wanted) - failed, 'client')}.")
    return ExitCode.PARTIAL if failed else ExitCode.OK
