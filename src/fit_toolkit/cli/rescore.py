"""`fit rescore`: score stored answers by the definition now in force."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option, emit, format_option
from fit_toolkit.errors import ConfigError, DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.intake.rescore import Rescored

COLUMNS = ("instrument", "scale", "forms", "changed", "gone", "new", "largest")


@click.command("rescore")
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@dry_run_option
@format_option
@pass_app
def command(app: App, instruments: tuple[str, ...], *, yes: bool, dry_run: bool, fmt: str) -> int:
    """Score stored answers anew where an instrument's definition has changed since; without INSTRUMENT, all.

    What changes is shown first, as counts by scale. Answers stay as they are, and so do forms that were corrected or taken
    back. A form is left as it was scored where an answer has no place in the definition now in force, or would stand for
    another number. The next `fit alerts run` follows. All in one transaction. Exit codes: 0 done or nothing to do, 3 an
    unknown instrument, 4 some forms were left, 5 a scoring rule failed and nothing was changed, 75 a run is on.
    """
    from fit_toolkit.store.lock import hold_lock

    practice = app.practice
    if unknown := [id for id in instruments if id not in practice.catalog]:
        raise DataError(f"there is no instrument {', '.join(unknown)}", hint="fit instruments list")
    found = _rescored(app, instruments, dry_run=True)
    nothing = "nothing to score anew" if found.left else "every form is scored by the definition now in force"
    emit("rescore", _rows(found), fmt=fmt, columns=COLUMNS, empty=nothing)
    for (id, why), forms in sorted(found.left.items()):
        app.say(f"{count(forms, 'form')} of {id} left as scored: {why}.")
    over = ExitCode.PARTIAL if found.left else ExitCode.OK
    if not found.forms:
        return over
    if dry_run:
        app.say("Dry run, nothing changed.")
        return over
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "this cannot be asked here", hint="--yes scores anew without asking; --dry-run shows what changes"
            )
        click.confirm(f"Score {count(found.forms.total(), 'form')} anew?", abort=True, err=True)
    with hold_lock(practice.lock_file, now=practice.now(), zone=practice.zone):
        done = _rescored(app, instruments, dry_run=False)
    app.say(f"Scored {count(done.forms.total(), 'form')} anew. The next fit alerts run looks at their episodes.")
    return over


def _rescored(app: App, instruments: tuple[str, ...], *, dry_run: bool) -> Rescored:
    from fit_toolkit.engine import Workers
    from fit_toolkit.intake.rescore import Ask, rescore

    practice = app.practice
    ask = Ask(instruments=instruments, now=practice.now(), today=practice.today(), version=version("fit-toolkit"),
              dry_run=dry_run)  # fmt: skip
    with Workers(practice.registry) as workers:

        def sound() -> None:
            for failure in dict.fromkeys(str(each) for each in workers.failures):
                raise ConfigError(failure, hint="nothing was changed")

        return rescore(practice.store, practice.catalog, workers.rules(), ask, sound)


def _rows(found: Rescored) -> list[dict[str, object]]:
    return [
        {"instrument": id, "scale": scale, "forms": each.forms, "changed": each.changed, "gone": each.gone,
         "new": each.new, "largest": round(each.largest, 6)}
        for (id, scale), each in sorted(found.scales.items())
    ]  # fmt: skip
