"""Appointments, pauses and the measurement plan: what is to happen, and what is asked when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.model.people import Appointment, Asked, Pause, PlanEntry
from fit_toolkit.store import schema as s
from fit_toolkit.store.people import episode_id, staff_id
from fit_toolkit.store.rows import dicts, rows_in, touch, utc


def add_appointment(  # noqa: PLR0913 - one argument a column
    c: sa.Connection,
    episode: str,
    *,
    on: date,
    staff: str | None = None,
    time: datetime | None = None,
    status: str = "planned",
    reason: str | None = None,
    at: datetime | None = None,
) -> int:
    """Plan a contact, or note one that took place; one per episode and day."""
    found = episode_id(c, episode)
    _check_status(status, reason)
    _check_open(c, found, on)
    if c.scalar(sa.select(s.appointment.c.id).where(s.appointment.c.episode_id == found, s.appointment.c.on == on)):
        raise DataError(f"the episode has an appointment on {on} already", hint="fit appointments set")
    row = {
        "episode_id": found,
        "staff_id": staff_id(c, staff) if staff is not None else None,
        "on": on,
        "at": utc(time) if time is not None else None,
        "status": status,
        "reason": reason,
    }
    made: int = c.execute(sa.insert(s.appointment).values(**row).returning(s.appointment.c.id)).scalar_one()
    touch(c, [found], "appointment", at)
    return made


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment that is to be in the diary as it stands here; `at` is naive UTC."""

    episode_id: int
    on: date
    at: datetime | None = None
    staff_id: int | None = None
    status: str = "planned"
    reason: str | None = None


def put_appointments(
    c: sa.Connection, new: Iterable[Booking], changed: Iterable[Booking], *, at: datetime | None = None
) -> None:
    """Add appointments and change others, known by episode and day; whoever asks has checked them."""
    added, altered = list(new), list(changed)
    for booking in (*added, *altered):
        _check_status(booking.status, booking.reason)
    if added:
        c.execute(sa.insert(s.appointment), [msgspec.structs.asdict(booking) for booking in added])
    if altered:
        table = s.appointment
        where = (table.c.episode_id == sa.bindparam("of"), table.c.on == sa.bindparam("day"))
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in ("at", "staff_id", "status", "reason")}
        rows = [
            {"of": each.episode_id, "day": each.on, "new_at": each.at, "new_staff_id": each.staff_id,
             "new_status": each.status, "new_reason": each.reason}
            for each in altered
        ]  # fmt: skip
        c.execute(sa.update(table).where(*where).values(**values), rows)
    touch(c, sorted({booking.episode_id for booking in (*added, *altered)}), "appointment", at)


def set_appointment(
    c: sa.Connection, episode: str, *, on: date, status: str, reason: str | None = None, at: datetime | None = None
) -> None:
    """Say what became of an appointment."""
    found = episode_id(c, episode)
    _check_status(status, reason)
    change = (
        sa.update(s.appointment)
        .where(s.appointment.c.episode_id == found, s.appointment.c.on == on)
        .values(status=status, reason=reason)
    )
    if c.execute(change).rowcount == 0:
        raise DataError(f"the episode has no appointment on {on}", hint="fit appointments add")
    touch(c, [found], "appointment", at)


def list_appointments(
    c: sa.Connection,
    *,
    episode_ids: Iterable[int] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Appointment]:
    """List appointments by day."""
    query = (
        sa.select(s.appointment, s.episode.c.code.label("episode"), s.staff.c.code.label("therapist"))
        .select_from(s.appointment.join(s.episode).outerjoin(s.staff))
        .order_by(s.appointment.c.on, s.episode.c.code)
    )
    if since is not None:
        query = query.where(s.appointment.c.on >= since)
    if until is not None:
        query = query.where(s.appointment.c.on <= until)
    rows = dicts(rows_in(c, query, s.appointment.c.episode_id, episode_ids))
    return [Appointment(**row) for row in rows]


def add_pause(
    c: sa.Connection, episode: str, *, starts_on: date, ends_on: date, reason: str, at: datetime | None = None
) -> int:
    """Pause an episode from the first to the last day given; every pause has an end and a reason."""
    found = episode_id(c, episode)
    if ends_on < starts_on:
        raise DataError(f"the pause ends ({ends_on}) before it starts ({starts_on})")
    if not reason.strip():
        raise DataError("a pause needs a reason")
    _check_open(c, found, starts_on)
    overlap = sa.select(s.pause.c.id).where(
        s.pause.c.episode_id == found, s.pause.c.starts_on <= ends_on, s.pause.c.ends_on >= starts_on
    )
    if c.scalar(overlap):
        raise DataError("the episode has a pause that overlaps with this one")
    row = {"episode_id": found, "starts_on": starts_on, "ends_on": ends_on, "reason": reason.strip()}
    made: int = c.execute(sa.insert(s.pause).values(**row).returning(s.pause.c.id)).scalar_one()
    touch(c, [found], "paused", at)
    return made


def list_pauses(c: sa.Connection, episode_ids: Iterable[int] | None = None) -> list[Pause]:
    """List the pauses of episodes (all when None), oldest first."""
    query = sa.select(s.pause).order_by(s.pause.c.starts_on)
    return [Pause(**row) for row in dicts(rows_in(c, query, s.pause.c.episode_id, episode_ids))]


def add_plan(c: sa.Connection, asked: Asked, *, episode: str | None = None, at: datetime | None = None) -> int:
    """Plan an instrument for an episode, or for all where `episode` is None.

    An episode's own entries for an instrument and rater take the place of the practice's default.
    """
    _check_asked(asked)
    found = episode_id(c, episode) if episode is not None else None
    same = sa.select(s.plan.c.id).where(
        s.plan.c.episode_id == found if found is not None else s.plan.c.episode_id.is_(None),
        s.plan.c.instrument == asked.instrument,
        s.plan.c.rater == asked.rater,
        s.plan.c.occasion == asked.occasion,
    )
    if (there := c.scalar(same)) is not None:
        raise DataError(f"this is planned already (entry {there})", hint=f"fit plan remove {there}")
    row = {"episode_id": found, **msgspec.structs.asdict(asked)}
    made: int = c.execute(sa.insert(s.plan).values(**row).returning(s.plan.c.id)).scalar_one()
    _touch_planned(c, found, at)
    return made


def remove_plan(c: sa.Connection, entry: int, *, at: datetime | None = None) -> None:
    """Take an entry out of the plan."""
    row = c.execute(sa.select(s.plan).where(s.plan.c.id == entry)).one_or_none()
    if row is None:
        raise DataError(f"the plan has no entry {entry}", hint="fit plan list")
    c.execute(sa.delete(s.plan).where(s.plan.c.id == entry))
    _touch_planned(c, row.episode_id, at)


def list_plan(c: sa.Connection, episode_ids: Iterable[int] | None = None, *, defaults: bool = True) -> list[PlanEntry]:
    """List the plan: the practice's defaults first, then what episodes (all when None) have of their own."""
    query = (
        sa.select(s.plan, s.episode.c.code.label("episode"))
        .select_from(s.plan.outerjoin(s.episode))
        .order_by(s.plan.c.instrument, s.plan.c.rater, s.plan.c.id)
    )
    rows = dicts(c.execute(query.where(s.plan.c.episode_id.is_(None)))) if defaults else []
    own = query.where(s.plan.c.episode_id.is_not(None))
    return [PlanEntry(**row) for row in rows + dicts(rows_in(c, own, s.plan.c.episode_id, episode_ids))]


def plan_for(entries: Iterable[PlanEntry], episode: int, *, on: date) -> list[PlanEntry]:
    """Pick what is expected in one episode on a day: its own entries hide the default of that instrument and rater."""
    listed = list(entries)
    own = [entry for entry in listed if entry.episode_id == episode]
    hidden = {(entry.instrument, entry.rater) for entry in own}
    default = [e for e in listed if e.episode_id is None and (e.instrument, e.rater) not in hidden]
    return [
        entry
        for entry in own + default
        if entry.every_sessions != 0
        and (entry.starts_on is None or entry.starts_on <= on)
        and (entry.ends_on is None or on <= entry.ends_on)
    ]


def _check_asked(asked: Asked) -> None:
    if (asked.every_sessions is None) == (asked.every_days is None):
        raise DataError("say how often: either every so many sessions or every so many days")
    if (asked.every_sessions or 0) < 0 or (asked.every_days is not None and asked.every_days < 1):
        raise DataError("how often must be a whole number above 0; 0 sessions: not expected")
    if asked.starts_on is not None and asked.ends_on is not None and asked.ends_on < asked.starts_on:
        raise DataError(f"the plan ends ({asked.ends_on}) before it starts ({asked.starts_on})")
    for value, values, what in ((asked.rater, s.RATERS, "rater"), (asked.occasion, s.OCCASIONS, "occasion")):
        if value not in values:
            raise DataError(f"the {what} must be one of: {', '.join(values)}")


def _touch_planned(c: sa.Connection, episode: int | None, at: datetime | None) -> None:
    if episode is not None:
        touch(c, [episode], "plan", at)
        return
    touch(c, c.execute(sa.select(s.episode.c.id).where(s.episode.c.closed_on.is_(None))).scalars(), "plan", at)


def _check_open(c: sa.Connection, episode: int, on: date) -> None:
    opened, closed = c.execute(
        sa.select(s.episode.c.opened_on, s.episode.c.closed_on).where(s.episode.c.id == episode)
    ).one()
    if on < opened:
        raise DataError(f"the episode was opened later than {on}, on {opened}")
    if closed is not None and on > closed:
        raise DataError(f"the episode was closed before {on}, on {closed}")


def _check_status(status: str, reason: str | None) -> None:
    if status not in s.APPOINTMENT_STATES:
        raise DataError(f"the status must be one of: {', '.join(s.APPOINTMENT_STATES)}")
    if status == "cancelled" and not (reason or "").strip():
        raise DataError("a cancelled appointment needs a reason")
