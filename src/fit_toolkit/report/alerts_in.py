"""The fourth section: what became of the alerts of the period, as the alert layer counted them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fit_toolkit.language import say
from fit_toolkit.report.cells import hidden
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import kept_back, share, silent
from fit_toolkit.report.words import defined

SECTION = "alerts"
SOURCE = "events of the alerts; sessions with a rating in the period, open courses included"


class AlertCount(Struct, frozen=True, kw_only=True):
    """What became of the alerts of one severity (or `all`): handed over, since this layer knows no alerts."""

    group: str
    sessions: int
    raised: int
    acted: int
    waiting: int
    median_days: float | None


def alerts_in(counts: Sequence[AlertCount], smallest: int) -> list[Figure]:
    """Give how many alerts there were for 100 sessions, how many were acted on, and after how long."""
    parts = {each.group: each.raised for each in counts if each.group != "all"}
    gone = hidden(parts, smallest) | {
        each.group for each in counts if each.group == "all" and 0 < each.raised < smallest
    }
    figures: list[Figure] = []
    for each in counts:
        if each.group in gone:
            figures.append(kept_back(SECTION, "alerts_raised", each.raised, smallest, group=each.group, source=SOURCE))
        elif each.sessions:
            figures += _counted(each, smallest)
    return figures


def _counted(each: AlertCount, smallest: int) -> list[Figure]:
    raised = Figure(section=SECTION, figure="alerts_raised", group=each.group, count=each.raised, n=each.sessions, of="sessions",
                    value=100 * each.raised / each.sessions, unit="per 100 sessions",
                    definition=defined("alerts_raised"), source=SOURCE)  # fmt: skip
    if not each.raised:
        return [raised]
    rest = {"acted": each.acted, "waiting": each.waiting, "ended": each.raised - each.acted - each.waiting}
    waiting = (
        say("%(n)s still wait, %(ended)s ended before anybody acted", n=each.waiting, ended=rest["ended"])
        if not hidden(rest, smallest)
        else ""
    )
    if hidden({"acted": each.acted, "not": each.raised - each.acted}, smallest):
        acted = silent(SECTION, "alerts_acted", group=each.group, source=SOURCE)
    else:
        acted = share(SECTION, "alerts_acted", each.acted, each.raised, of="alerts", group=each.group, source=SOURCE)
    median = Figure(section=SECTION, figure="alerts_median", group=each.group, n=each.raised, of="alerts", value=each.median_days,
                    unit="days", note=waiting if each.median_days is not None else say("%(waiting)s; half of them were not acted on", waiting=waiting) if waiting and each.raised >= 10 else say("median not given: few alerts, or half of them not acted on"),
                    definition=defined("alerts_median"), source=SOURCE)  # fmt: skip
    return [raised, acted, median]
