"""`fit config show`: every setting with its value and where it comes from."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import UsageError


@click.command("show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.option("--help-texts", is_flag=True, help="Say what each setting is for.")
@click.argument("prefix", default="")
@format_option
@pass_app
def command(app: App, origin: bool, help_texts: bool, prefix: str, fmt: str) -> None:
    """Print every setting that holds, or those whose name begins with PREFIX."""
    import difflib

    from fit_toolkit.settings import SETTINGS

    settings = app.practice.settings
    columns = ["setting", "value", *(["origin"] if origin else []), *(["help"] if help_texts else [])]
    rows = [
        {
            "setting": setting.name,
            "value": settings[setting.name],
            "origin": settings.origins[setting.name],
            "help": setting.help,
        }
        for setting in SETTINGS
        if setting.name.startswith(prefix)
    ]
    if not rows:
        close = difflib.get_close_matches(prefix, [setting.name for setting in SETTINGS], n=1)
        hint = f"did you mean '{close[0]}'?" if close else "fit config show lists all"
        raise UsageError(f"no setting begins with '{prefix}'", hint=hint)
    emit("settings", rows, fmt=fmt, columns=columns)
