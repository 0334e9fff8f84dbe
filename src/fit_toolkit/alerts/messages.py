"""Decides who is told what: from alerts that changed to rows of the outbox, written in the same transaction.

Why a message was sent is one of five named reasons (`Reason`) and is stored with it: new, again, repeat, all-done,
escalated. `plan` is for each slice of a run; `wrap_up` for its end, where what only the whole run shows is told, and
the messages of its slices are gathered into one per person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts.compose import Frame, Item, OutboxRow, about, about_all_done, about_failed, compose, items_of
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.recipients import NOBODY, People
from fit_toolkit.alerts.standing import has_live, laps, newest_events
from fit_toolkit.model.alerts import Transition
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import outbox, people
from fit_toolkit.store.rows import utc

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.settings import Settings


def plan(
    c: sa.Connection,
    transitions: Sequence[Transition],
    *,
    settings: Settings,
    today: date,
    run_id: int | None,
    now: datetime,
) -> list[OutboxRow]:
    """Plan the messages about transitions, for `store.outbox.add_messages` in the transaction that wrote them.

    Their alerts carry real ids and their events are stored.
    """
    reasons = {t.alert.id: Reason.AGAIN if t.before or t.alert.regressed else Reason.NEW for t in transitions if t.tells}
    items = _items(c, reasons, {}, settings=settings, today=today)
    return compose(items, _frame(settings, run_id, now))


def wrap_up(
    c: sa.Connection,
    transitions: Sequence[Transition],
    *,
    settings: Settings,
    today: date,
    run_id: int,
    now: datetime,
    failures: Iterable[Mapping[str, Any]] = (),
) -> int:
    """Write what the end of a run has to tell; return by how many its messages grew (or shrank, when gathered).

    That is: alerts nobody has acted on for some time, what is over with nothing left, and what failed. Call it before
    the run is noted as finished. `transitions` are those of the whole run.
    """
    frame = _frame(settings, run_id, now)
    told = {t.alert.id for t in transitions}
    again = {alert: lap for alert, lap in laps(c, settings, utc(now)).items() if alert not in told}
    items = _items(c, dict.fromkeys(again, Reason.REPEAT), again, settings=settings, today=today)
    added = len(outbox.add_messages(c, compose(items, frame))) + _gather(c, frame)
    done = _all_done(c, transitions, frame, today)
    rows = about_failures(c, list(failures), settings=settings, today=today, run_id=run_id, now=now)
    return added + len(outbox.add_messages(c, [*done, *rows]))


def about_failures(
    c: sa.Connection,
    failures: Sequence[Mapping[str, Any]],
    *,
    settings: Settings,
    today: date,
    run_id: int | None,
    now: datetime,
) -> list[OutboxRow]:
    """Plan the administrators' one message per run; of each failure only plugin, thing and policy are named."""
    if not failures:
        return []
    names = [_failed_name(failure) for failure in failures]
    crowd = People(people.list_staff(c), {}, today)
    return about_failed(names, crowd.administrators(), _frame(settings, run_id, now))


def _failed_name(failure: Mapping[str, Any]) -> str:
    what = f"policy {failure['policy']}" if failure.get("policy") else str(failure.get("thing") or "not loaded")
    return f"plugin {failure['plugin']}: {what}"


def _frame(settings: Settings, run_id: int | None, now: datetime) -> Frame:
    return Frame(
        channels=tuple(dict.fromkeys(settings.texts("alerts.channels"))),
        run_id=run_id,
        now=utc(now),
        link=settings.text("alerts.link"),
        include_codes=settings.flag("mail.include_codes"),
    )


def _items(
    c: sa.Connection, reasons: Mapping[int, Reason], laps: Mapping[int, int], *, settings: Settings, today: date
) -> list[Item]:
    """Read whom each of these alerts concerns today."""
    rows = stored.alert_rows(c, ids=reasons)
    crowd = _people(c, rows, today)
    clients = _clients(c, rows)
    newest = newest_events(c, reasons)
    routes = _routes(settings)
    items = []
    for row in rows:
        alert = row["id"]
        told = crowd.told(row["episode_id"], routes.get(row["policy"], ()))
        items.append(
            Item(
                alert=alert,
                seq=newest.get(alert, 0),
                lap=laps.get(alert, 0),
                severity=row["severity"],
                reason=Reason.ESCALATED if told.standing_in else reasons[alert],
                staff=told.staff,
                client=clients.get(row["member_id"], ""),
            )
        )
    return items


def _gather(c: sa.Connection, frame: Frame) -> int:
    """Make one grouped message per person and channel of those the slices of this run wrote; none has gone out yet."""
    by_person: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for row in outbox.list_messages(c, states=["due"]):
        if row["run_id"] == frame.run_id and not row["attempts"] and _is_group(row):
            by_person.setdefault((row["recipient_staff_id"] or NOBODY, row["channel"]), []).append(row)
    several = {whose: rows for whose, rows in by_person.items() if len(rows) > 1}
    ids = [entry[0] for rows in several.values() for row in rows for entry in row["payload"]["alerts"]]
    alerts = stored.alert_rows(c, ids=ids)
    codes = _clients(c, alerts)
    clients = {row["id"]: codes.get(row["member_id"], "") for row in alerts}
    for (person, channel), rows in several.items():
        outbox.cancel(c, [row["id"] for row in rows])
        outbox.add_messages(c, [about([item for row in rows for item in items_of(row, clients)], person, channel, frame)])
    return len(several) - sum(len(rows) for rows in several.values())


def _is_group(row: Mapping[str, Any]) -> bool:
    return row["severity"] != "safety" and bool(row["payload"].get("alerts"))


def _all_done(c: sa.Connection, transitions: Sequence[Transition], frame: Frame, today: date) -> list[OutboxRow]:
    """Tell therapists that what nobody had acted on yet is over, where nothing else is left with them."""
    over = {t.alert.id for t in transitions if t.before == "open" and not t.alert.live and t.alert.severity != "notice"}
    rows = stored.alert_rows(c, ids=over)
    crowd = _people(c, rows, today)
    newest = newest_events(c, over)
    ended: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        therapist = crowd.therapist(row["episode_id"])
        if therapist is not None and crowd.is_here(therapist) and row["state"] != "closed":
            ended.setdefault(therapist.id, []).append((row["id"], newest.get(row["id"], 0)))
    return [
        message
        for person, told in ended.items()
        if not has_live(c, person, today)
        for message in about_all_done(told, person, frame)
    ]


def _people(c: sa.Connection, rows: Iterable[Mapping[str, Any]], today: date) -> People:
    by_episode: dict[int, list[Any]] = {}
    for entry in people.assignments_of(c, {row["episode_id"] for row in rows}):
        by_episode.setdefault(entry.episode_id, []).append(entry)
    return People(people.list_staff(c), by_episode, today)


def _clients(c: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    return {member.id: member.client for member in people.list_members(c, {row["episode_id"] for row in rows})}


def _routes(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Whom each policy names in `to`, besides the therapist."""
    routes: dict[str, tuple[str, ...]] = {}
    for table in settings.policies:
        to = table.values.get("to", ())
        routes[str(table.values.get("id", ""))] = (to,) if isinstance(to, str) else tuple(str(name) for name in to)
    return routes
