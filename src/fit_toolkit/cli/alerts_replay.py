"""`fit alerts replay`: what other policies would have changed, alert by alert; nothing is written."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option, output_option

if TYPE_CHECKING:
    from fit_toolkit.alerts.replay import Difference
    from fit_toolkit.model.alerts import Spell

COLUMNS: Final = ("change", "policy", "client", "therapist", "instrument", "scale", "rater", "severity_before", "day_before",
                  "until_before", "severity_after", "day_after", "until_after", "alert")  # fmt: skip
SHORT: Final = ("change", "policy", "client", "therapist", "scale", "before", "after", "alert")
EPOCH: Final = date(1970, 1, 1)


@click.command("replay")
@click.option("--policies", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              metavar="NEW.toml", help="A file with [[policies]] tables, such as a changed copy of fit.toml.")  # fmt: skip
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Ratings up to this day (default: today)."
)
@format_option
@output_option
@pass_app
def command(app: App, policies: Path, as_of: Any, fmt: str, output: Path | None) -> int:
    """List the alerts that the policies of NEW.toml would have changed: opened, gone, other severity, other day, other end.

    Both sides are reckoned from all ratings as they are known today, so the difference is that of the policies. A policy
    is the same one where it has the same id. A policy that looks at today only, such as overdue, is compared for today only.
    Nothing is written, and nobody is told. Exit codes: 0 done, 4 some policy failed and is left out on both sides.
    """
    from fit_toolkit.alerts.replay import replay, with_policies
    from fit_toolkit.cli.analyzing import spare_what_was_read

    if output is not None:
        spare_what_was_read(output)
    practice = app.practice
    others = with_policies(practice, policies)
    with practice.store.read() as c:
        found = replay(c, practice, others, as_of=practice.today() if as_of is None else as_of.date())
    for failure in found.failures:
        app.say(f"fit: {failure}")
    rows = [_row(each) for each in found.differences]
    if fmt == "table":
        emit(
            "replay",
            [_told(row) for row in rows],
            fmt=fmt,
            columns=SHORT,
            output=output,
            empty="No alert would differ.",
        )
    else:
        emit("replay", rows, fmt=fmt, columns=COLUMNS, output=output)
    kinds = Counter(change for each in found.differences for change in each.changes)
    told = "".join(f", {count} {name}" for name, count in kinds.items())
    app.say(
        f"{found.before} alerts with the policies as they are, {found.after} with {policies.name}: {found.same} the same{told}"
    )
    return 4 if found.failures else 0


def _row(each: Difference) -> dict[str, Any]:
    key = each.key
    row: dict[str, Any] = {
        "change": ", ".join(each.changes), "policy": key.policy, "client": each.client, "therapist": each.therapist,
        "instrument": key.instrument, "scale": key.scale, "rater": key.rater, "alert": each.alert,
    }  # fmt: skip
    return row | _side("before", each.before) | _side("after", each.after)


def _side(name: str, spell: Spell | None) -> dict[str, Any]:
    if spell is None:
        return {f"severity_{name}": None, f"day_{name}": None, f"until_{name}": None}
    until = None if spell.ended is None else EPOCH + timedelta(days=spell.ended)
    return {
        f"severity_{name}": spell.severity, f"day_{name}": EPOCH + timedelta(days=spell.opened), f"until_{name}": until
    }  # fmt: skip


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Put each side into words for the table."""
    told = {name: row.get(name) for name in SHORT}
    for name in ("before", "after"):
        day, until = row[f"day_{name}"], row[f"until_{name}"]
        told[name] = "-" if day is None else f"{row[f'severity_{name}']} {day} to {until or 'now'}"
    return told
