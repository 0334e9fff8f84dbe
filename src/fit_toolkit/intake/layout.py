"""Where in a file each thing stands: roles, and groups of answer columns that make up one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from fit_toolkit.catalog import Catalog
from fit_toolkit.catalog.convert import nearest
from fit_toolkit.errors import DataError
from fit_toolkit.intake.mapping import DIARY_ROLES, ROLES, Map, Target
from fit_toolkit.intake.moments import Moments
from fit_toolkit.intake.records import SHOWN
from fit_toolkit.intake.values import Every
from fit_toolkit.model.instrument import Instrument

CONTEXT = ("client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument")
ALWAYS_IGNORED = ("problem",)  # the column that a file of rejected rows has more
NAMED = 40  # columns that a message names
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_DATUM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}.*|[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True)
class Slot:
    """One answer column: its position, the item or scale it holds, and what its words count."""

    column: int
    id: str
    kind: str
    values: dict[str, float] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    factor: float = 1.0


@dataclass(frozen=True)
class Group:
    """Answer columns of one form, and what holds for all of them whatever the row says."""

    fixed: dict[str, str]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Layout:
    """The meaning of a file's columns; `long` says that each row holds one answer."""

    columns: tuple[str, ...]
    roles: dict[str, int]
    groups: tuple[Group, ...]
    long: bool
    ignored: tuple[str, ...]
    unnamed: tuple[int, ...]
    mapping: Map
    dates: Moments = field(default_factory=Moments)

    def target(self, role: str) -> Target:
        """Give what the map says about the column with a role."""
        name = self.columns[self.roles[role]]
        return self.mapping.target(name) if name in self.mapping.columns else Target(role=role)

    def name(self, role: str) -> str:
        """Give the file's name of the column with a role, or the role itself."""
        return self.columns[self.roles[role]] if role in self.roles else role


def make_layout(
    columns: Sequence[str], mapping: Map, instruments: Iterable[Instrument], file: str, passed: Iterable[str] = (),
    *, zone: str = "UTC",
) -> Layout:  # fmt: skip
    """Lay out a file by a map; missing and unknown columns are refused, all of them at once.

    `passed` are columns that may be passed over although the map does not name them; `zone` is the practice's.
    """
    passable = {*mapping.ignore, *ALWAYS_IGNORED, *passed}
    known = {instrument.id: instrument for instrument in instruments}
    if not set(mapping.columns) & set(columns):
        raise DataError(
            "no column has a known name; is the header line missing?",
            where=f"{file}:1",
            hint="fit import FILE --instrument ID --dry-run shows what was understood",
        )
    refuse_headless([column for column in columns if column not in mapping.columns and column not in passable], file)
    _no_doubles(columns, file)
    missing = [column for column in mapping.columns if column not in columns]
    roles: dict[str, int] = {}
    groups: dict[tuple[tuple[str, str], ...], list[Slot]] = {}
    unknown: list[str] = []
    ignored: list[str] = []
    unnamed: list[int] = []
    wrong: list[str] = []
    for position, column in enumerate(columns):
        if not column.strip():
            unnamed.append(position)
        elif column in mapping.columns:
            target = mapping.target(column)
            if target.role:
                if target.role in DIARY_ROLES:
                    wrong.append(f"'{column}' is {target.role}, which only a diary has (fit appointments import)")
                if target.role in roles:
                    wrong.append(f"two columns for the {target.role}: '{columns[roles[target.role]]}' and '{column}'")
                roles[target.role] = position
                continue
            slot = _slot(position, target, mapping, known)
            if slot is None:
                wrong.append(f"'{column}' is for '{target.item or target.scale}', which no instrument in use has")
                continue
            groups.setdefault(_fixed(target, mapping), []).append(slot)
        elif column in passable or mapping.on_unknown_column == "ignore":
            ignored.append(column)
        else:
            unknown.append(column)
    _refuse(missing, unknown, wrong, file, nameless=not (mapping.instrument or "instrument" in roles or groups))
    made = tuple(Group(dict(fixed), tuple(slots)) for fixed, slots in groups.items())
    layout = Layout(tuple(columns), roles, made, "value" in roles, tuple(ignored), tuple(unnamed), mapping,
                    Moments(mapping.date_format, mapping.timezone, zone))  # fmt: skip
    _complete(layout, mapping, file)
    return layout


def refuse_headless(columns: Sequence[str], file: str) -> None:
    """Refuse a file whose first row holds data, without naming any of it: it may be about people."""
    numbers = [column.strip() for column in columns if _NUMBER.fullmatch(column.strip())]
    if len(numbers) > len(set(numbers)) or any(_DATUM.fullmatch(column.strip()) for column in columns):
        raise DataError(
            "the first row holds days, numbers or addresses in the place of names; is the header line missing?",
            where=f"{file}:1", hint="write a first line with the names of the columns: client,date,q1 ...",
        )  # fmt: skip


def instruments_in(catalog: Catalog, texts: Iterable[str], mapping: Map) -> list[Instrument]:
    """Gather the instruments a file may hold: named in its cells, in the map, or for the whole file."""
    named = {text.strip() for text in texts}
    for target in mapping.columns.values():
        if isinstance(target, Target) and target.role == "instrument":
            named |= {target.words.get(text, text) for text in named}
    named |= {target.instrument for target in mapping.columns.values() if isinstance(target, Target)}
    named.add(mapping.instrument)
    return [catalog.get(id) for id in sorted(named) if id in catalog]


def _slot(position: int, target: Target, mapping: Map, known: dict[str, Instrument]) -> Slot | None:
    id = target.item or target.scale
    candidates = [known[target.instrument]] if target.instrument in known else list(known.values())
    values = {**mapping.values, **target.values}
    missing = frozenset(text.strip() for text in (*mapping.missing, *target.missing))
    if not target.scale and any(id in each.item_ids for each in candidates):
        return Slot(position, id, "item", values, missing, target.factor)
    if any(id == scale.id for each in candidates for scale in each.scales):
        return Slot(position, id, "scale", values, missing, target.factor)
    return None


def _fixed(target: Target, mapping: Map) -> tuple[tuple[str, str], ...]:
    day: date | str | None = target.day
    start = mapping.start_day
    if start is not None and not mapping.every and not target.day:
        day = Every(target.after).after(start, 1) if target.after else start
    given = {
        "instrument": target.instrument,
        "session": str(target.session or ""),
        "date": str(day or ""),
        "occasion": target.occasion,
        "rater": target.rater,
    }
    return tuple((name, value) for name, value in given.items() if value)


def _no_doubles(columns: Sequence[str], file: str) -> None:
    seen: set[str] = set()
    doubles = sorted({column for column in columns if column.strip() and (column in seen or seen.add(column))})  # type: ignore[func-returns-value]
    if doubles:
        raise DataError(f"columns with the same name: {listed(doubles)}", where=f"{file}:1")


def _refuse(missing: list[str], unknown: list[str], wrong: list[str], file: str, *, nameless: bool) -> None:
    said = []
    if missing:
        said.append("missing columns: " + listed(missing))
    if unknown:
        said.append("unknown columns: " + listed(unknown))
    said += wrong
    if said:
        hint = "give their meaning in a map, or name them under `ignore` there: fit import FILE --save-map MAP"
        if nameless:
            hint = f"of which instrument? --instrument ID; otherwise {hint}"
        raise DataError("; ".join(said), where=f"{file}:1", hint=hint, findings=(*missing, *unknown, *wrong))


def _complete(layout: Layout, mapping: Map, file: str) -> None:
    lacking = []
    if "client" not in layout.roles:
        lacking.append("no column for the client")
    has_date = "date" in layout.roles or bool(mapping.every)
    if not has_date and not (layout.groups and all("date" in group.fixed for group in layout.groups)):
        lacking.append(
            "no column for the date; the name of an event or a visit is none (for data without dates: --start DATE --every '1 weeks')"
        )
    if layout.long:
        if ("item" in layout.roles) == ("scale" in layout.roles):
            lacking.append("with a column 'value' there is one column 'item' or 'scale'")
        if layout.groups:
            lacking.append("answers both in a column 'value' and in columns of their own")
    elif not layout.groups:
        lacking.append("no column with answers (item ids, or scale ids for totals)")
    named = "instrument" in layout.roles or mapping.instrument
    if not named and (layout.long or not all("instrument" in group.fixed for group in layout.groups)):
        lacking.append("no instrument (a column 'instrument', or --instrument ID)")
    if lacking:
        raise DataError("; ".join(lacking), where=f"{file}:1", findings=tuple(lacking))


def listed(columns: Sequence[str]) -> str:
    """Name columns for a person; of very many, and of very long ones, the beginning."""
    more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    return ", ".join(map(_readable, columns[:NAMED])) + more


def _readable(column: str) -> str:
    shown = column if len(column) <= SHOWN else f"{column[:SHOWN]}..."
    return shown if shown.isprintable() and shown.isascii() else repr(shown)


def suggestion(column: str, ids: Iterable[str]) -> str:
    """Say which default name a column may be meant for."""
    hint = nearest(column, [*ROLES, *ids])
    return hint if hint.startswith("did you mean") else ""
