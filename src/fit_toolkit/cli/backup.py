"""`fit backup`: copy the practice into one file, list such files, or try one out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, emit, format_option
from fit_toolkit.errors import ConfigError, ExitCode, UsageError


@click.command("backup")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="A new file, or a folder. Default: backup.folder of the practice.")  # fmt: skip
@click.option("--keep", type=click.IntRange(min=0), metavar="N",
              help="Remove older backups of ours in that folder beyond N (default: backup.keep; 0: none).")  # fmt: skip
@click.option("--check", "check", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Make no backup; unpack this one in a temporary folder and look through it as fit verify does.")  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="Make no backup; list those made and whether they are there.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing when all went well, for cron.")
@format_option
@pass_app
def command(
    app: App, *, output: Path | None, keep: int | None, check: Path | None, listing: bool, quiet: bool, fmt: str
) -> int:  # fmt: skip
    """Copy the store and the practice's own files into one file, while others work.

    In it: the store as it is at one moment, fit.toml and other .toml files, instruments, plugins, templates, locales, and
    a list with the hash of each. Not in it: sheets, messages, imported files, passwords and keys. The copy is checked for
    damage and read back before it counts. The file is readable by its owner alone and is not encrypted. It is noted, so
    that fit erase can say which backups still hold a client. --check ends with 5 when something is wrong.
    """
    if (check is not None) + listing + (output is not None) > 1:
        raise UsageError("--check, --list and -o do not go together")
    if check is not None:
        return _check(app, check, fmt)
    if listing:
        return _list(app, fmt)
    from fit_toolkit.practice.backing_up import back_up

    practice = app.practice
    if practice.settings.text("store.url"):
        raise ConfigError(
            "a PostgreSQL database is copied by its own program",
            hint="pg_dump -Fc, and pg_restore to put it back; the practice's folder by any means",
        )
    wanted = practice.settings.number("backup.keep") if keep is None else keep
    made = back_up(practice, output, actor=app.actor, keep=wanted)
    if quiet:
        return ExitCode.OK
    click.echo(made.path)
    app.say(f"{count(made.rows, 'row')}, {made.size:,} bytes, sha256 {made.sha256}")
    for name in made.left_out:
        app.say(f"not in it: {name}")
    if made.removed:
        app.say(f"Removed {count(len(made.removed), 'older backup')}.")
    return ExitCode.OK


def _check(app: App, file: Path, fmt: str) -> int:
    from fit_toolkit.practice import utc_now
    from fit_toolkit.practice.restoring import try_out

    manifest, found = try_out(file, app.clock or utc_now)
    emit("verify", [asdict(each) for each in found], fmt=fmt, columns=("check", "sound", "found"))
    wrong = [each for each in found if not each.sound]
    app.say(
        f"Made on {manifest.made_at:%Y-%m-%d %H:%M} UTC by fit-toolkit {manifest.version}, tables {manifest.revision}."
    )
    if wrong:
        app.say(f"fit: {count(len(wrong), 'thing is', 'things are')} wrong in it; keep it and make another")
        return ExitCode.CONFIG
    app.say("It can be put back: every file and every row is as it was.")
    return ExitCode.OK


def _list(app: App, fmt: str) -> int:
    from fit_toolkit.practice.backing_up import known_backups

    rows = known_backups(app.practice)
    emit(
        "backups",
        rows,
        fmt=fmt,
        columns=("path", "made_at", "made_by", "bytes", "sha256", "there"),
        empty="no backups yet",
    )
    return ExitCode.OK
