"""The reasons, in whole sentences that count days; none says what somebody is like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from babel.dates import format_date

from fit_toolkit.caseload.needs import STUCK_RATINGS, Need
from fit_toolkit.courses.words import handled_text, reason_text
from fit_toolkit.language import decimals, mark, plural, say, spoken

if TYPE_CHECKING:
    from fit_toolkit.caseload.build import Needs
    from fit_toolkit.caseload.stuck import Stuck
    from fit_toolkit.caseload.table import Table
    from fit_toolkit.catalog import Catalog

CONVENTION = mark("a convention, not a test")


def reasons_of(
    table: Table, found: Needs, catalog: Catalog, row: int, need: Need, alerts: Mapping[int, Mapping[str, Any]]
) -> list[str]:
    """Give every reason that holds of a row, that of its need first."""
    said: dict[Need, str] = {}
    missing = not np.isnan(found.due[row])
    if found.first[row] >= 0:
        alert = alerts[int(table.alerts["id"][found.first[row]])]
        if not (missing and alert["basis"] == "absence" and not alert["root_id"]):  # the list says so itself
            said[need if need in ALERTS else Need.NOTICE] = _alert(alert, catalog, found, row)
    if found.ending[row]:
        said[Need.ENDING] = _ending(table, row)
    elif not np.isnan(table.planned_end[row]):
        said[Need.CALM] = _ends(table.planned_end[row] - table.today)
    if missing:
        said[Need.OVERDUE] = _missing(table, found, row)
    if row in found.stuck:
        said[Need.STUCK] = stuck_text(found.stuck[row])
    if not np.isnan(table.paused_until[row]):
        said[Need.PAUSED] = _paused(table.paused_until[row] - table.today)
    if table.over[row]:
        said[Need.ENDED] = _ended(table, row)
    if table.waiting_for_a_run[row]:
        said.setdefault(Need.CALM, say("what came in last has not been compared with anything yet"))
    first = said.pop(need, None) or _calm(table, row)
    return [first, *(said[each] for each in sorted(said))]


ALERTS = (Need.SAFETY_NEW, Need.SAFETY_SEEN, Need.ATTENTION_NEW, Need.ATTENTION_SEEN, Need.NOTICE)


def about(alert: Mapping[str, Any], catalog: Catalog) -> str:
    """Say what an alert is about: the form, the part of it, and who rated where it was not the client."""
    form = catalog.get(alert["instrument"]) if alert["instrument"] in catalog else None
    name = alert["instrument"] if form is None else form.short
    if form is not None and alert["scale"] != form.main_scale and alert["basis"] != "absence":
        name = f"{name}, {alert['scale']}"
    return name if alert["rater"] == "client" else f"{name} ({say(alert['rater'])})"


def alert_text(alert: Mapping[str, Any], catalog: Catalog) -> str:
    """Say what an alert says, and where it is only a convention that it is one."""
    evidence = alert["evidence"]
    text = f"{about(alert, catalog)}: {reason_text(alert['reason'], evidence, evidence.get('gap')).rstrip('.')}"
    if alert["regressed"]:
        text += say(", once more")
    if alert["basis"] == "convention":
        text += f" ({say(CONVENTION)})"
    return text


def stuck_text(each: Stuck) -> str:
    """Say within what the last eight ratings lie, and by which figure that is little."""
    fields = {"form": each.form, "n": STUCK_RATINGS, "low": _number(each.low), "high": _number(each.high)}
    if each.points is None:
        return say("%(form)s: the last %(n)s ratings lie between %(low)s and %(high)s, within a fifth of the scale (a convention)", **fields)  # fmt: skip
    return say("%(form)s: the last %(n)s ratings lie between %(low)s and %(high)s, no reliable change among them (published: %(points)s points)", points=_number(each.points), **fields)  # fmt: skip


def said_day(day: date | str) -> str:
    """Write a date, or one that a record holds as text, as people say it."""
    known = date.fromisoformat(day) if isinstance(day, str) else day
    locale = spoken().locale
    return str(format_date(known, "d MMM y" if locale.language == "en" else "medium", locale=locale))


def _alert(alert: Mapping[str, Any], catalog: Catalog, found: Needs, row: int) -> str:
    parts = [alert_text(alert, catalog)]
    if alert["state"] != "open" and (done := handled_text(alert, said_day)):
        parts.append(done)
    if (more := int(found.new[row] + found.seen[row]) - 1) > 0:
        parts.append(plural("%(num)s more alert", "%(num)s more alerts", more))
    return "; ".join(parts)


def _ending(table: Table, row: int) -> str:
    ends = _ends(table.planned_end[row] - table.today)
    ahead = table.diary["next"][row] - table.today
    left = table.planned_end[row] - table.today
    chance = _in_days(ahead) if ahead <= left else say("no appointment is planned before")
    return f"{ends}; {_last_rated(table, row)}; {chance}"


def _ends(days: float) -> str:
    if days < 1:
        return say("ends today")
    return plural("ends in %(num)s day", "ends in %(num)s days", int(days))


def _in_days(days: float) -> str:
    if days < 1:
        return say("an appointment is planned today")
    return plural("an appointment is planned in %(num)s day", "an appointment is planned in %(num)s days", int(days))


def _last_rated(table: Table, row: int) -> str:
    days = table.today - table.last_rated[row]
    if np.isnan(days):
        return say("nothing rated yet")
    return plural("last rated %(num)s day ago", "last rated %(num)s days ago", int(days))


def _missing(table: Table, found: Needs, row: int) -> str:
    days = int(table.today - found.due[row])
    text = plural("an expected rating has been missing for %(num)s day", "an expected rating has been missing for %(num)s days", days)  # fmt: skip
    return f"{text}; {_last_rated(table, row)}"


def _paused(days: float) -> str:
    if days < 1:
        return say("paused up to today")
    return plural("paused for %(num)s more day", "paused for %(num)s more days", int(days))


def _ended(table: Table, row: int) -> str:
    ago = int(table.today - table.ended[row])
    text = plural("ended %(num)s day ago", "ended %(num)s days ago", ago) if ago else say("ended today")
    before = table.ended[row] - table.last_rated[row]
    if before < 0:
        return text
    if np.isnan(before):
        rated = say("nothing was rated")
    else:
        rated = plural("last rated %(num)s day before", "last rated %(num)s days before", int(before))
    return f"{text}; {rated}"


def _calm(table: Table, row: int) -> str:
    if np.isnan(table.last_rated[row]):
        days = int(table.today - table.members["started"][row])
        return plural("nothing rated yet; began %(num)s day ago", "nothing rated yet; began %(num)s days ago", days)
    return _last_rated(table, row)


def _number(value: float) -> str:
    return decimals(f"{value:.2f}".rstrip("0").rstrip("."))
