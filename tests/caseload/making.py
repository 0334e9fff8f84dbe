"""People written straight into a store's tables, with everything the caseload looks at, as offsets from today."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fit_toolkit.practice import Practice
from fit_toolkit.store import schema as s

TODAY = date(2026, 11, 23)
NOW = datetime.fromisoformat("2026-11-23T12:00")
STAFF = ("sue", "anna", "ben")  # anna and ben are supervised by sue


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that opened so many days ago; `acted` days ago somebody noted something."""

    severity: str = "attention"
    state: str = "open"
    days: int = 1
    good: bool = False
    acted: int | None = None
    note: str = ""
    told: int | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Days are days ago; an end may lie ahead (negative). Ratings are (days ago, value, days until keyed)."""

    began: int = 100
    ended: int | None = None
    therapist: str = "anna"
    ratings: tuple[tuple[int, float, int], ...] = ()
    instrument: str = "arriving-today"
    appointments: tuple[tuple[int, str], ...] = ()  # (days ago, status)
    sheet: int | None = None
    paused: bool = False
    plan_ends: int | None = None
    alerts: tuple[Alert, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass
class Rows:
    """Rows of all tables by name, with running ids."""

    of: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> int:
        own = self.of.setdefault(table, [])
        if "id" not in row and "id" in s.metadata.tables[table].c:
            row = {"id": len(own) + 1, **row}
        own.append(row)
        return int(row.get("id", 0))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at(days: int) -> datetime:
    return NOW - timedelta(days=days)


def write(practice: Practice, people: list[Person], *, plan: bool = True) -> None:
    """Write these people and nobody else, into a copy of the store as it was before anybody."""
    store, empty = practice.root / "store.db", practice.root / "empty.db"
    if "store" in practice.__dict__:
        practice.__dict__.pop("store").close()
    shutil.copyfile(*((empty, store) if empty.exists() else (store, empty)))
    rows = Rows()
    for code in STAFF:
        role = "supervisor" if code == "sue" else "therapist"
        rows.add("staff", code=code, role=role, starts_on=date(2020, 1, 1), supervisor_id=None if code == "sue" else 1)
    if plan:
        rows.add("plan", instrument="arriving-today", rater="client", occasion="start", every_sessions=1, ends_on=None, episode_id=None)  # fmt: skip
    for number, person in enumerate(people, 1):
        _person(rows, number, person)
    with practice.store.begin() as c:
        for table in s.metadata.sorted_tables:
            if found := rows.of.get(table.name):
                c.execute(sa.insert(table), found)


def _person(rows: Rows, number: int, person: Person) -> None:
    end = None if person.ended is None else ago(person.ended)
    rows.add("client", code=f"c{number:03}", added_at=at(person.began))
    rows.add("episode", code=f"c{number:03}-1", kind="individual", opened_on=ago(person.began), closed_on=end, close_reason=end and "planned")  # fmt: skip
    rows.add("member", episode_id=number, client_id=number, joined_on=ago(person.began), left_on=None)
    rows.add("assignment", episode_id=number, staff_id=STAFF.index(person.therapist) + 1, role="therapist", starts_on=ago(person.began), ends_on=None)  # fmt: skip
    for label in person.labels:
        rows.add("label", episode_id=number, label=label)
    for days, status in person.appointments:
        rows.add("appointment", episode_id=number, on=ago(days), status=status)
    for days, value, late in person.ratings:
        form = rows.add(
            "administration", root_id=len(rows.of.get("administration", ())) + 1, member_id=number, instrument=person.instrument, version="1",
            definition_hash="0" * 64, rater="client", session_on=ago(days), occasion="start", mode="paper", raw={}, numbers={}, entered_by="x",
            entered_at=at(days - late),
        )  # fmt: skip
        rows.add("score", administration_id=form, scale="total", value_ticks=round(value * 1_000_000), status="complete", n_answered=9, n_items=9)  # fmt: skip
    if person.sheet is not None:
        rows.add("sheet", member_id=number, made_at=at(person.sheet), sha256="0" * 64)
    if person.paused:
        rows.add("pause", episode_id=number, starts_on=ago(2), ends_on=ago(-9), reason="holiday")
    if person.plan_ends is not None:
        rows.add("plan", instrument="arriving-today", rater="client", occasion="start", every_sessions=1, ends_on=ago(person.plan_ends), episode_id=number)  # fmt: skip
    for each in person.alerts:
        _alert(rows, number, each)


def _alert(rows: Rows, member: int, each: Alert) -> None:
    number = len(rows.of.get("alert", ())) + 1
    done = {"action": "talked about it", "note": each.note or None} if each.acted is not None else {}
    rows.add(
        "alert", policy=f"p{number}", kind="drop", member_id=member, episode_id=member, staff_id=0, instrument="arriving-today", scale="total",
        rater="client", occasion="start", severity=each.severity, basis="answer" if each.severity == "safety" else "convention", state=each.state,
        opened_day=(ago(each.days) - date(1970, 1, 1)).days, session_on=ago(each.days), reason="down {fall:.1f}", evidence={"fall": 2.0, **({"good_news": 1.0} if each.good else {})},
        first_seen=ago(each.days), opened_at=at(each.days), changed_at=at(each.acted or each.days),
        seen={"day": 0, "level": None, "roots": []}, handled=None, policy_hash="0", action=done.get("action"), note=done.get("note"),
    )  # fmt: skip
    if each.acted is not None:
        rows.add("alert_event", alert_id=number, seq=1, at=at(each.acted), actor="anna", from_state="open", to_state=each.state, cause="by a person", evidence=done)  # fmt: skip
    if each.told is not None:
        sent = rows.add("outbox", key=f"k{number}", channel="file", severity=each.severity, reason="new", subject="", body="", payload={}, created_at=at(each.told), not_before=at(each.told), state="sent")  # fmt: skip
        rows.add("told", alert_id=number, outbox_id=sent, staff_id=2, seq=1, lap=0, reason="new")
