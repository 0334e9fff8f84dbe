"""`fit instruments test`: the worked tests inside the definition files."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, rules_at_hand
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ExitCode

COLUMNS = ("instrument", "tests", "failed", "what")


@click.command("test")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@format_option
@pass_app
def command(app: App, ids: tuple[str, ...], fmt: str) -> int:
    """Run the worked tests of some instruments, or of all; ends with 3 if a score comes out otherwise."""
    from fit_toolkit.scoring import run_tests

    catalog = catalog_at_hand(app)
    rows = []
    with rules_at_hand(app) as rules:
        for id in ids or catalog.ids():
            instrument = catalog.get(id)
            failures = run_tests(instrument, rules)
            rows.append(
                {
                    "instrument": id,
                    "tests": len(instrument.tests),
                    "failed": len({failure.test for failure in failures}),
                    "what": [f"{failure.name}: {failure.message}" for failure in failures],
                }
            )
    emit("tests", rows, fmt=fmt, columns=COLUMNS)
    return int(ExitCode.REJECTED if any(row["failed"] for row in rows) else ExitCode.OK)
