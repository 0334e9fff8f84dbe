"""Looks at alerts that stand: which one is the newest event of each, and whether anything is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from fit_toolkit.store import runs
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks

if TYPE_CHECKING:
    import sqlalchemy as sa


def has_live(c: sa.Connection, person: int, today: date) -> bool:
    """Say whether any alert of a therapist's episodes still asks for attention."""
    mine = s.assignment.c
    joined = s.alert.join(s.assignment, mine.episode_id == s.alert.c.episode_id)
    query = joined.select().with_only_columns(s.alert.c.id).where(
        mine.staff_id == person, mine.role == "therapist", mine.starts_on <= today,
        mine.ends_on.is_(None) | (mine.ends_on >= today), s.alert.c.state.in_(s.LIVE_STATES),
    )  # fmt: skip
    return c.execute(query.limit(1)).first() is not None


def ended_unseen(c: sa.Connection, run_id: int) -> list[int]:
    """Return the alerts that a run ended although nobody had acted on them yet.

    Those that runs cut off before it had ended are among them: nobody was told at their end, for they had none. Reads
    no events older than these runs.
    """
    last = runs.last_run(c, runs.RUN, successful=False)
    since = 0 if last is None else int(last["id"])
    r, e = s.run.c, s.alert_event.c
    mine = set(c.execute(s.run.select().with_only_columns(r.id).where(r.id > since, r.finished_at.is_(None))).scalars())
    mine.add(run_id)
    query = s.alert_event.select().with_only_columns(e.alert_id, e.run_id, e.from_state, e.to_state)
    found = []
    newest_first = query.order_by(e.id.desc()).execution_options(stream_results=True)  # read only as far as needed
    with c.execute(newest_first) as events:
        for alert, run, before, after in events:
            if run is not None and run < min(mine):
                break
            if run in mine and before == "open" and after not in s.LIVE_STATES:
                found.append(alert)
    return found


def newest_events(c: sa.Connection, alerts: Iterable[int]) -> dict[int, int]:
    """Return for each alert the number of its newest event."""
    newest: dict[int, int] = {}
    e = s.alert_event.c
    for part in chunks(alerts):
        query = s.alert_event.select().with_only_columns(e.alert_id, e.seq).where(e.alert_id.in_(part))
        for alert, seq in c.execute(query):
            newest[alert] = max(seq, newest.get(alert, 0))
    return newest
