"""`fit clients add`: add clients by code."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option


@click.command("add")
@click.argument("codes", nargs=-1, required=True)
@click.option("--born", "born_year", type=int, metavar="YEAR", help="Year of birth, for cut-offs that depend on age.")
@click.option("--sex", type=click.Choice(("female", "male", "other")), help="For cut-offs that depend on it.")
@click.option(
    "--again", is_flag=True, help="Also a code under which somebody was erased: the same person has come back."
)
@dry_run_option
@pass_app
def command(
    app: App, codes: tuple[str, ...], born_year: int | None, sex: str | None, again: bool, dry_run: bool
) -> None:
    """Add clients by CODES; all are added or none."""
    from fit_toolkit.store import people

    if len(codes) > 1 and (born_year or sex):
        raise click.UsageError("--born and --sex go with one client")
    with app.practice.store.begin(dry_run=dry_run) as c:
        for code in codes:
            people.add_client(c, code, at=app.practice.now(), born_year=born_year, sex=sex, again=again)
    app.done(f"Added {count(len(codes), 'client')}.", dry_run=dry_run)
