"""Decides who is told what: from alerts that stand open to rows of the outbox, written in the same transaction.

Why a message was sent is one of five named reasons (`Reason`) and is stored with it: new, again, repeat, all-done,
escalated. A run plans once for each slice, and wraps up at its end: then what only the whole run shows is told, and
the messages of its slices are gathered into one per person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fit_toolkit.alerts import digest, retired
from fit_toolkit.alerts.compose import (
    OLD,
    REVIEW,
    Frame,
    Item,
    OutboxRow,
    about_all_done,
    about_failed,
    about_matters,
    compose,
    items_of,
)
from fit_toolkit.alerts.escalate import undelivered
from fit_toolkit.alerts.mail_text import Writer
from fit_toolkit.alerts.pending import Round, people_of
from fit_toolkit.alerts.quiet import Quiet
from fit_toolkit.alerts.recipients import People
from fit_toolkit.alerts.repeats import JITTER
from fit_toolkit.alerts.standing import ended_unseen, has_live, newest_events
from fit_toolkit.model.alerts import Alert, Transition
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import outbox, people, runs
from fit_toolkit.store.reminders import changed_hands, due
from fit_toolkit.store.rows import utc

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.engine import PluginFailure
    from fit_toolkit.settings import Settings


class Planned(NamedTuple):
    """Messages for `store.outbox.add_messages`, and what is held back, for the record of the run."""

    rows: list[OutboxRow]
    held: dict[str, int]


def plan(
    c: sa.Connection, transitions: Sequence[Transition], *, settings: Settings, today: date, run_id: int, now: datetime
) -> list[OutboxRow]:
    """Plan messages about the transitions of one slice that tell; their alerts and events are stored already."""
    frame = frame_of(settings, run_id, now)
    # what has become safety while it was open comes up when safety does, not when attention would have
    tells = [change.alert.id for change in transitions if change.tells or _is_open_safety(change.alert)]
    return compose(Round(c, settings, frame, today).items(tells), frame)


def _is_open_safety(alert: Alert) -> bool:
    return alert.state == "open" and alert.severity == "safety"


def wrap_up(
    c: sa.Connection,
    *,
    settings: Settings,
    today: date,
    run_id: int,
    now: datetime,
    failures: Iterable[PluginFailure] = (),
    stale: Collection[str] = (),
) -> Planned:
    """Plan what only the end of a run shows, before it is noted as finished; `stale` policies could not be asked.

    That is what comes up again or has changed hands, the weekly digest, what is over with nothing left, and what
    failed. Grouped messages that have not gone out yet are called back and told in one.
    """
    frame = frame_of(settings, run_id, now)
    end = Round(c, settings, frame, today, frozenset(stale))
    last = runs.last_run(c, runs.RUN)
    came_up = {*due(c, frame.now + JITTER), *changed_hands(c, today, None if last is None else last["as_of"])}
    items = end.items(sorted(came_up))  # before anything is called back: who was told of it still stands there
    behind = retired.call_back(c, frame)
    grouped = _gatherable(c, frame)
    written = _gathered(end, [*grouped, *filter(retired.written_anew, behind)])
    digests = digest.weekly(end, last, list({_told(item): item for item in [*written, *items]}.values()))
    rows = _in_one(c, grouped, compose(digests.items, frame), frame)
    rows += undelivered(c, settings.number("alerts.escalate_failures"), now=frame.now)
    rows += retired.moved(behind, frame) + digests.rows + _all_done(c, frame, today)
    names = [f"plugin {failure.plugin}: {failure.thing}".strip(": ") for failure in failures]
    office = People(people.list_staff(c), {}, today).administrators()
    rows += about_failed(list(dict.fromkeys([*names, *frame.writer.unusable()])), office, frame)
    rows += about_matters(retired.lines(behind, frame), office, frame)
    return Planned(rows, {f"held back ({why})": count for why, count in Counter(end.held.values()).items()})


def frame_of(settings: Settings, run_id: int, now: datetime) -> Frame:
    """Read what is the same for all messages of a run."""
    return Frame(
        channels=tuple(dict.fromkeys(settings.texts("alerts.channels"))),
        run_id=run_id,
        now=utc(now),
        writer=Writer(
            None if settings.file is None else settings.file.parent / "templates", settings.text("alerts.link")
        ),
        include_codes=settings.flag("mail.include_codes"),
        quiet=Quiet.of(settings),
        old_days=settings.number("alerts.safety_old_days"),
    )


def _gatherable(c: sa.Connection, frame: Frame) -> list[dict[str, Any]]:
    """Grouped messages that nobody has tried to send yet, of this run or of earlier ones.

    In quiet hours not those whose time has come: what is new now has to wait longer than they do.
    """
    return [
        row for row in outbox.waiting(c)
        if row["payload"].get("kind") in {REVIEW, OLD} and "what" not in row["payload"] and not row["attempts"]
        and (row["run_id"] == frame.run_id or row["not_before"] > frame.now or frame.later == frame.now)
        and frame.channels
    ]  # fmt: skip


def _gathered(end: Round, messages: Sequence[Mapping[str, Any]]) -> list[Item]:
    """Return what messages tell, without what has been seen to or is held back by now."""
    alerts = {told[0] for row in messages for told in row["payload"]["alerts"]}
    rows = end.not_held([row for row in stored.alert_rows(end.c, ids=alerts) if row["state"] == "open"])
    codes = {member.id: member.client for member in people.list_members(end.c, {row["episode_id"] for row in rows})}
    clients = {row["id"]: codes.get(row["member_id"], "") for row in rows}
    return [item for row in messages for item in items_of(row, clients) if item.alert in clients]


def _told(item: Item) -> tuple[int, tuple[int, ...]]:
    """What one message tells once: of two about one alert to one person the later stays."""
    return item.alert, item.staff


def _in_one(
    c: sa.Connection, before: Sequence[Mapping[str, Any]], rows: Sequence[OutboxRow], frame: Frame
) -> list[OutboxRow]:
    """Call back what is told by `rows` now; a message that stays the same stays as it is."""
    same = {row["key"] for row in before} & {row["key"] for row in rows}
    outbox.cancel(c, [row["id"] for row in before if row["key"] not in same], now=frame.now)
    return [row for row in rows if row["key"] not in same]


def _all_done(c: sa.Connection, frame: Frame, today: date) -> list[OutboxRow]:
    """Tell therapists that what nobody had acted on yet is over, where nothing else is left with them."""
    rows = stored.alert_rows(c, ids=ended_unseen(c, frame.run_id))
    rows = [row for row in rows if row["severity"] != "notice" and row["state"] in {"resolved", "voided"}]
    crowd = people_of(c, rows, today)
    newest = newest_events(c, [row["id"] for row in rows])
    knows = {(telling.alert, telling.staff) for telling in outbox.told_of(c, [row["id"] for row in rows])}
    ended: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        therapist = crowd.therapist(row["episode_id"])
        if therapist is not None and crowd.is_here(therapist) and (row["id"], therapist.id) in knows:
            ended.setdefault(therapist.id, []).append((row["id"], newest[row["id"]]))
    return [
        message
        for person, told in ended.items()
        if not has_live(c, person, today)
        for message in about_all_done(told, person, frame)
    ]
