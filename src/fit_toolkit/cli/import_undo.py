"""`fit import undo`: take back an import, or a pile of paper."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.forms import typist
from fit_toolkit.cli.output import dry_run_option


@click.command("undo")
@click.argument("batch", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why it is taken back.")
@dry_run_option
@pass_app
def command(app: App, batch: int, reason: str, dry_run: bool) -> None:
    """Take back BATCH: its forms are voided, and those they had corrected stand again.

    The number of the batch is printed by `fit import` and `fit enter --batch`. Clients and episodes that an import
    added stay.
    """
    from fit_toolkit.intake.undo import undo
    from fit_toolkit.model.records import Change

    change = Change(by=typist(app), reason=reason, at=app.practice.now())
    undone = undo(app.practice.store, batch, change, dry_run=dry_run)
    kept = f"; {undone.kept} have been corrected since and stay so" if undone.kept else ""
    app.done(f"Batch {batch}: {undone.voided} forms voided, {undone.restored} stand again{kept}.", dry_run=dry_run)
