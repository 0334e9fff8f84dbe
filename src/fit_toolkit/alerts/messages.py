"""Decides who is told what: from alerts that changed to rows of the outbox, written in the same transaction.

Why a message was sent is one of five named reasons (`Reason`) and is stored with it: new, again, repeat, all-done,
escalated. A run plans once for each slice, and once at its end with no transitions: then what only the whole run shows
is told, and the messages of its slices are gathered into one per person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts.compose import Frame, Item, OutboxRow, about_all_done, about_failed, compose, items_of
from fit_toolkit.alerts.mail_text import Reason, Writer
from fit_toolkit.alerts.recipients import People
from fit_toolkit.alerts.standing import ended_unseen, has_live, laps, newest_events
from fit_toolkit.model.alerts import Transition
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import outbox, people
from fit_toolkit.store.rows import utc

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.engine import PluginFailure
    from fit_toolkit.settings import Settings


def plan(
    c: sa.Connection,
    transitions: Sequence[Transition],
    *,
    settings: Settings,
    today: date,
    run_id: int,
    now: datetime,
    failures: Iterable[PluginFailure] = (),
) -> list[OutboxRow]:
    """Plan messages for `store.outbox.add_messages` in the same transaction.

    With transitions: about those that tell; their alerts carry real ids and their events are stored. Without any, at
    the end of a run and before it is noted as finished: what nobody has acted on for some time, what is over with
    nothing left, and what failed; grouped messages that this run wrote before are called back and told in one.
    """
    frame = Frame(
        channels=tuple(dict.fromkeys(settings.texts("alerts.channels"))),
        run_id=run_id,
        now=utc(now),
        writer=_writer(settings),
        include_codes=settings.flag("mail.include_codes"),
    )
    routes = _routes(settings)
    if transitions:
        tells = [t for t in transitions if t.tells]
        reasons = {t.alert.id: Reason.AGAIN if t.before or t.alert.regressed else Reason.NEW for t in tells}
        rows = compose(_items(c, reasons, {}, routes, today), frame)
    else:
        rows = _at_the_end(c, settings, routes, frame, today)
    names = [f"plugin {failure.plugin}: {failure.thing}".strip(": ") for failure in failures]
    if not transitions:
        names += frame.writer.unusable()
    crowd = People(people.list_staff(c), {}, today)
    return rows + about_failed(list(dict.fromkeys(names)), crowd.administrators(), frame)


def _at_the_end(
    c: sa.Connection, settings: Settings, routes: Mapping[str, tuple[str, ...]], frame: Frame, today: date
) -> list[OutboxRow]:
    due = [row for row in outbox.list_messages(c, states=["due"]) if row["payload"].get("alerts")]
    mine = [row for row in due if row["run_id"] == frame.run_id and not row["attempts"] and row["severity"] != "safety"]
    written = _told_by(c, mine)
    waiting = {
        told[0] for row in due for told in row["payload"]["alerts"]
    }  # a repeat of what is still to go out is noise
    again = {alert: lap for alert, lap in laps(c, settings, frame.now).items() if alert not in waiting}
    repeats = _items(c, dict.fromkeys(again, Reason.REPEAT), again, routes, today)
    rows = compose([*written, *repeats], frame)
    unchanged = {row["key"] for row in mine} & {row["key"] for row in rows}
    outbox.cancel(c, [row["id"] for row in mine if row["key"] not in unchanged])
    return [row for row in rows if row["key"] not in unchanged] + _all_done(c, frame, today)


def _told_by(c: sa.Connection, messages: Sequence[Mapping[str, Any]]) -> list[Item]:
    """Return what some messages tell, each alert once a person."""
    alerts = stored.alert_rows(c, ids=[told[0] for row in messages for told in row["payload"]["alerts"]])
    codes = _clients(c, alerts)
    clients = {row["id"]: codes.get(row["member_id"], "") for row in alerts}
    return list(dict.fromkeys(item for row in messages for item in items_of(row, clients)))


def _items(
    c: sa.Connection,
    reasons: Mapping[int, Reason],
    laps: Mapping[int, int],
    routes: Mapping[str, tuple[str, ...]],
    today: date,
) -> list[Item]:
    """Read whom each of these alerts concerns today."""
    rows = stored.alert_rows(c, ids=reasons)
    crowd = _people(c, rows, today)
    clients = _clients(c, rows)
    newest = newest_events(c, reasons)
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


def _all_done(c: sa.Connection, frame: Frame, today: date) -> list[OutboxRow]:
    """Tell therapists that what nobody had acted on yet is over, where nothing else is left with them."""
    rows = stored.alert_rows(c, ids=ended_unseen(c, frame.run_id))
    rows = [row for row in rows if row["severity"] != "notice" and row["state"] in {"resolved", "voided"}]
    crowd = _people(c, rows, today)
    newest = newest_events(c, [row["id"] for row in rows])
    ended: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        therapist = crowd.therapist(row["episode_id"])
        if therapist is not None and crowd.is_here(therapist):
            ended.setdefault(therapist.id, []).append((row["id"], newest[row["id"]]))
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


def _writer(settings: Settings) -> Writer:
    """The practice's own templates, where it has a folder."""
    return Writer(None if settings.file is None else settings.file.parent / "templates", settings.text("alerts.link"))


def _routes(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Whom each policy names in `to`, besides the therapist."""
    routes: dict[str, tuple[str, ...]] = {}
    for table in settings.policies:
        to = table.values.get("to", ())
        routes[str(table.values.get("id", ""))] = (to,) if isinstance(to, str) else tuple(str(name) for name in to)
    return routes
