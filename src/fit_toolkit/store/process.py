"""What the figures of the process read: alerts raised in a period, and sessions rated in it, by who had the client then."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.model.alerts import Cause
from fit_toolkit.store import schema as s

NOBODY = ""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From the start of one day to the end of another, as days of the practice and as instants of the store."""

    since: date
    until: date
    begins: datetime
    ends: datetime


def raised(c: sa.Connection, period: Period) -> list[sa.Row[Any]]:
    """Alerts that first asked for somebody in the period, with the first thing a person did and whose client it was then."""
    event, alert, turn = s.alert_event.c, s.alert.c, s.assignment.c
    asked = (
        sa.select(event.alert_id, sa.func.min(event.at).label("asked_at"))
        .where(event.to_state == "open").group_by(event.alert_id)
        .having(sa.func.min(event.at) >= period.begins, sa.func.min(event.at) < period.ends).subquery()
    )  # fmt: skip
    acted = (
        sa.select(event.alert_id, sa.func.min(event.at).label("acted_at"))
        .where(event.cause == Cause.PERSON.value).group_by(event.alert_id).subquery()
    )  # fmt: skip
    newest = (
        sa.select(turn.staff_id)
        .where(turn.episode_id == alert.episode_id, turn.role == "therapist", turn.starts_on <= alert.first_seen)
        .order_by(turn.starts_on.desc(), turn.id.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    query = (
        sa.select(alert.policy, alert.severity, alert.state, alert.action, alert.changed_at, asked.c.asked_at,
                  acted.c.acted_at, s.staff.c.code.label("therapist"))
        .select_from(s.alert.join(asked, asked.c.alert_id == alert.id)
                     .outerjoin(acted, acted.c.alert_id == alert.id)
                     .outerjoin(s.staff, s.staff.c.id == newest))
        .order_by(alert.id)
    )  # fmt: skip
    return list(c.execute(query))


def count_sessions(c: sa.Connection, period: Period) -> int:
    """Count the sessions with a rating, whoever had the client: a tenth of the time that `sessions_by_therapist` takes."""
    a = s.administration.c
    day = sa.func.coalesce(a.session_on, a.session_on)  # not by the index of days, which reads the table at random
    rated = (
        sa.select(a.member_id, a.session_on)
        .distinct()
        .where(a.state == "valid", day.between(period.since, period.until))
    )
    return int(c.scalar(sa.select(sa.func.count()).select_from(rated.subquery())) or 0)


def sessions_by_therapist(c: sa.Connection, period: Period) -> dict[str, int]:
    """Sessions with a rating, by who had the client on that day; `NOBODY` where nobody had."""
    a, turn = s.administration.c, s.assignment.c
    rated = (
        sa.select(a.member_id, a.session_on, s.member.c.episode_id).distinct()
        .select_from(s.administration.join(s.member))
        .where(a.state == "valid", a.session_on >= period.since, a.session_on <= period.until).subquery()
    )  # fmt: skip
    newest = (
        sa.select(turn.staff_id)
        .where(turn.episode_id == rated.c.episode_id, turn.role == "therapist", turn.starts_on <= rated.c.session_on)
        .order_by(turn.starts_on.desc(), turn.id.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    whose = sa.select(newest.label("staff_id")).select_from(rated).subquery()
    query = (
        sa.select(s.staff.c.code, sa.func.count())
        .select_from(whose.outerjoin(s.staff, s.staff.c.id == whose.c.staff_id)).group_by(s.staff.c.code)
    )  # fmt: skip
    return {code or NOBODY: count for code, count in c.execute(query)}
