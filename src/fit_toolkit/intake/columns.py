"""What the columns of a file may mean: exact names are taken, likely ones are proposed, near ones only mentioned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.layout import ALWAYS_IGNORED, instruments_in, suggestion
from fit_toolkit.intake.mapping import ROLES, Map, Target
from fit_toolkit.intake.personal import is_personal
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.parts import RawTable

_NUMBERED = re.compile(r"(.*?)([0-9]{1,4})[^0-9A-Za-z]*", re.DOTALL)
HINTED = 200  # columns nobody knows that a near name is looked for: in a file of thousands it would take minutes
How = Literal["exact", "format", "spelling", "alias", "ignored", "personal", "unknown"]
ALIASES: dict[str, tuple[str, ...]] = {
    "client": (
        "clientid",
        "clientcode",
        "clientno",
        "code",
        "id",
        "person",
        "personid",
        "participant",
        "subject",
        "patient",
        "patientid",
        "patientcode",
        "patientno",
        "mrn",
    ),
    "therapist": ("therapistid", "therapistcode", "counsellor", "counselor", "practitioner", "staff"),
    "episode": ("episodeid", "episodecode", "case", "caseid", "referral"),
    "session": ("sessionno", "sessionnumber", "sessionid", "visit", "time", "wave", "assessment"),
    "date": (
        "sessiondate",
        "dateofsession",
        "visitdate",
        "assessmentdate",
        "day",
        "on",
        "completed",
        "completedon",
        "dateofcompletion",
        "datum",
    ),
    "rater": ("ratedby", "respondent", "source"),
    "occasion": ("when", "moment"),
    "instrument": ("measure", "questionnaire", "scalename", "test", "form"),
    "item": ("itemid", "question", "questionid"),
    "scale": ("scaleid", "subscale"),
    "value": ("answer", "score", "response", "result"),
}


ABOUT = {  # taken only where a map says so
    "age": ("age", "ageyears", "ageinyears", "alter"),
    "sex": ("sex", "gender", "geschlecht"),
    "birth_year": ("birthyear", "yearofbirth", "yob", "geburtsjahr"),
}


class Proposal(msgspec.Struct, frozen=True):
    """What one column is taken for, why, and a few of its values; `hint` names a near miss that is never taken."""

    column: str
    target: str
    how: How
    full: Target | None = None
    samples: tuple[str, ...] = ()
    hint: str = ""


def propose(table: RawTable, base: Map, catalog: Catalog) -> list[Proposal]:
    """Propose a meaning for every named column that the map does not settle already."""
    roles = _roles()
    first = {column: _match(column, roles, set(ROLES)) for column in table.columns if column.strip()}
    instruments = _instruments(table, first, base, catalog)
    names = {**roles, **_items(instruments)}
    stems = {} if instruments else _by_stem(catalog)
    ids = set(ROLES) | {id for each in instruments for id in (*each.item_ids, *(scale.id for scale in each.scales))}
    declared = _declared(instruments)
    numbered = _numbered(table.columns)  # phq[9] beside phq[1] is an item, not the total of the phq-9
    totals = {scale.id for each in instruments for scale in each.scales}
    names = {name: target for name, target in names.items() if not (name in numbered and target in totals)}
    stems = {name: target for name, target in stems.items() if not (name in numbered and target.scale)}
    rows = _as_rows(table.columns, instruments)
    taken: set[str] = set()
    proposals, unknown = [], 0
    for position, column in enumerate(table.columns):
        if not column.strip() or column in base.columns or column in base.ignore:
            continue
        samples = tuple(dict.fromkeys(row[position].strip() for row in table.rows[:50] if row[position].strip()))[:3]
        target, how = _match(column, names, ids)
        full: Target | None = None
        if column in declared and how != "exact" and declared[column].item not in table.columns:
            full, how = declared[column], "exact"
            target = f"{full.instrument} {full.item}".strip()
        if column in ALWAYS_IGNORED:
            target, how = "", "ignored"
        elif column in table.personal:
            target, how, full = "", "personal", None
        elif column in table.meant:  # the format says it, whatever the name looks like
            target, full = table.meant[column], None
            how = "format" if target else "ignored"
        elif target in taken or (how != "exact" and target in table.columns):
            target, how, full = "", "unknown", None  # somebody with a better claim has it
        if how == "unknown" and plain_name(column) in stems:
            full = stems[plain_name(column)]
            target, how = f"{full.instrument} {full.item or full.scale}", "alias"
        if how == "unknown" and is_personal(column):
            how = "personal"
        taken.add(target)
        unknown += how == "unknown"
        hint = (rows.get(column) or _hint(column, ids)) if how == "unknown" and unknown <= HINTED else ""
        samples = () if how == "personal" else samples
        proposals.append(Proposal(column, target, how, full, samples, hint))
    return proposals


def _numbered(columns: Sequence[str]) -> set[str]:
    """Give the plain names that differ from others by a number only, where these begin with 0 or 1: items of something."""
    found: dict[str, dict[int, str]] = {}
    for column in columns:
        if hit := _NUMBERED.fullmatch(column):
            found.setdefault(hit[1], {})[int(hit[2])] = column
    rows = (each for each in found.values() if len(each) > 1 and {0, 1} & each.keys())
    return {plain_name(column) for each in rows for column in each.values()}


def _as_rows(columns: Sequence[str], instruments: Sequence[Instrument]) -> dict[str, str]:
    """Say of columns numbered from 1 on, as many as the one instrument has items, which of them each may be."""
    if len(instruments) != 1:
        return {}
    items = instruments[0].number_items
    found: dict[str, dict[int, str]] = {}
    for column in columns:
        if hit := _NUMBERED.fullmatch(column):
            found.setdefault(hit[1], {})[int(hit[2])] = column
    rows = [each for each in found.values() if each.keys() == set(range(1, len(items) + 1))]
    return {each[at]: f"did you mean '{item.id}'?" for each in rows for at, item in enumerate(items, start=1)}


def _hint(column: str, ids: set[str]) -> str:
    about = {role: words for role, words in ABOUT.items() if plain_name(column) in words}
    if about:
        return f"about the client? In a map: {column}: {next(iter(about))}; or name it under `ignore`"
    return suggestion(column, ids)


def as_map(proposals: Sequence[Proposal], base: Map) -> Map:
    """Make a map of everything that was proposed; unknown columns stay unknown."""
    columns: dict[str, str | Target] = {each.column: each.full or each.target for each in proposals if each.target}
    return msgspec.structs.replace(base, columns={**columns, **base.columns})


def remarks(proposals: Sequence[Proposal]) -> tuple[str, ...]:
    """Say about a saved map what was guessed and what is still to be settled by a person."""
    guessed = [
        f"guessed, please check: {each.column} is {each.target}"
        for each in proposals
        if each.how in {"spelling", "alias"}
    ]
    unknown = [
        f"not understood: {each.column!r} (give it a meaning under `columns`, or name it under `ignore`) {each.hint}"
        for each in proposals
        if each.how == "unknown"
    ]
    return (*guessed, *unknown)


def names_instruments(column: str, base: Map) -> bool:
    """Say whether the cells of a column may name instruments."""
    if column in base.columns:
        return base.target(column).role == "instrument"
    return _match(column, _roles(), set(ROLES))[0] == "instrument"


def names_clients(column: str, base: Map) -> bool:
    """Say whether the cells of a column may name clients."""
    if any(base.target(each).role == "client" for each in base.columns):
        return column in base.columns and base.target(column).role == "client"
    return _match(column, _roles(), set(ROLES))[0] == "client"


def known_names(catalog: Catalog) -> set[str]:
    """Give the plain names that some instrument has for an item or a scale, or that stand for a role."""
    items = (name for each in catalog for item in each.items for name in (item.id, *item.aliases))
    scales = (scale.id for each in catalog for scale in each.scales)
    return {*_roles(), *map(plain_name, items), *map(plain_name, scales)}


def _instruments(table: RawTable, first: dict[str, tuple[str, How]], base: Map, catalog: Catalog) -> list[Instrument]:
    named = [column for column, (target, _) in first.items() if target == "instrument"]
    named += [column for column in base.columns if base.target(column).role == "instrument"]
    cells = {row[table.columns.index(column)] for column in named if column in table.columns for row in table.rows}
    return instruments_in(catalog, cells, base)


def _match(column: str, names: dict[str, str], ids: set[str]) -> tuple[str, How]:
    if column in ids:
        return column, "exact"
    plain = plain_name(column)
    if plain not in names:
        return "", "unknown"
    target = names[plain]
    return target, "spelling" if plain == plain_name(target) else "alias"


def _roles() -> dict[str, str]:
    names = {alias: role for role, aliases in ALIASES.items() for alias in aliases}
    return names | {role: role for role in ROLES}


def _items(instruments: Iterable[Instrument]) -> dict[str, str]:
    """Give the usual spellings of items and scales; one that two instruments would claim is nobody's."""
    claims: dict[str, set[str]] = {}
    for instrument in instruments:
        stem = plain_name(instrument.id)
        for number, item in enumerate(instrument.items, 1):
            own = plain_name(item.id)
            for name in (
                *(plain_name(alias) for alias in item.aliases),
                own,
                stem + own,
                f"{stem}{number}",
                f"{stem}item{number}",
                f"item{number}",
                f"question{number}",
            ):
                claims.setdefault(name, set()).add(item.id)
        for scale in instrument.scales:
            own = plain_name(scale.id)
            for name in (own, stem + own):
                claims.setdefault(name, set()).add(scale.id)
        for name in (stem, f"{stem}sum", f"{stem}score", f"{stem}totalscore", "totalscore", "sum", "sumscore"):
            claims.setdefault(name, set()).add(instrument.main_scale)
    return {name: next(iter(targets)) for name, targets in claims.items() if len(targets) == 1}


def _declared(instruments: Sequence[Instrument]) -> dict[str, Target]:
    """Give the other names that the files of the instruments declare; one that two of them declare is nobody's."""
    claims: dict[str, list[Target]] = {}
    for instrument in instruments:
        for item in instrument.items:
            for alias in item.aliases:
                of = instrument.id if len(instruments) > 1 else ""
                claims.setdefault(alias, []).append(Target(item=item.id, instrument=of))
    return {alias: targets[0] for alias, targets in claims.items() if len(targets) == 1}


def _by_stem(catalog: Catalog) -> dict[str, Target]:
    """Give column names that begin with an instrument: `phq9_1`, `phq9_total`, or its id alone for the total."""
    found: dict[str, Target] = {}
    for instrument in catalog:
        stem = plain_name(instrument.id)
        for number, item in enumerate(instrument.items, 1):
            aliases = (plain_name(alias) for alias in item.aliases)
            for name in (*aliases, stem + plain_name(item.id), f"{stem}{number}", f"{stem}item{number}"):
                found.setdefault(name, Target(item=item.id, instrument=instrument.id))
        for scale in instrument.scales:
            found.setdefault(stem + plain_name(scale.id), Target(scale=scale.id, instrument=instrument.id))
        for name in (stem, f"{stem}sum", f"{stem}score"):
            found.setdefault(name, Target(scale=instrument.main_scale, instrument=instrument.id))
    return found


def plain_name(text: str) -> str:
    """Bring a column name to letters and digits in lower case, whatever blanks, marks and widths it came with."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in folded if mark.isalnum())
