"""Looks whether a store is sound: the file itself, and what has to hold between its rows whatever was cut off when.

Every check only reads and gives sentences about what is wrong, with the numbers of rows and never with what they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import schema as s

NAMED = 5  # so many rows are named in one sentence; the rest is counted
A, E, L, O, D = s.administration, s.alert_event, s.alert, s.outbox, s.delivery  # noqa: E741 - as in `outbox`
Check = Callable[[sa.Connection], Iterator[str]]


def file_is_whole(c: sa.Connection) -> Iterator[str]:
    """The pages, indexes and references of the file; a server looks after its own."""
    if c.dialect.name != "sqlite":
        return
    said = [str(row[0]) for row in c.exec_driver_sql("PRAGMA integrity_check(20)")]
    yield from (f"integrity check: {line}" for line in said if line != "ok")
    broken: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in c.exec_driver_sql("PRAGMA foreign_key_check"):
        broken[table, parent] = broken.get((table, parent), 0) + 1
    yield from (
        f"{count} rows of {table} name a {parent} that is not there" for (table, parent), count in broken.items()
    )


def tables_are_ours(c: sa.Connection) -> Iterator[str]:
    """Every table and index that this version knows, and what keeps events from being changed."""
    found = sa.inspect(c)
    there = set(found.get_table_names())
    for table in s.metadata.sorted_tables:
        if table.name not in there:
            yield f"the table {table.name} is missing"
    if c.dialect.name == "sqlite":
        held = set(c.exec_driver_sql("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')").scalars())
        wanted = {str(index.name) for table in s.metadata.sorted_tables for index in table.indexes}
        wanted |= {f"{E.name}_no_{verb}" for verb in ("update", "delete")}
        yield from (f"{name} is missing" for name in sorted(wanted - held))


def ratings_hang_together(c: sa.Connection) -> Iterator[str]:
    """One valid form of a key; corrections form chains; what was changed says why and by whom; batches add up."""
    valid = A.c.state == "valid"
    yield from _several(c, "forms are valid for the same session", A, s.ADMINISTRATION_KEY, valid)
    yield from _several(c, "forms of one chain of corrections are valid", A, ("root_id",), valid)
    root, after = A.alias("root"), A.alias("after")
    first = sa.select(A.c.id).join(root, root.c.id == A.c.root_id)
    yield from _named(c, "forms have a root that is itself a correction", first.where(root.c.root_id != root.c.id))
    yield from _named(c, "forms belong to a chain of another form", first.where(
        sa.or_(root.c.member_id != A.c.member_id, root.c.instrument != A.c.instrument)
    ))  # fmt: skip
    next_one = sa.select(A.c.id).join(after, after.c.id == A.c.replaced_by_id)
    stray = sa.or_(after.c.root_id != A.c.root_id, after.c.id <= A.c.id)
    yield from _named(
        c, "forms were superseded by a form of another chain", next_one.where(A.c.state == "superseded", stray)
    )
    alone = sa.and_(A.c.state == "superseded", A.c.replaced_by_id.is_(None))
    also = sa.and_(valid, A.c.replaced_by_id.is_not(None))
    yield from _named(
        c, "forms have an end that does not fit their state", sa.select(A.c.id).where(sa.or_(alone, also))
    )
    unsaid = sa.or_(A.c.change_reason.is_(None), A.c.changed_by.is_(None), A.c.changed_at.is_(None))
    yield from _named(c, "forms were taken out of use without a reason", sa.select(A.c.id).where(~valid, unsaid))
    pair = sa.select(A.c.id).join(s.pair, s.pair.c.id == A.c.pair_id).where(s.pair.c.member_id != A.c.member_id)
    yield from _named(c, "forms are filed under somebody else's therapist", pair)
    b = s.batch.c
    wrong = sa.select(b.id).where(b.rows_in != b.accepted + b.unchanged + b.rejected)
    yield from _named(c, "batches whose rows do not add up", wrong)
    undone = sa.select(A.c.id).join(s.batch, b.id == A.c.batch_id).where(valid, b.undone_at.is_not(None))
    yield from _named(c, "forms are valid although their batch was undone", undone)


def alerts_follow_from_their_events(c: sa.Connection) -> Iterator[str]:
    """The state of every alert is what its events come to: one event a transition, numbered without a gap."""
    now = {row.id: (row.state, row.cause) for row in c.execute(sa.select(L.c.id, L.c.state, L.c.cause))}
    folded: dict[int, tuple[str, str]] = {}
    last: dict[int, int] = {}
    gaps, jumps = set(), set()
    events = sa.select(E.c.alert_id, E.c.seq, E.c.from_state, E.c.to_state, E.c.cause).order_by(E.c.alert_id, E.c.seq)
    for alert, seq, before, after, cause in c.execute(events):
        if seq != last.get(alert, 0) + 1:
            gaps.add(alert)
        if (before or None) != (folded[alert][0] if alert in folded else None):
            jumps.add(alert)
        last[alert] = seq
        folded[alert] = (after, cause)
    yield from _about("alerts have events that are not numbered one after the other", gaps)
    yield from _about("alerts have an event that does not begin where the last one ended", jumps)
    yield from _about("alerts have no event", now.keys() - folded.keys())
    differing = {alert for alert, end in folded.items() if alert in now and now[alert] != end}
    yield from _about("alerts are not what their events come to", differing)


def alerts_have_their_evidence(c: sa.Connection) -> Iterator[str]:
    """One live alert of a key, about a member of its episode, with ratings that are there; gone ones only if voided."""
    live = L.c.state.in_(s.LIVE_STATES)
    yield from _several(c, "alerts of one key are live", L, s.ALERT_KEY, live)
    other = sa.select(L.c.id).join(s.member, s.member.c.id == L.c.member_id)
    yield from _named(
        c, "alerts are about nobody of their episode", other.where(s.member.c.episode_id != L.c.episode_id)
    )
    kept = set(c.execute(sa.select(A.c.id)).scalars())
    lost = set()
    for alert, root, seen, handled in c.execute(
        sa.select(L.c.id, L.c.root_id, L.c.seen, L.c.handled).where(L.c.state != "voided")
    ):
        named = [root, *(seen or {}).get("roots", ()), *(handled or {}).get("roots", ())]
        if any(number and number not in kept for number in named):
            lost.add(alert)
    yield from _about("alerts rest on ratings that are not there", lost)
    standing = sa.select(A.c.root_id).where(A.c.state == "valid")
    to_do = sa.select(s.touched.c.episode_id)  # the next run looks at these, and voids what has lost its ground
    watched = sa.select(sa.func.substr(s.policy_seen.c.policy, 1, sa.func.length(L.c.policy) + 1)).where(
        sa.func.substr(s.policy_seen.c.policy, 1, sa.func.length(L.c.policy) + 1) == L.c.policy + "|"
    )
    ground = sa.select(L.c.id).where(
        live, L.c.root_id != 0, L.c.root_id.not_in(standing), L.c.episode_id.not_in(to_do), sa.exists(watched)
    )  # fmt: skip
    yield from _named(c, "alerts are live although their rating was taken out of use", ground)


def messages_are_accounted_for(c: sa.Connection) -> Iterator[str]:
    """Every key once; what counts as sent has an attempt that went well, and what went well counts as sent."""
    yield from _several(c, "messages have the same key", O, ("key",), sa.true())
    well = sa.select(D.c.outbox_id).where(D.c.result == "sent")
    yield from _named(c, "messages count as sent, and none of their attempts went well", sa.select(O.c.id).where(
        O.c.state == "sent", O.c.id.not_in(well)
    ))  # fmt: skip
    yield from _named(c, "messages went out and do not count as sent", sa.select(O.c.id).where(
        O.c.state != "sent", O.c.id.in_(well)
    ))  # fmt: skip
    newest = {row[0]: row[1] for row in c.execute(sa.select(E.c.alert_id, sa.func.max(E.c.seq)).group_by(E.c.alert_id))}
    kept: dict[int, set[tuple[int, ...]]] = {}
    t = s.told.c
    for message, *who in c.execute(sa.select(t.outbox_id, t.alert_id, t.seq, t.lap, t.staff_id)):
        kept.setdefault(message, set()).add(tuple(who))
    unknown, unlike = set(), set()
    for message, state, staff, payload in c.execute(sa.select(O.c.id, O.c.state, O.c.recipient_staff_id, O.c.payload)):
        told = payload.get("alerts", ()) if isinstance(payload, dict) else ()
        if any(seq > newest.get(alert, 0) for alert, seq, *_ in told):
            unknown.add(message)
        wanted = {(alert, seq, lap, staff or 0) for alert, seq, lap, *_ in told if alert in newest}
        if (wanted if state != "cancelled" else set()) != kept.get(message, set()) and (told or state == "cancelled"):
            unlike.add(message)
    yield from _about("messages tell of something that did not happen", unknown)
    yield from _about("messages tell another thing than is kept of who was told", unlike)


def runs_came_to_an_end(c: sa.Connection) -> Iterator[str]:
    """A run that is over says how it ended; one that was cut off is no fault of the store."""
    r = s.run.c
    half = sa.select(r.id).where(r.finished_at.is_(None) != r.exit_code.is_(None))
    yield from _named(c, "runs say how they ended but not when, or the other way round", half)


def cells_can_be_read(c: sa.Connection) -> Iterator[str]:
    """Every cell of every table is text, a number, a day or JSON, as its column has it."""
    for table in s.metadata.sorted_tables:
        try:
            with c.execution_options(yield_per=1000).execute(sa.select(table)) as rows:
                for _ in rows:
                    pass
        except (ValueError, sa.exc.DBAPIError):
            yield f"rows of {table.name} cannot be read"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("file", file_is_whole),
    ("tables", tables_are_ours),
    ("cells", cells_can_be_read),
    ("ratings", ratings_hang_together),
    ("alert events", alerts_follow_from_their_events),
    ("alerts", alerts_have_their_evidence),
    ("messages", messages_are_accounted_for),
    ("runs", runs_came_to_an_end),
)


def _several(
    c: sa.Connection, what: str, table: sa.Table, key: Sequence[str], where: sa.ColumnElement[bool]
) -> Iterator[str]:
    columns = [table.c[name] for name in key]
    many = sa.select(sa.func.min(table.c.id)).where(where).group_by(*columns).having(sa.func.count() > 1)
    yield from _about(f"times several {what}, from number", c.execute(many).scalars())


def _named(c: sa.Connection, what: str, ids: sa.Select[Any]) -> Iterator[str]:
    yield from _about(what, c.execute(ids).scalars())


def _about(what: str, ids: Iterable[int]) -> Iterator[str]:
    listed = sorted(set(ids))
    if listed:
        shown = ", ".join(str(number) for number in listed[:NAMED])
        yield f"{len(listed)} {what}: {shown}" + (" and others" if len(listed) > NAMED else "")
