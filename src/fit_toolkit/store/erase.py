"""Takes everything about one client out of the store, in the caller's transaction; others stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.people import client_id
from fit_toolkit.store.rows import chunks, dicts, rows_in, touch

A, E, L, O, M = s.administration, s.alert_event, s.alert, s.outbox, s.member  # noqa: E741 - as in `outbox`
GONE = "(erased)"
DIGEST = "digest"  # a message about everybody: it is kept, so that it is not sent again
SHORTEST = 3  # letters of a code that is looked for in what people typed about others
# What people typed, and what came of it, in rows that may be about others.
TYPED: Sequence[tuple[sa.Table, tuple[str, ...]]] = (
    (s.episode, ("close_reason",)),
    (s.pause, ("reason",)),
    (s.appointment, ("reason",)),
    (s.batch, ("undo_reason",)),
    (s.administration, ("change_reason", "texts")),
    (s.alert, ("note", "snooze_reason")),
    (s.alert_event, ("evidence",)),
    (s.hold, ("reason", "release_reason")),
    (s.tombstone, ("reason",)),
    (s.outbox, ("subject", "body", "payload")),
    (s.run, ("failures",)),
)


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """What of the store is about one client: `alone` are the episodes that end with them, `shared` those that go on."""

    client: int
    code: str
    added_at: datetime
    members: tuple[int, ...]
    alone: tuple[int, ...]
    shared: tuple[int, ...]
    forms: tuple[int, ...]
    alerts: tuple[int, ...]
    sheets: tuple[int, ...]
    counts: dict[str, int]


def what_goes(c: sa.Connection, code: str) -> Going:
    """Find what of the store is about a client."""
    client = client_id(c, code)
    mine = c.execute(sa.select(M.c.id, M.c.episode_id).where(M.c.client_id == client)).all()
    members, episodes = tuple(row[0] for row in mine), [row[1] for row in mine]
    others = {row[0] for row in rows_in(c, sa.select(M.c.episode_id).where(M.c.client_id != client), M.c.episode_id, episodes)}  # fmt: skip
    ids = {
        name: tuple(sorted(row[0] for row in rows_in(c, sa.select(table.c.id), table.c.member_id, members)))
        for name, table in (("forms", A), ("alerts", L), ("sheets", s.sheet))
    }
    counts = {
        "episodes": len(set(episodes) - others), "memberships in episodes that go on": len(others), "forms": len(ids["forms"]),
        "alerts": len(ids["alerts"]), "messages": len(_messages(c, set(ids["alerts"]))), "sheets": len(ids["sheets"]),
        "scores": _count(c, s.score.c.administration_id, ids["forms"]),
        "flagged answers": _count(c, s.risk_answer.c.administration_id, ids["forms"]),
        "steps of alerts": _count(c, E.c.alert_id, ids["alerts"]),
        "appointments": _count(c, s.appointment.c.episode_id, set(episodes) - others),
    }  # fmt: skip
    added = c.execute(sa.select(s.client.c.added_at).where(s.client.c.id == client)).scalar_one()
    return Going(
        client=client, code=code, added_at=added, members=members, shared=tuple(sorted(others)),
        alone=tuple(sorted(set(episodes) - others)), counts=counts, **ids,
    )  # fmt: skip


def erase_rows(c: sa.Connection, going: Going, *, at: datetime) -> list[str]:
    """Delete what is about a client; returns the keys of the messages that went with it.

    What of others rests on the same episode is looked at again by the next run.
    """
    with _history_open(c):
        keys = _forget_messages(c, going)
        _delete(c, s.told.c.alert_id, going.alerts)
        _delete(c, E.c.alert_id, going.alerts)
        _delete(c, L.c.id, going.alerts)
        _delete_forms(c, going.forms)
        _delete(c, s.sheet.c.id, going.sheets)
        _delete(c, s.pair.c.member_id, going.members)
        for table in (s.touched, s.label, s.plan, s.pause, s.appointment, s.assignment):
            _delete(c, table.c.episode_id, going.alone)
        _delete(c, M.c.id, going.members)
        _delete(c, s.episode.c.id, going.alone)
        _delete(c, s.hold.c.client_id, [going.client])
        _delete(c, s.exported.c.client_id, [going.client])
        _delete(c, s.client.c.id, [going.client])
        _rename(c, going)
        if (
            len(going.code) >= SHORTEST and not going.code.isdigit()
        ):  # a number would be found where it means another thing
            _unname(c, going.code)
    touch(c, going.shared, "erased", at)
    return keys


def word(code: str, *, episodes: bool = True) -> re.Pattern[str]:
    """A pattern for a code where it stands as a word of its own; with `episodes` also of an episode named after it."""
    number = r"(?:-\d+)?" if episodes else ""
    before, after = r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9][.-])", r"(?![A-Za-z0-9_])(?![.-][A-Za-z0-9])"
    return re.compile(f"{before}{re.escape(code)}{number}{after}", re.IGNORECASE)


@contextmanager
def _history_open(c: sa.Connection) -> Iterator[None]:
    """Let events be deleted inside; what keeps them from being changed comes back in the same transaction."""
    if c.dialect.name == "postgresql":
        c.execute(sa.text(f"ALTER TABLE {E.name} DISABLE TRIGGER {E.name}_append_only"))
        yield
        c.execute(sa.text(f"ALTER TABLE {E.name} ENABLE TRIGGER {E.name}_append_only"))
        return
    kept = list(
        c.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": E.name}
        )
    )
    for name, _ in kept:
        c.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in kept:
        c.exec_driver_sql(sql)


def _delete_forms(c: sa.Connection, forms: Sequence[int]) -> None:
    """Delete forms and what came of them; one keyed to somebody else at first keeps its row there, without answers."""
    astray = [
        row[0]
        for row in rows_in(c, sa.select(A.c.id), A.c.replaced_by_id, forms)
        if row[0] not in set(forms)
    ]  # fmt: skip
    for part in chunks(astray):
        empty: dict[str, Any] = {
            "raw": {},
            "definition_hash": "",  # there is nothing left to score again
            "numbers": {},
            "texts": None,
            "replaced_by_id": None,
            "change_reason": f"keyed to the wrong client {GONE}",
        }
        c.execute(sa.update(A).where(A.c.id.in_(part)).values(**empty))
    for column in (s.score.c.administration_id, s.risk_answer.c.administration_id):
        _delete(c, column, (*forms, *astray))
    for part in chunks(forms):  # they name each other
        c.execute(sa.update(A).where(A.c.id.in_(part)).values(root_id=A.c.id, replaced_by_id=None))
    _delete(c, A.c.id, forms)


def _messages(c: sa.Connection, alerts: set[int]) -> list[dict[str, Any]]:
    """The messages that tell, or told, of some alerts; those called back are in it."""
    if not alerts:
        return []
    rows = dicts(c.execute(sa.select(O.c.id, O.c.key, O.c.state, O.c.subject, O.c.body, O.c.payload)))
    return [row for row in rows if alerts & {*_told(row["payload"]), *row["payload"].get("over", ())}]


def _told(payload: dict[str, Any]) -> list[int]:
    return [told[0] for told in payload.get("alerts", ())]


def _forget_messages(c: sa.Connection, going: Going) -> list[str]:
    """Delete messages about this client alone; take the client out of those about others, too."""
    alerts, keys, only = set(going.alerts), [], []
    for row in _messages(c, alerts):
        payload = row["payload"]
        left = [told for told in payload.get("alerts", ()) if told[0] not in alerts]
        over = [alert for alert in payload.get("over", ()) if alert not in alerts]
        if not left and not over and payload.get("kind") != DIGEST:
            only.append(row["id"])
            keys.append(row["key"])
            continue
        pattern = word(going.code, episodes=False)
        kept = {
            **payload,
            **({"alerts": left} if "alerts" in payload else {}),
            **({"over": over} if "over" in payload else {}),
        }
        if isinstance(what := payload.get("what"), list):
            kept["what"] = [each for each in what if not (isinstance(each, list) and each and each[0] in alerts)]
        said = {name: pattern.sub(GONE, row[name]) for name in ("subject", "body")}
        c.execute(sa.update(O).where(O.c.id == row["id"]).values(payload=kept, **said))
    for column in (s.told.c.outbox_id, s.delivery.c.outbox_id, O.c.id):
        _delete(c, column, only)
    return keys


def _rename(c: sa.Connection, going: Going) -> None:
    """Give an episode that goes on another code where it was named after this client."""
    pattern = word(going.code)
    for id, code in rows_in(c, sa.select(s.episode.c.id, s.episode.c.code), s.episode.c.id, going.shared):
        if pattern.search(code):
            number = 1
            while c.scalar(sa.select(s.episode.c.id).where(sa.func.lower(s.episode.c.code) == f"shared-{number}")):
                number += 1
            c.execute(sa.update(s.episode).where(s.episode.c.id == id).values(code=f"shared-{number}"))


def _unname(c: sa.Connection, code: str) -> None:
    """Take a code out of what people typed about others."""
    pattern = word(code)
    for table, columns in TYPED:
        for name in columns:
            column = table.c[name]
            text = sa.func.lower(sa.cast(column, sa.Text))
            found = sa.select(table.c.id, column).where(text.contains(code.lower(), autoescape=True))
            for id, value in c.execute(found).all():
                changed = _without(value, pattern)
                if changed != value:
                    c.execute(sa.update(table).where(table.c.id == id).values({name: changed}))


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(GONE, value)
    return json.loads(pattern.sub(GONE, json.dumps(value, ensure_ascii=False)))


def _count(c: sa.Connection, column: sa.ColumnElement[Any], ids: Iterable[int]) -> int:
    return sum(row[0] for row in _counted(c, column, ids))


def _counted(c: sa.Connection, column: sa.ColumnElement[Any], ids: Iterable[int]) -> Iterator[Any]:
    for part in chunks(ids):
        yield from c.execute(sa.select(sa.func.count()).where(column.in_(part)))


def _delete(c: sa.Connection, column: sa.Column[Any], ids: Iterable[int]) -> None:
    for part in chunks(ids):
        c.execute(sa.delete(column.table).where(column.in_(part)))
