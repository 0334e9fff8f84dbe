"""`fit policies tune`: the threshold that would have kept within a number of alerts; nothing is written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.evaluating import SPEAKS, quality_row, told
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.analysis import Quality

COLUMNS: Final = ("setting", "parameter", "value", *SPEAKS)
SHORT: Final = (*COLUMNS[:3], "ratings", "alerts", "per_100", "clients_flagged")
BUDGET: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+(?:\.[0-9]+)?))?", re.ASCII)


@click.command("tune")
@click.argument("policy")
@click.option(
    "--budget", required=True, metavar="N/100", help="At most so many alerts per 100 ratings, such as 10/100."
)
@click.option("--parameter", metavar="NAME", help="The threshold to search. Default: the first of the policy's kind.")
@format_option
@pass_app
def command(app: App, policy: str, budget: str, parameter: str | None, fmt: str) -> int:
    """Find the threshold of POLICY that would have kept within a budget of alerts on the ratings there are.

    Prints what the policy did as it is and what it would have done; to use it, write it into fit.toml. It was chosen on these
    ratings, so it fits them better than those to come. A volume says how much there is to read, not how much of it is
    right. Policies about safety are not tuned. Nothing is written.
    """
    from fit_toolkit.courses.tuning import tune

    per_100 = _per_100(budget)
    practice = app.practice
    with practice.store.read() as c:
        found = tune(c, practice, policy, per_100=per_100, as_of=practice.today(), parameter=parameter)
    rows = [
        _row("now", found.parameter, found.present, found.present_quality),
        _row("tuned", found.parameter, found.value, found.quality),
    ]
    if fmt == "table":
        shown = [{name: row[name] for name in COLUMNS[:3]} | told(row) for row in rows]
        emit("tuning", shown, fmt=fmt, columns=SHORT)
    else:
        emit("tuning", rows, fmt=fmt, columns=COLUMNS)
    line = f"{found.parameter} = {_toml(found.value)}"
    if not found.met:
        app.say(f"{float(per_100):g} alerts per 100 ratings cannot be kept: even {line} gives more")
        return 0
    more = "" if found.limited else " (the end of its range; the budget is not used up)"
    app.say(f"within {float(per_100):g} alerts per 100 ratings: {line}{more}; in {found.table.where(found.parameter)}")
    app.say("Chosen on these ratings, so it fits them better than those to come: read the interval.")
    return 0


def _per_100(budget: str) -> Fraction:
    read = BUDGET.fullmatch(budget.strip())
    if read is None:
        raise UsageError("--budget is a number of alerts per 100 ratings", hint="--budget 10/100")
    alerts, of = Fraction(read[1]), Fraction(read[2] or 100)
    if not 0 < alerts <= of:
        raise UsageError("--budget has to be more than 0 and at most 100/100")
    return 100 * alerts / of


def _row(setting: str, parameter: str, value: Any, quality: Quality) -> dict[str, Any]:
    return {"setting": setting, "parameter": parameter, "value": value} | quality_row(quality, truth=False)


def _toml(value: float) -> str:
    return str(float(value))
