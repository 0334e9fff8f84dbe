"""The command line: `main` parses, runs one command and turns every failure into one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from fit_toolkit.cli.context import App
from fit_toolkit.cli.lazy import ENTRY_POINT_GROUP, LazyGroup
from fit_toolkit.errors import ExitCode, FitError

REFUSED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM}
COMMANDS = {
    "init": ("fit_toolkit.cli.init:command", "Set up a practice: settings, an empty store, folders."),
    "demo": ("fit_toolkit.cli.demo:command", "A synthetic practice end to end: ratings, alerts, sheets."),
    "import": ("fit_toolkit.cli.import_:command", "Bring in ratings from a file."),
    "fetch": ("fit_toolkit.cli.fetch:command", "Fetch an export from REDCap or LimeSurvey into a file."),
    "pseudonym": ("fit_toolkit.cli.pseudonym:command", "What somebody is called here; the key that decides it."),
    "form": ("fit_toolkit.cli.form:command", "Print a blank form."),
    "enter": ("fit_toolkit.cli.enter:command", "Type in paper forms."),
    "staff": ("fit_toolkit.cli.staff:command", "Therapists, supervisors, administrators."),
    "clients": ("fit_toolkit.cli.clients:command", "Clients, by code."),
    "episodes": ("fit_toolkit.cli.episodes:command", "Courses of treatment: open, close, transfer, pause."),
    "appointments": ("fit_toolkit.cli.appointments:command", "Planned contacts and what became of them."),
    "plan": ("fit_toolkit.cli.plan:command", "What is asked of whom, and how often."),
    "move": ("fit_toolkit.cli.move:command", "Move a form keyed to the wrong client."),
    "void": ("fit_toolkit.cli.void:command", "Void a form entered by mistake."),
    "rescore": ("fit_toolkit.cli.rescore:command", "Score stored answers anew after a definition has changed."),
    "alerts": ("fit_toolkit.cli.alerts:command", "Evaluate, list and tick off alerts."),
    "sheet": ("fit_toolkit.cli.sheet:command", "The one-page sheet for a session, as PDF or HTML."),
    "sheets": ("fit_toolkit.cli.sheets:command", "The sheets of a day: a folder for each therapist."),
    "caseload": ("fit_toolkit.cli.caseload:command", "Who needs attention first, and why; a list for supervision."),
    "report": ("fit_toolkit.cli.report:command", "How the service does: HTML, PDF, CSV or JSON."),
    "export": ("fit_toolkit.cli.export:command", "Ratings for others: CSV, Parquet, FHIR and more."),
    "instruments": ("fit_toolkit.cli.instruments:command", "Questionnaires: list, show, check, new."),
    "analyze": ("fit_toolkit.cli.analyze:command", "For research: files in, files out; no practice needed."),
    "plugins": ("fit_toolkit.cli.plugins:command", "Plugins: list, show, new, check, enable, disable."),
    "policies": ("fit_toolkit.cli.policies:command", "What the practice wants to be told about."),
    "norms": ("fit_toolkit.cli.norms:command", "Norm sets: list, check, estimate one from this practice's ratings."),
    "curves": ("fit_toolkit.cli.curves:command", "Curve packs: list, fit to closed episodes, check, export, import."),
    "config": ("fit_toolkit.cli.config:command", "The settings in force and where each comes from."),
    "copy": ("fit_toolkit.cli.copy:command", "Everything held about one client, to read and as JSON."),
    "erase": ("fit_toolkit.cli.erase:command", "Erase a client, or those whose retention period is over."),
    "backup": ("fit_toolkit.cli.backup:command", "Copy the practice into one file while others work; check one."),
    "restore": ("fit_toolkit.cli.restore:command", "Put a practice back from such a file."),
    "verify": ("fit_toolkit.cli.verify:command", "Whether the store is whole and everything in it agrees."),
    "check": ("fit_toolkit.cli.check:command", "For monitoring: 0 ok, 1 warning, 2 critical, 3 unknown."),
    "schedule": ("fit_toolkit.cli.schedule:command", "The lines that start the alerts every morning."),
    "doctor": ("fit_toolkit.cli.doctor:command", "What is missing on this machine, and how to mend it."),
}
HELP = """FIT (feedback-informed treatment): clients rate each session, and what changed comes back in time to act on it.

Commands work on a practice: the folder with fit.toml, given by --practice or found upward from here. Output goes to
stdout, everything else to stderr. This is no medical device and no emergency service.
"""


def _root(clock: Callable[[], datetime] | None) -> click.Group:
    @click.command("fit", cls=_Root, help=HELP)
    @click.option("--practice", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
                  envvar="FIT_PRACTICE", help="The practice folder.")  # fmt: skip
    @click.option("--no-plugins", is_flag=True, envvar="FIT_NO_PLUGINS", help="Load only what ships with the toolkit.")
    @click.option("--no-color", is_flag=True, help="Plain output; NO_COLOR does the same.")
    @click.option(
        "--debug",
        is_flag=True,
        envvar="FIT_DEBUG",
        expose_value=False,  # `run` looks for it itself: an error may come before there is a context
        help="Show the traceback of an unexpected error.",
    )
    @click.version_option(package_name="fit-toolkit", prog_name="fit")
    @click.pass_context
    def root(ctx: click.Context, folder: Path | None, no_plugins: bool, no_color: bool) -> None:
        plain = no_color or bool(os.environ.get("NO_COLOR"))
        ctx.obj = App(folder=folder, plugins=not no_plugins, color=not plain, clock=clock)
        if plain:
            ctx.color = False

    return root


def command_tree() -> click.Group:
    """Give the whole tree of commands, for whoever describes it."""
    return _root(None)


class _Root(LazyGroup):
    def __init__(self, name: str | None = None, **attributes: object) -> None:
        super().__init__(name, commands=COMMANDS, entry_point_group=ENTRY_POINT_GROUP, **attributes)


def run(arguments: Sequence[str], *, clock: Callable[[], datetime] | None = None) -> int:
    """Run one command line and return its exit code; `clock` lets a test say what time it is."""
    debug = "--debug" in arguments or bool(os.environ.get("FIT_DEBUG"))
    try:
        result = _root(clock).main(args=list(arguments), prog_name="fit", standalone_mode=False)
        return int(result) if isinstance(result, int) else int(ExitCode.OK)
    except FitError as error:
        if debug:
            traceback.print_exc()
        _complain(str(error))
        return int(error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        error.show(file=sys.stderr)
        return int(ExitCode.USAGE)
    except click.ClickException as error:
        _complain(error.format_message())
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped")
        return 130
    except BrokenPipeError:
        with suppress(OSError):  # the reader has gone; without this Python complains once more at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    except Exception as error:  # noqa: BLE001 - the one place where the unforeseen ends: a line without any data
        return _unforeseen(error, debug=debug)


def _unforeseen(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    if isinstance(error, OSError) and error.errno in REFUSED:
        _complain(
            f"the machine refused a file: {os.strerror(error.errno or 0)} (see who may write there, and whether there is room)"
        )
        return int(ExitCode.CONFIG)
    _complain(f"unexpected error: {type(error).__name__} {_place(error)} (--debug shows where it comes from)")
    return int(ExitCode.ERROR)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `fit` as a program: private files, no core dumps, text that prints on every terminal."""
    os.umask(0o077)
    _no_core_dump()
    _fill_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if arguments is None else arguments)


def _complain(text: str) -> None:
    click.echo(f"fit: {text}", err=True)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    return f"at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _fill_closed_streams() -> None:
    """Keep the numbers 0, 1 and 2 from being given to a file: what is printed by a library would end up in the store."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            os.set_inheritable(opened, True)


def _no_core_dump() -> None:
    try:
        import resource
    except ImportError:  # Windows writes no core files
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
