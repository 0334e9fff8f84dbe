"""`fit policies check`: every [[policies]] table, checked with its line."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count


@click.command("check")
@pass_app
def command(app: App) -> int:
    """Check the policies of fit.toml: kinds, parameters, instruments, scales, norm sets. Changes nothing."""
    from fit_toolkit.courses.asking import Asking

    with Asking(app.practice) as asking:
        for failure in asking.failures:
            app.say(f"fit: {failure}")
        for name in sorted(_unknown_people(app, {name for use in asking.uses for name in use.to})):
            app.say(f"fit: to = '{name}' is neither a role nor the code of a member of staff: administrators are told")
        app.say(f"{count(len({use.id for use in asking.uses}), 'policy', 'policies')} can be asked")
        return 4 if asking.failures else 0


def _unknown_people(app: App, names: set[str]) -> set[str]:
    from fit_toolkit.store.people import list_staff
    from fit_toolkit.store.schema import STAFF_ROLES

    if not names - set(STAFF_ROLES):
        return set()
    with app.practice.store.read() as c:
        return names - set(STAFF_ROLES) - {person.code for person in list_staff(c)}
