"""`fit schedule`: the lines that start the alerts every morning, for cron, systemd or Windows."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import write_atomic

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


class Clock(click.ParamType[tuple[int, int]]):
    """A time of the day such as 06:10."""

    name = "time"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read hour and minute."""
        if isinstance(value, tuple):
            return value
        found = _TIME.fullmatch(value)
        if found is None:
            self.fail(f"'{value}' is no time of the day such as 06:10", param, ctx)
        return int(found[1]), int(found[2])


@click.command("schedule")
@click.argument("kind", type=click.Choice(("cron", "systemd", "windows")))
@click.option("--at", type=Clock(), default="06:10", show_default=True, metavar="HH:MM",
              help="When the run of the morning begins, by the computer's clock.")  # fmt: skip
@click.option("--user", metavar="NAME", help="For systemd: the account it runs as (default: the owner of fit.toml).")
@click.option("--sheets", is_flag=True,
              help="Also fit sheets, half an hour after the run of the morning began, into sheets.folder.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write the files into this folder instead of to stdout.")  # fmt: skip
@pass_app
def command(app: App, kind: str, at: tuple[int, int], user: str | None, sheets: bool, output: Path | None) -> None:
    """Print what starts `fit alerts run` every morning, `fit alerts deliver` every hour of the day, and `fit check`.

    Where `backup.keep` is set, also `fit backup`, before the run; with --sheets also `fit sheets`, after it.

    Nothing is installed: copy the lines where they belong. What is due in a week, such as the weekly digest, is part
    of the run of the morning and needs no line of its own.
    """
    from fit_toolkit.cli.scheduling import jobs

    practice = app.practice
    backups = practice.path("backup.folder") if practice.settings.number("backup.keep") > 0 else None
    planned = jobs(
        practice.root, hour=at[0], minute=at[1], backups=backups,
        sheets=practice.path("sheets.folder") if sheets else None,
    )  # fmt: skip
    if at[0] in (1, 2):
        app.say("at the change to or from summer time this hour may be missing or come twice; 06:10 is safer")
    if kind == "cron":
        from fit_toolkit.cli.schedule_cron import crontab

        files = {"fit.crontab": crontab(practice.root, planned)}
    elif kind == "systemd":
        from fit_toolkit.cli.schedule_systemd import units

        files = units(practice.root, planned, user=user or _owner(practice.root / "fit.toml"))
        for job in planned:
            if job.outside is not None and not job.outside.is_dir():
                app.say(f"make this folder first: fit-{job.name} may not start without it: {job.outside}")
        app.say("to install: copy the files to /etc/systemd/system, then for each timer: systemctl enable --now NAME")
    else:
        from fit_toolkit.cli.schedule_windows import UNTESTED, tasks

        files = tasks(practice.root, planned)
        app.say(UNTESTED)
    for name, text in files.items():
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
            write_atomic(output / name, text.encode())
        else:
            click.echo(
                text if kind == "cron" else f"# {name}\n{text}" if kind == "systemd" else text, nl=kind != "cron"
            )


def _owner(file: Path) -> str:
    try:
        return file.owner()
    except (KeyError, NotImplementedError):  # an account without a name; Windows
        return str(file.stat().st_uid)
