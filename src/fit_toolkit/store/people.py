"""Staff, clients and episodes: adding, closing, transferring, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.model.people import CODE_RULE, Assignment, Candidate, Client, Episode, Member, Staff, is_code
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import dicts, rows_in, touch, utc
from fit_toolkit.store.tombstones import refuse_erased


def add_staff(
    c: sa.Connection,
    code: str,
    *,
    role: str = "therapist",
    starts_on: date,
    name: str | None = None,
    email: str | None = None,
    supervisor: str | None = None,
) -> int:
    """Add a member of staff and return the id."""
    _new_code(c, s.staff, code, "member of staff")
    _legal(role, s.STAFF_ROLES, "role")
    if email is not None and ("@" not in email or any(mark.isspace() or mark == "," for mark in email)):
        raise DataError("this is not one e-mail address")
    row: dict[str, Any] = {"code": code, "role": role, "name": name, "email": email, "starts_on": starts_on}
    row["supervisor_id"] = staff_id(c, supervisor) if supervisor is not None else None
    return _insert(c, s.staff, row)


def close_staff(c: sa.Connection, code: str, ends_on: date) -> None:
    """Say when a member of staff leaves; refused while episodes are still theirs after that day."""
    found = staff_id(c, code)
    open_after = sa.or_(s.assignment.c.ends_on.is_(None), s.assignment.c.ends_on > ends_on)
    count = c.scalar(sa.select(sa.func.count()).where(s.assignment.c.staff_id == found, open_after))
    if count:
        raise DataError(f"{count} assignments last longer than {ends_on}", hint="fit episodes transfer, or close them")
    c.execute(sa.update(s.staff).where(s.staff.c.id == found).values(ends_on=ends_on))


def list_staff(c: sa.Connection, *, on: date | None = None) -> list[Staff]:
    """List staff by code; with `on` only those there on that day."""
    boss = s.staff.alias("boss")
    query = (
        sa.select(*(column for column in s.staff.c if column.name != "supervisor_id"), boss.c.code.label("supervisor"))
        .select_from(s.staff.outerjoin(boss, boss.c.id == s.staff.c.supervisor_id))
        .order_by(s.staff.c.code)
    )
    if on is not None:
        query = query.where(s.staff.c.starts_on <= on, _not_over(s.staff.c.ends_on, on))
    return [Staff(**row) for row in dicts(c.execute(query))]


def add_client(
    c: sa.Connection,
    code: str,
    *,
    at: datetime,
    born_year: int | None = None,
    sex: str | None = None,
    again: bool = False,
) -> int:
    """Add a client by code and return the id; a code under which somebody was erased is refused unless `again`."""
    _new_code(c, s.client, code, "client")
    if not again:
        refuse_erased(c, [code])
    if born_year is not None and not 1900 <= born_year <= at.year:
        raise DataError("the year of birth is not between 1900 and now")
    return _insert(c, s.client, {"code": code, "born_year": born_year, "sex": sex, "added_at": utc(at)})


def list_clients(c: sa.Connection) -> list[Client]:
    """List clients by code with the number of their episodes."""
    query = (
        sa.select(s.client.c.id, s.client.c.code, s.client.c.born_year, s.client.c.sex,
                  sa.func.count(s.member.c.id).label("episodes"))
        .select_from(s.client.outerjoin(s.member))
        .group_by(*s.client.c)
        .order_by(s.client.c.code)
    )  # fmt: skip
    return [Client(**row) for row in dicts(c.execute(query))]


def open_episode(  # noqa: PLR0913 - one argument a column
    c: sa.Connection,
    clients: Sequence[str],
    *,
    therapist: str | None,
    opened_on: date,
    kind: str | None = None,
    code: str | None = None,
    closed_on: date | None = None,
    at: datetime | None = None,
) -> int:
    """Open an episode for one or several clients with a therapist; return its id.

    `closed_on` says that it is over already, so that a later one does not stand in its way; closing it is the caller's.

    Without a code it gets the first client's with a running number. A client may be in one individual episode at a
    time, beside a couple's or a group's.
    """
    if not clients or len(set(clients)) < len(clients):
        raise DataError("an episode needs at least one client, and each only once")
    kind = kind or {1: "individual", 2: "couple"}.get(len(clients), "group")
    _legal(kind, s.EPISODE_KINDS, "kind")
    if kind == "individual" and len(clients) > 1:
        raise DataError("an individual episode has one client", hint="--kind couple, family or group")
    ids = [client_id(c, client) for client in clients]
    code = code or _running_code(c, clients[0], ids[0])
    _new_code(c, s.episode, code, "episode")
    if kind == "individual":
        _no_overlap(c, ids[0], opened_on, closed_on=closed_on)
    episode = _insert(c, s.episode, {"code": code, "kind": kind, "opened_on": opened_on})
    members = [{"episode_id": episode, "client_id": client, "joined_on": opened_on} for client in ids]
    c.execute(sa.insert(s.member), members)
    if therapist is not None:
        _assign(c, episode, staff_id(c, therapist), "therapist", opened_on)
    _make_pairs(c, episode)
    touch(c, [episode], "opened", at)
    return episode


def close_episode(c: sa.Connection, code: str, *, on: date, reason: str, at: datetime | None = None) -> None:
    """Close an episode on its last day, with a reason; memberships and assignments end with it."""
    row = _episode(c, code)
    if row.closed_on is not None:
        raise DataError(f"the episode was closed on {row.closed_on} already")
    if on < row.opened_on:
        raise DataError(f"the episode was opened later than {on}, on {row.opened_on}")
    if not reason.strip():
        raise DataError("closing an episode needs a reason")
    _nothing_later(c, sa.select(s.member.c.id).where(s.member.c.episode_id == row.id), on, "close")
    _end_open(c, row.id, on)
    c.execute(sa.update(s.episode).where(s.episode.c.id == row.id).values(closed_on=on, close_reason=reason.strip()))
    touch(c, [row.id], "closed", at)


def reopen_episode(c: sa.Connection, code: str, *, at: datetime | None = None) -> None:
    """Take back a closing made by mistake, with the memberships and assignments that ended by it."""
    row = _episode(c, code)
    if row.closed_on is None:
        raise DataError("the episode is open")
    if row.kind == "individual":
        client = c.scalar(sa.select(s.member.c.client_id).where(s.member.c.episode_id == row.id))
        _no_overlap(c, int(client or 0), row.opened_on, but=row.id)
    for table, end in ((s.member, s.member.c.left_on), (s.assignment, s.assignment.c.ends_on)):
        c.execute(sa.update(table).where(table.c.episode_id == row.id, end == row.closed_on).values({end: None}))
    c.execute(sa.update(s.episode).where(s.episode.c.id == row.id).values(closed_on=None, close_reason=None))
    touch(c, [row.id], "reopened", at)


def add_member(c: sa.Connection, episode: str, client: str, *, joined_on: date, at: datetime | None = None) -> int:
    """Add a client to an open couple's, family's or group's episode; return the member id."""
    row = _open(c, episode)
    if row.kind == "individual":
        raise DataError("an individual episode has one client", hint="open a couple's, family's or group's episode")
    if joined_on < row.opened_on:
        raise DataError(f"the episode was opened later than {joined_on}, on {row.opened_on}")
    found = client_id(c, client)
    if c.scalar(sa.select(s.member.c.id).where(s.member.c.episode_id == row.id, s.member.c.client_id == found)):
        raise DataError("the client is or was a member of this episode already")
    member = _insert(c, s.member, {"episode_id": row.id, "client_id": found, "joined_on": joined_on})
    _make_pairs(c, row.id)
    touch(c, [row.id], "member", at)
    return member


def end_member(c: sa.Connection, episode: str, client: str, *, left_on: date, at: datetime | None = None) -> None:
    """Say on which day a member left an episode that goes on."""
    row = _open(c, episode)
    where = (s.member.c.episode_id == row.id, s.member.c.client_id == client_id(c, client))
    found = c.execute(
        sa.select(s.member.c.id, s.member.c.joined_on).where(*where, s.member.c.left_on.is_(None))
    ).first()
    if found is None:
        raise DataError("the client is no member of this episode now")
    if left_on < found.joined_on:
        raise DataError(f"the client joined later than {left_on}, on {found.joined_on}")
    _nothing_later(c, [found.id], left_on, "let the client leave")
    c.execute(sa.update(s.member).where(*where).values(left_on=left_on))
    touch(c, [row.id], "member", at)


def transfer(c: sa.Connection, episode: str, to: str, *, on: date, at: datetime | None = None) -> int:
    """Hand an episode to another therapist from the day `on`.

    Forms about the work together that were entered for sessions since then go with it; returns how many.
    """
    row = _open(c, episode)
    new = staff_id(c, to)
    current = [entry for entry in _assignments(c, [row.id]) if entry.role == "therapist" and entry.ends_on is None]
    for entry in current:
        if entry.staff_id == new:
            raise DataError("the episode is theirs already")
        if on <= entry.starts_on:
            raise DataError(f"a transfer must be later than the last one, on {entry.starts_on}")
        c.execute(sa.update(s.assignment).where(s.assignment.c.id == entry.id).values(ends_on=on - timedelta(days=1)))
    if on < row.opened_on:
        raise DataError(f"the episode was opened later than {on}, on {row.opened_on}")
    _assign(c, row.id, new, "therapist", on)
    _make_pairs(c, row.id)
    touch(c, [row.id], "transferred", at)
    return _hand_over(c, row.id, {entry.staff_id for entry in current}, new, on)


def assign(c: sa.Connection, episode: str, staff: str, *, role: str, on: date, at: datetime | None = None) -> None:
    """Add a cotherapist or supervisor to an episode; the therapist is changed by `transfer`."""
    row = _open(c, episode)
    _legal(role, ("cotherapist", "supervisor"), "role")
    _assign(c, row.id, staff_id(c, staff), role, max(on, row.opened_on))
    _make_pairs(c, row.id)
    touch(c, [row.id], "assigned", at)


def list_episodes(
    c: sa.Connection, *, open_on: date | None = None, client: str | None = None, ids: Iterable[int] | None = None
) -> list[Episode]:
    """List episodes with members and assignments; those open on a day, of one client, or by id."""
    query = sa.select(*(column for column in s.episode.c if column.name != "due_at")).order_by(s.episode.c.code)
    if open_on is not None:
        query = query.where(s.episode.c.opened_on <= open_on, _not_over(s.episode.c.closed_on, open_on))
    if client is not None:
        mine = sa.select(s.member.c.episode_id).where(s.member.c.client_id == client_id(c, client))
        query = query.where(s.episode.c.id.in_(mine))
    rows = dicts(rows_in(c, query, s.episode.c.id, ids))
    narrow = [row["id"] for row in rows] if ids is not None or client is not None else None
    members: dict[int, list[Member]] = {}
    for member in list_members(c, narrow):
        members.setdefault(member.episode_id, []).append(member)
    assignments: dict[int, list[Assignment]] = {}
    for entry in _assignments(c, narrow):
        assignments.setdefault(entry.episode_id, []).append(entry)
    return [
        Episode(**row, members=tuple(members.get(row["id"], ())), assignments=tuple(assignments.get(row["id"], ())))
        for row in rows
    ]


def list_members(c: sa.Connection, episode_ids: Iterable[int] | None = None) -> list[Member]:
    """List the members of episodes (all when None), by client code."""
    query = (
        sa.select(*s.member.c, s.client.c.code.label("client")).select_from(s.member.join(s.client)).order_by(s.client.c.code)
    )  # fmt: skip
    return [Member(**row) for row in dicts(rows_in(c, query, s.member.c.episode_id, episode_ids))]


def find_open_episodes(c: sa.Connection, client: str, on: date) -> list[Candidate]:
    """Find the episodes in which a client was a member on a day; an unknown client is refused."""
    found = candidates(c, [client]).get(client)
    if found is None:
        client_id(c, client)
    return [entry for entry in found or [] if entry.since <= on and (entry.until is None or on <= entry.until)]


def candidates(c: sa.Connection, clients: Iterable[str] | None = None) -> dict[str, list[Candidate]]:
    """Return every membership by client code, open or over; clients without one have an empty list."""
    query = (
        sa.select(
            s.client.c.code, s.episode.c.id, s.episode.c.code, s.episode.c.kind, s.member.c.id,
            s.member.c.joined_on, s.member.c.left_on, s.episode.c.closed_on,
        )
        .select_from(s.client.outerjoin(s.member, s.member.c.client_id == s.client.c.id).outerjoin(s.episode))
        .order_by(s.client.c.code, s.member.c.joined_on, s.member.c.id)
    )  # fmt: skip
    found: dict[str, list[Candidate]] = {}
    for client, episode_id, episode, kind, member_id, joined, left, closed in rows_in(
        c, query, s.client.c.code, clients
    ):
        listed = found.setdefault(client, [])
        if episode_id is not None:
            until = min((day for day in (left, closed) if day is not None), default=None)
            listed.append(Candidate(episode_id=episode_id, episode=episode, kind=kind, member_id=member_id,
                                    client=client, since=joined, until=until))  # fmt: skip
    return found


def assignments_of(c: sa.Connection, episode_ids: Iterable[int] | None) -> list[Assignment]:
    """Return who was assigned to episodes (all when None), oldest first."""
    return _assignments(c, episode_ids)


def pairs_of(c: sa.Connection, member_ids: Iterable[int] | None) -> dict[tuple[int, int], int]:
    """Return pair ids by (member id, staff id)."""
    query = sa.select(s.pair.c.member_id, s.pair.c.staff_id, s.pair.c.id)
    return {(row[0], row[1]): row[2] for row in rows_in(c, query, s.pair.c.member_id, member_ids)}


def persons_of(c: sa.Connection, member_ids: Iterable[int] | None) -> dict[int, tuple[int | None, str | None]]:
    """Return year of birth and sex by member id, for figures that hold for some people only."""
    query = sa.select(s.member.c.id, s.client.c.born_year, s.client.c.sex).select_from(s.member.join(s.client))
    return {row[0]: (row[1], row[2]) for row in rows_in(c, query, s.member.c.id, member_ids)}


def about(c: sa.Connection, codes: Iterable[str]) -> dict[str, tuple[int | None, str | None]]:
    """Return year of birth and sex by client code."""
    query = sa.select(s.client.c.code, s.client.c.born_year, s.client.c.sex)
    return {row[0]: (row[1], row[2]) for row in rows_in(c, query, s.client.c.code, codes)}


def fill_in(c: sa.Connection, told: Mapping[str, tuple[int | None, str | None]]) -> None:
    """Note year of birth and sex by client code where nothing is noted yet."""
    for at, column in enumerate((s.client.c.born_year, s.client.c.sex)):
        rows = [{"of": code, "new": said[at]} for code, said in told.items() if said[at] is not None]
        if rows:
            where = (s.client.c.code == sa.bindparam("of"), column.is_(None))
            c.execute(sa.update(s.client).where(*where).values({column: sa.bindparam("new")}), rows)


def staff_id(c: sa.Connection, code: str) -> int:
    """Return the id of a member of staff."""
    return _id_of(c, s.staff, code, "no member of staff has this code", "fit staff list")


def client_id(c: sa.Connection, code: str) -> int:
    """Return the id of a client."""
    return _id_of(c, s.client, code, "no client has this code", "fit clients list; fit clients add")


def episode_id(c: sa.Connection, code: str) -> int:
    """Return the id of an episode."""
    return _id_of(c, s.episode, code, "no episode has this code", "fit episodes list")


def _id_of(c: sa.Connection, table: sa.Table, code: str, problem: str, hint: str) -> int:
    found = c.scalar(sa.select(table.c.id).where(table.c.code == code))
    if found is None:
        raise DataError(problem, hint=hint)
    return int(found)


def _episode(c: sa.Connection, code: str) -> Any:
    return c.execute(sa.select(s.episode).where(s.episode.c.id == episode_id(c, code))).one()


def _open(c: sa.Connection, code: str) -> Any:
    row = _episode(c, code)
    if row.closed_on is not None:
        raise DataError(f"the episode was closed on {row.closed_on}", hint="fit episodes reopen takes that back")
    return row


def _new_code(c: sa.Connection, table: sa.Table, code: str, what: str) -> None:
    if not is_code(code):
        raise DataError(f"this is no code for a {what}: {CODE_RULE}")
    if c.scalar(sa.select(table.c.id).where(sa.func.lower(table.c.code) == code.lower())):
        raise DataError(f"the code is taken by another {what} (capitals make no difference)")


def _running_code(c: sa.Connection, client: str, client_key: int) -> str:
    taken = c.scalar(sa.select(sa.func.count()).where(s.member.c.client_id == client_key)) or 0
    while True:
        taken += 1
        code = f"{client[:59]}-{taken}"
        if not c.scalar(sa.select(s.episode.c.id).where(sa.func.lower(s.episode.c.code) == code.lower())):
            return code


def _hand_over(c: sa.Connection, episode: int, before: set[int], after: int, on: date) -> int:
    """Let the forms of sessions since `on` belong to the pair with the new therapist."""
    members = [member.id for member in list_members(c, [episode])]
    pairs, moved = pairs_of(c, members), 0
    for member in members:
        old = [pair for (one, staff), pair in pairs.items() if one == member and staff in before]
        since = sa.update(s.administration).where(
            s.administration.c.pair_id.in_(old),
            s.administration.c.session_on >= on,
            s.administration.c.state == "valid",
        )
        moved += c.execute(since.values(pair_id=pairs[member, after])).rowcount
    return moved


def _no_overlap(c: sa.Connection, client: int, opened_on: date, *, closed_on: date | None = None, but: int = 0) -> None:
    query = (
        sa.select(sa.func.count())
        .select_from(s.member.join(s.episode))
        .where(s.member.c.client_id == client, s.episode.c.kind == "individual", s.episode.c.id != but,
               _not_over(s.episode.c.closed_on, opened_on))
    )  # fmt: skip
    if closed_on is not None:
        query = query.where(s.episode.c.opened_on <= closed_on)
    if c.scalar(query):
        raise DataError(
            "the client has an individual episode that overlaps with this one",
            hint="close it first: fit episodes close; one that is over already: fit episodes open --until",
        )


def _assign(c: sa.Connection, episode: int, staff: int, role: str, on: date) -> None:
    ends = c.scalar(sa.select(s.staff.c.ends_on).where(s.staff.c.id == staff))
    if ends is not None and ends < on:
        raise DataError(f"this member of staff left on {ends}")
    _insert(c, s.assignment, {"episode_id": episode, "staff_id": staff, "role": role, "starts_on": on})


def _nothing_later(c: sa.Connection, members: Any, on: date, what: str) -> None:
    """Refuse an end that valid ratings are later than: they would belong nowhere."""
    later = sa.select(sa.func.count()).where(
        s.administration.c.member_id.in_(members), s.administration.c.state == "valid", s.administration.c.session_on > on
    )  # fmt: skip
    if count := c.scalar(later):
        raise DataError(f"{count} ratings are later than {on}", hint=f"{what} on a later day, or move or void them")


def _end_open(c: sa.Connection, episode: int, on: date) -> None:
    for table, end in ((s.member, s.member.c.left_on), (s.assignment, s.assignment.c.ends_on)):
        where = (table.c.episode_id == episode, sa.or_(end.is_(None), end > on))
        c.execute(sa.update(table).where(*where).values({end: on}))


def _make_pairs(c: sa.Connection, episode: int) -> None:
    wanted = sa.select(s.member.c.id, s.assignment.c.staff_id).select_from(
        s.member.join(s.assignment, s.assignment.c.episode_id == s.member.c.episode_id)
    ).where(s.member.c.episode_id == episode, s.assignment.c.role.in_(("therapist", "cotherapist"))).distinct()  # fmt: skip
    members = [row[0] for row in c.execute(sa.select(s.member.c.id).where(s.member.c.episode_id == episode))]
    there = pairs_of(c, members)
    missing = [{"member_id": m, "staff_id": t} for m, t in c.execute(wanted) if (m, t) not in there]
    if missing:
        c.execute(sa.insert(s.pair), missing)


def _assignments(c: sa.Connection, episode_ids: Iterable[int] | None) -> list[Assignment]:
    query = (
        sa.select(*s.assignment.c, s.staff.c.code.label("staff"))
        .select_from(s.assignment.join(s.staff))
        .order_by(s.assignment.c.starts_on, s.assignment.c.id)
    )
    return [Assignment(**row) for row in dicts(rows_in(c, query, s.assignment.c.episode_id, episode_ids))]


def _insert(c: sa.Connection, table: sa.Table, row: dict[str, Any]) -> int:
    made: int = c.execute(sa.insert(table).values(**row).returning(table.c.id)).scalar_one()
    return made


def _legal(value: str, values: tuple[str, ...], what: str) -> None:
    if value not in values:
        raise DataError(f"the {what} must be one of: {', '.join(values)}")


def _not_over(column: sa.ColumnElement[Any], on: date) -> sa.ColumnElement[bool]:
    return sa.or_(column.is_(None), column >= on)
