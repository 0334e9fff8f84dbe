"""`fit curves check`: are packs whole, and do newer episodes still look like those they were made from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import Day
from fit_toolkit.cli.output import visible
from fit_toolkit.errors import ConfigError, DataError, ExitCode

if TYPE_CHECKING:
    from fit_toolkit.model.curves import CurvePack


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--since", type=Day(), help="Also hold closed episodes opened from this day on against each pack.")
@pass_app
def command(app: App, names: tuple[str, ...], since: date | None) -> int:
    """Check curve packs by name, or all: figures unchanged, enough clients, about a form that is here.

    With --since, whether newer episodes drift from the pack: by their mean distance from the expected course and by the
    share inside the 80 % range. A drift says that the pack does not fit, not that treatment got worse. Ends with 3 when
    anything was found, and with 4 when there are too few new episodes to say.
    """
    from fit_toolkit.courses.packs import curve_of, find_pack
    from fit_toolkit.courses.stream import Stream

    catalog = app.practice.catalog
    found, unsaid = 0, 0
    for name in names or sorted(catalog.curve_files):
        try:
            pack = find_pack(catalog, name)
            instrument = catalog.get(pack.instrument)
            curve_of(pack, instrument, Stream.of(instrument, pack.scale, pack.rater))
        except (ConfigError, DataError) as error:
            click.echo(visible(str(error)))
            found += 1
            continue
        if since is not None:
            try:
                found += _drifted(app, pack, since)
            except DataError as error:
                app.say(visible(f"{name}: {error}"))
                unsaid += 1
        if not pack.reviewed:
            app.say(visible(f"{name} ({pack.kind}) is unreviewed"))
    count = len(names or catalog.curve_files)
    app.say(f"{count} {'curve pack' if count == 1 else 'curve packs'} checked, {found} found")
    return int(ExitCode.REJECTED if found else ExitCode.PARTIAL if unsaid else ExitCode.OK)


def _drifted(app: App, pack: CurvePack, since: date) -> bool:
    """Say how newer episodes lie to a pack."""
    from fit_toolkit.analysis import drift_check
    from fit_toolkit.courses.packs_own import closed_ratings

    practice = app.practice
    with practice.store.read() as c:
        own = closed_ratings(c, practice.catalog, pack.instrument, pack.scale, as_of=practice.today(), since=since)
    drift = drift_check(pack, own.client, own.session, own.value)
    low, high = drift.inside_interval
    away = "{:.2f} to {:.2f}".format(*drift.shift_interval)
    click.echo(
        f"{pack.id}: {drift.verdict}; {drift.n_clients} clients, {drift.n_ratings} ratings; {drift.shift:.2f} SD from the"
        f" expected course ({away}), {100 * drift.inside:.0f} % inside the 80 % range ({100 * low:.0f} to {100 * high:.0f})"
    )
    return drift.verdict == "drifted"
