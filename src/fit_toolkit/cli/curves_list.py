"""`fit curves list`: every curve pack at hand."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ConfigError, ExitCode

COLUMNS = (
    "curve", "version", "kind", "reviewed", "instrument", "scale", "rater", "clients", "ratings", "period", "sessions",
    "inside_80", "twins", "used_by",
)  # fmt: skip


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List curve packs; `used_by` names the policies of fit.toml that rest on one.

    `inside_80`: which share of the ratings of clients who were held out lies inside the 80 % range. Ends with 4 when one
    cannot be used.
    """
    from fit_toolkit.cli.curves_common import share_inside
    from fit_toolkit.courses.packs import find_pack

    catalog = catalog_at_hand(app)
    used: dict[str, list[str]] = {}
    for table in app.practice.settings.policies if app.in_practice else ():
        used.setdefault(str(table.values.get("curve", "")), []).append(str(table.values.get("id", "")))
    rows, broken = [], []
    for name in sorted(catalog.curve_files):
        try:
            pack = find_pack(catalog, name)
        except ConfigError as error:
            broken.append(str(error))
            continue
        row = {
            key: getattr(pack, key) for key in ("version", "kind", "reviewed", "instrument", "scale", "rater", "period")
        }
        rows.append(
            {
                "curve": name,
                **row,
                "clients": pack.curve.n_clients,
                "ratings": pack.curve.n_scores,
                "sessions": "{:g} to {:g}".format(*pack.sessions),
                "inside_80": share_inside(pack),
                "twins": pack.successful is not None,
                "used_by": used.get(name, []),
            }
        )
    emit("curves", rows, fmt=fmt, columns=COLUMNS, empty="no curve packs: fit curves fit NAME --instrument ID")
    for problem in broken:
        app.say(problem)
    return int(ExitCode.PARTIAL if broken else ExitCode.OK)
