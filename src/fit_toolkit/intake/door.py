"""What stays outside: columns that tell who somebody is are dropped, and clients get pseudonyms, before anything looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.columns import known_names, names_clients, plain_name
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.personal import is_personal, personal_among
from fit_toolkit.intake.piece import Coded, Piece
from fit_toolkit.intake.source import Source
from fit_toolkit.model.parts import RawTable

Code = Callable[[str], str]
Guard = Callable[[RawTable], Callable[[Piece], Piece]]


@dataclass(frozen=True)
class _Guarded(Source):
    """A file as it comes through the door: some of its columns, and one of them coded."""

    behind: Source | None = None
    kept: tuple[int, ...] = ()
    coded: int = -1
    code: Code = str

    def pieces(self) -> Iterator[Piece]:
        """Give the rows in the order of the file, without what stays outside."""
        for piece in self.behind.pieces() if self.behind is not None else ():
            columns = [piece.columns[at].map(self.code) if at == self.coded else piece.columns[at] for at in self.kept]
            yield Piece(piece.rows, piece.lines, tuple(columns))


def through_the_door(source: Source, mapping: Map, code: Code | None = None) -> Source:
    """Drop the columns that tell who somebody is unless the map takes them; with `code`, name clients by it.

    With pseudonyms the columns that the map ignores stay outside, too: nobody knows what stands in them.
    """
    table = source.sample
    personal = {column for column in personal_among(table.columns, table.personal) if column not in mapping.columns}
    ignored = {*mapping.ignore} - personal if code is not None else set()
    client = _client(table, mapping) if code is not None else -1
    kept = tuple(at for at, column in enumerate(table.columns) if column not in personal | ignored)
    said = [*_said(table, personal, ignored), *_careful(mapping, code)]
    if len(kept) == len(table.columns) and client < 0:
        return replace(source, sample=replace(table, notes=(*table.notes, *said))) if said else source
    change = code or str
    rows = [[change(row[at]) if at == client else row[at] for at in kept] for row in table.rows]
    columns = tuple(table.columns[at] for at in kept)
    sample = replace(
        table,
        columns=columns,
        rows=rows,
        notes=(*table.notes, *said),
        meant={column: role for column, role in table.meant.items() if column in columns},
        personal=(),
    )
    return _Guarded(sample, source.count, source.spool, behind=source, kept=kept, coded=client, code=change)


def kept_out(mapping: Map, catalog: Catalog | None = None, code: Code | None = None) -> Guard:
    """Take out of the pieces of a large file, before they are set aside, what will not come through the door.

    Without a map that is settled, `catalog` is asked for names of items, which stay; who may be a client is coded already.
    """

    def guard(table: RawTable) -> Callable[[Piece], Piece]:
        personal = {column for column in personal_among(table.columns, table.personal) if column not in mapping.columns}
        if personal and catalog is not None:
            known = known_names(catalog)
            personal = {column for column in personal if plain_name(column) not in known}
        out = personal | ({*mapping.ignore} if code is not None else set())
        empty = {at for at, column in enumerate(table.columns) if column in out}
        meant = {column for column, role in table.meant.items() if role == "client"}
        coded = {
            at
            for at, column in enumerate(table.columns)
            if code is not None and column not in out and (column in meant or names_clients(column, mapping))
        }
        return lambda piece: _without(piece, empty, coded, code or str)

    return guard


def _without(piece: Piece, empty: set[int], coded: set[int], code: Code) -> Piece:
    if not (empty or coded):
        return piece
    nothing = Coded.always("", len(piece))
    columns = (
        nothing if at in empty else column.map(code) if at in coded else column
        for at, column in enumerate(piece.columns)
    )
    return Piece(piece.rows, piece.lines, tuple(columns))


def _client(table: RawTable, mapping: Map) -> int:
    for at, column in enumerate(table.columns):
        if column in mapping.columns and mapping.target(column).role == "client":
            return at
    return -1


def _said(table: RawTable, personal: set[str], ignored: set[str]) -> list[str]:
    dropped = [column for column in table.columns if column in personal]
    left = [column for column in table.columns if column in ignored]
    said = [f"dropped because they tell who somebody is: {', '.join(dropped)}"] if dropped else []
    return said + ([f"left out on purpose: {', '.join(left)}"] if left else [])


def _careful(mapping: Map, code: Code | None) -> list[str]:
    """Say what of a person comes in all the same."""
    roles = {mapping.target(column).role: column for column in mapping.columns}
    if code is not None and "episode" in roles:
        return ["the codes of episodes come in as they are; only clients get pseudonyms"]
    if code is None and is_personal(roles.get("client", "")):
        return [f"'{roles['client']}' tells who somebody is and becomes the client's code; --pseudonymise hides it"]
    return []
