"""`fit void`: take a form that was entered by mistake out of use."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.forms import list_forms, typist
from fit_toolkit.cli.output import dry_run_option, format_option
from fit_toolkit.errors import UsageError


@click.command("void")
@click.argument("administration", type=click.IntRange(min=1), required=False)
@click.option("--reason", default="", help="Why it is out of use.")
@click.option("--list", "client", default="", metavar="CLIENT", help="List a client's forms with their ids instead.")
@format_option
@dry_run_option
@pass_app
def command(app: App, administration: int | None, reason: str, client: str, fmt: str, dry_run: bool) -> None:
    """Void ADMINISTRATION, with a reason. It stays in the record; alerts that rest on it are looked at again.

    The ids are printed by `fit import`, `fit enter` and `fit void --list CLIENT`.
    """
    from fit_toolkit.intake.mend import void
    from fit_toolkit.model.records import Change

    if client:
        return list_forms(app, client, fmt)
    if administration is None or not reason.strip():
        raise UsageError("say which form and why", hint="fit void 12 --reason '...'; fit void --list CLIENT shows ids")
    form = void(app.practice.store, administration, Change(typist(app), reason, app.practice.now()), dry_run=dry_run)
    app.done(f"Voided administration {administration} ({form.instrument}, {form.session_on}).", dry_run=dry_run)
    return None
