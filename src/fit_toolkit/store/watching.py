"""What a monitor wants to know of a store: figures only, read in a moment, nothing about anybody."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fit_toolkit.store import runs
from fit_toolkit.store import schema as s

if TYPE_CHECKING:
    from fit_toolkit.store.opening import Store

BRIEFLY = 3.0
DEAD_FOR = timedelta(days=14)  # a message given up longer ago than this is no news
_OPEN_SAFETY = sa.and_(s.alert.c.state == sa.literal_column("'open'"), s.alert.c.severity == "safety")


@dataclass(frozen=True)
class Figures:
    """The runs, the messages that did not go out, and safety alerts that nobody has seen."""

    last: dict[str, Any] | None  # the newest run that did its work
    newest: dict[str, Any] | None  # the newest run however it ended, or that is still on
    first: datetime | None  # when the first run of any kind began
    undelivered: dict[str, int]  # by severity: messages that should have gone out by now
    dead: dict[str, int]  # by severity: messages given up lately
    lost: int  # safety alerts nobody has seen although a message about them was given up
    unseen: tuple[datetime, ...]  # when safety alerts that nobody has seen were opened, oldest first


def figures(c: sa.Connection, *, now: datetime, patience: timedelta) -> Figures:
    """Read them; a message is undelivered when it is older than `patience` and was to go out before now."""
    o = s.outbox.c
    # a message that is held back for the morning has not been tried; one that failed has a later time as well
    waits = sa.and_(
        o.state == sa.literal_column("'due'"), o.created_at <= now - patience, (o.not_before <= now) | (o.attempts > 0)
    )
    dead = sa.and_(o.state == "dead", o.created_at >= now - DEAD_FOR)
    opened = sa.select(s.alert.c.opened_at).where(_OPEN_SAFETY).order_by(s.alert.c.opened_at)
    return Figures(
        last=runs.last_run(c, runs.RUN),
        newest=runs.newest_run(c, runs.RUN),
        first=runs.first_run(c),
        undelivered=_by_severity(c, waits),
        dead=_by_severity(c, dead),
        lost=_lost(c),
        unseen=tuple(c.execute(opened).scalars()),
    )


def _by_severity(c: sa.Connection, which: sa.ColumnElement[bool]) -> dict[str, int]:
    o = s.outbox.c
    query = sa.select(o.severity, sa.func.count()).where(which).group_by(o.severity)
    found = {str(severity): int(count) for severity, count in c.execute(query)}
    return {severity: found.get(severity, 0) for severity in s.SEVERITIES}


def _lost(c: sa.Connection) -> int:
    """Count unseen safety alerts that a message given up tells of and none that went out or will."""
    unseen = set(c.execute(sa.select(s.alert.c.id).where(_OPEN_SAFETY)).scalars())
    if not unseen:
        return 0
    o = s.outbox.c
    told: dict[str, set[int]] = {"dead": set(), "sent": set(), "due": set()}
    for state, payload in c.execute(sa.select(o.state, o.payload).where(o.severity == "safety")):
        if state in told:
            told[state] |= {alert for alert, *_ in payload.get("alerts", ())}
    return len((told["dead"] & unseen) - told["sent"] - told["due"])


def intact(store: Store, *, seconds: float = BRIEFLY) -> tuple[bool, int]:
    """Look quickly through the store for damage: whether there is none, and how many tables it was too short for.

    Table by table, each for `seconds` at most: a writer has to wait as long, and gives up after ten. A database server
    looks after itself.
    """
    with store.read() as c:
        if c.dialect.name != "sqlite":
            return True, 0
        names = sa.text("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
        tables = list(c.execute(names).scalars())
    found = [_whole(store, table, seconds) for table in tables]
    return False not in found, found.count(None)


def _whole(store: Store, table: str, seconds: float) -> bool | None:
    """Look through one table and its indexes; None when the time was too short."""
    end = time.monotonic() + seconds
    with store.read() as c:
        raw: Any = c.connection.driver_connection
        raw.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            return bool(c.exec_driver_sql(f'PRAGMA quick_check("{table}")').scalar() == "ok")
        except sa.exc.OperationalError as error:
            if "interrupted" in str(error.orig):
                return None
            raise
        finally:
            raw.set_progress_handler(None, 0)
