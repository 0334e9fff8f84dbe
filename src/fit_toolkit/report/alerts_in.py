"""The fourth section: what became of the alerts of the period, as the alert layer counted them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from fit_toolkit.language import say
from fit_toolkit.report.cells import hidden, is_few
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
    unsaid = _unsaid(counts, gone, smallest)
    figures: list[Figure] = []
    for each in counts:
        if each.group in gone:
            figures.append(kept_back(SECTION, "alerts_raised", each.raised, smallest, group=each.group, source=SOURCE))
        elif each.sessions:
            figures += _counted(each, acted="acted" not in unsaid[each.group], rest="rest" not in unsaid[each.group])
    return figures


def _unsaid(counts: Sequence[AlertCount], gone: AbstractSet[str], smallest: int) -> dict[str, set[str]]:
    """Say of each group what is not told: how many were acted on, or what became of the rest.

    Where that is a few at one severity, it is not told of as many others, the fewest alerts first, that these together
    are not a few either: else all less the others would give it.
    """
    unsaid: dict[str, set[str]] = {each.group: set() for each in counts}
    for what, parts_of in (("acted", _acted), ("rest", _rest)):
        by_group = {each.group: parts_of(each) for each in counts}
        kept = {name for name, parts in by_group.items() if hidden(parts, smallest) or name in gone} - {"all"}
        left = sorted((each for each in counts if each.group not in kept | {"all"}), key=lambda each: each.raised)
        while kept and left and (len(kept) < 2 or _few_together([by_group[name] for name in kept], smallest)):
            kept.add(left.pop(0).group)
        for name in kept:
            unsaid[name].add(what)
        if "all" in by_group and hidden(by_group["all"], smallest):
            unsaid["all"].add(what)
    return unsaid


def _acted(each: AlertCount) -> dict[str, int]:
    return {"acted": each.acted, "not": each.raised - each.acted}


def _rest(each: AlertCount) -> dict[str, int]:
    return {"acted": each.acted, "waiting": each.waiting, "ended": each.raised - each.acted - each.waiting}


def _few_together(several: Sequence[Mapping[str, int]], smallest: int) -> bool:
    return any(is_few(sum(each[name] for each in several), smallest) for name in several[0])


def _counted(each: AlertCount, *, acted: bool, rest: bool) -> list[Figure]:
    raised = Figure(section=SECTION, figure="alerts_raised", group=each.group, count=each.raised, n=each.sessions, of="sessions",
                    value=100 * each.raised / each.sessions, unit="per 100 sessions",
                    definition=defined("alerts_raised"), source=SOURCE)  # fmt: skip
    if not each.raised:
        return [raised]
    ended = _rest(each)["ended"]
    waiting = say("%(n)s still wait, %(ended)s ended before anybody acted", n=each.waiting, ended=ended) if rest else ""
    portion = (
        share(SECTION, "alerts_acted", each.acted, each.raised, of="alerts", group=each.group, source=SOURCE)
        if acted
        else silent(SECTION, "alerts_acted", group=each.group, source=SOURCE)
    )
    median = Figure(section=SECTION, figure="alerts_median", group=each.group, n=each.raised, of="alerts", value=each.median_days,
                    unit="days", note=waiting if each.median_days is not None else say("%(waiting)s; half of them were not acted on", waiting=waiting) if waiting and each.raised >= 10 else say("median not given: few alerts, or half of them not acted on"),
                    definition=defined("alerts_median"), source=SOURCE)  # fmt: skip
    return [raised, portion, median]
