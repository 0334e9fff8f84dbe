"""`fit staff add`: add a member of staff."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("add")
@click.argument("code")
@click.option("--role", type=click.Choice(("therapist", "supervisor", "administrator")), default="therapist",
              show_default=True, help="What they do here.")  # fmt: skip
@click.option("--name", help="Their name.")
@click.option("--email", help="Where messages to them go.")
@click.option("--supervisor", metavar="CODE", help="Who supervises them.")
@click.option("--starts", type=DAY, help="Their first day; today when left out.")
@dry_run_option
@pass_app
def command(
    app: App,
    *,
    code: str,
    role: str,
    name: str | None,
    email: str | None,
    supervisor: str | None,
    starts: date | None,
    dry_run: bool,
) -> None:
    """Add a member of staff by CODE."""
    from fit_toolkit.store import people

    day = starts or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        people.add_staff(c, code, role=role, starts_on=day, name=name, email=email, supervisor=supervisor)
    app.done(f"Added {role} {code}.", dry_run=dry_run)
