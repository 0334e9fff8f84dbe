"""Makes the report of a practice: hands the alert layer's counts to the report layer, and its page to the templates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Required, TypedDict, Unpack

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.alerts.process import By
    from fit_toolkit.practice.practice import Practice
    from fit_toolkit.report.alerts_in import AlertCount
    from fit_toolkit.report.build import Report
    from fit_toolkit.sheets.look import Look

TEMPLATE: Final = "report/service.html"
BY: Final[tuple[By, ...]] = ("all", "severity")
ORDER: Final = ("all", "safety", "attention", "notice")


class Wish(TypedDict, total=False):
    """What a report may be about, beside all courses."""

    since: Required[date]
    until: Required[date]
    labels: Sequence[str]
    open_too: bool


def make_report(practice: Practice, **wish: Unpack[Wish]) -> Report:
    """Make the report about the courses that ended from one day to another; `labels` narrow it to episodes that have all.

    With `open_too` the courses still open on the last day are in it too, as far as they have come. Its words are in the
    language spoken now. No course has ended on a day that lies ahead: a later last day is taken as today.
    """
    from fit_toolkit.report.build import build_report
    from fit_toolkit.store.service import Scope

    today = practice.today()
    since, until = wish["since"], min(wish["until"], today)
    labels = tuple(sorted(set(wish.get("labels", ()))))
    scope = Scope(since=since, until=until, labels=labels, open_too=wish.get("open_too", False), today=today)
    with practice.store.read() as c:
        alerts = _alerts(practice, c, since, until)
        return build_report(c, practice.catalog, practice.settings, scope, today=today, alerts=alerts)


def as_html(practice: Practice, report: Report, *, look: Look | None = None) -> str:
    """Give the report as a page, in the language spoken now; the practice's own template is used where there is one."""
    from fit_toolkit.report.page import page_of
    from fit_toolkit.sheets import render
    from fit_toolkit.sheets.making import look_here, template_folders

    look = look_here(practice) if look is None else look
    return render(TEMPLATE, {"page": page_of(report)}, folders=template_folders(practice), look=look)


def as_pdf(practice: Practice, report: Report, *, look: Look | None = None) -> bytes:
    """Give the page as a tagged PDF."""
    from fit_toolkit.sheets import write_pdf
    from fit_toolkit.sheets.making import look_here

    look = look_here(practice) if look is None else look
    return write_pdf(as_html(practice, report, look=look), assets=look.assets)[0]


def as_json(report: Report) -> str:
    """Give the figures as the stable JSON `fit/report/1`."""
    from fit_toolkit.language import say
    from fit_toolkit.report.words import CAUTION

    head = {  # the caution stands beside the figures in every form
        "schema": "fit/report/1", "since": report.since.isoformat(), "until": report.until.isoformat(), "labels": list(report.labels), "open_too": report.open_too,
        "made_on": report.made_on.isoformat(), "smallest_cell": report.smallest, "therapist_figures": report.agreed, "caution": say(CAUTION),
        "figures": [each.row() for each in report.figures],
    }  # fmt: skip
    return json.dumps(head, ensure_ascii=False, indent=2) + "\n"


def _alerts(practice: Practice, c: sa.Connection, since: date, until: date) -> list[AlertCount]:
    """Count the alerts of the period as `fit alerts stats` does, all together and by severity."""
    from fit_toolkit.alerts.process import process
    from fit_toolkit.report.alerts_in import AlertCount
    from fit_toolkit.store.process import Period

    period = Period(since=since, until=until, begins=_midnight(practice, since),
                    ends=_midnight(practice, until + timedelta(days=1)))  # fmt: skip
    found = [
        AlertCount(group=each.group, sessions=each.sessions, raised=each.raised, acted=each.acted, waiting=each.waiting,
                   median_days=each.median_days)
        for by in BY
        for each in process(c, period, by=by, now=practice.now())
    ]  # fmt: skip
    return sorted(found, key=lambda each: ORDER.index(each.group))


def _midnight(practice: Practice, day: date) -> datetime:
    return datetime.combine(day, time(), practice.zone).astimezone(UTC).replace(tzinfo=None)
