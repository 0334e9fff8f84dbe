"""The policies an instrument suggests, put into the text of fit.toml and taken out again; all else stays as it is."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from fit_toolkit.errors import ConfigError
from fit_toolkit.model.instrument import Instrument, Suggestion
from fit_toolkit.settings.lines import locate

State = Literal["new", "there", "left out"]
KEY: Final = "policies"
_WIDTH: Final = 110
_NOT_READ: Final = re.compile(r"\b(from memory|not read|recalled)\b", re.IGNORECASE)


class Offer(Struct, frozen=True):
    """One suggested policy: under which id it stands (or would stand) in fit.toml, and the table."""

    suggestion: Suggestion
    id: str
    state: State
    why: str = ""
    values: Mapping[str, Any] = {}
    text: str = ""


def offers(text: str, instrument: Instrument, only: Collection[str] = ()) -> list[Offer]:
    """Say of each suggestion of an instrument whether it is in fit.toml, could be written, or is left out and why."""
    there = _tables(text)
    taken = {str(each.get("id")) for each in there}
    kinds = {each.kind for each in instrument.suggests}
    found = []
    for each in instrument.suggests:
        if only and each.id not in only:
            continue
        standing = next((table for table in there if _same(table, each, instrument)), None)
        if standing is not None:
            id, state, why = str(standing.get("id")), "there", ""
        else:
            free = each.id not in taken and each.id not in kinds
            id, why = each.id if free else f"{instrument.id}-{each.id}", unsettled(instrument, each)
            state = "left out" if why else "new"
            taken.add(id)
        values = _values(instrument, each, id)
        found.append(Offer(each, id, state, why, values, _table(instrument, each, values)))  # type: ignore[arg-type]
    return found


def with_offers(text: str, new: Collection[Offer]) -> str:
    """Put tables behind what stands in fit.toml; the same text where there are none to put."""
    if not new:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else newline
    after = text + gap + newline + newline.join(each.text.replace("\n", newline) for each in new)
    return _verified(text, after, [*_tables(text), *(dict(each.values) for each in new)])


def without_offers(text: str, old: Collection[Offer]) -> tuple[str, list[str]]:
    """Take tables out that stand in fit.toml as they were offered; gives the text and the ids taken out.

    A table that somebody changed stays: it is theirs now.
    """
    tables, ours = _tables(text), {each.id: dict(each.values) for each in old}
    places = [place for place, table in enumerate(tables) if ours.get(str(table.get("id"))) == table]
    rest = [table for place, table in enumerate(tables) if place not in places]
    after = text
    for place in reversed(places):
        after = _cut(after, place, next(each.text for each in old if each.id == tables[place]["id"]))
    return (_verified(text, after, rest) if places else text), [str(tables[place]["id"]) for place in places]


def unsettled(instrument: Instrument, each: Suggestion) -> str:
    """Say why a suggestion is not to be written: it rests on a figure nobody has read. Nothing where all is well."""
    if each.source and _NOT_READ.search(f"{each.source} {instrument.cite(each.source)}"):
        return "it rests on a figure nobody has read"
    scale = next((one for one in instrument.scales if one.id == (each.scale or instrument.main_scale)), None)
    if scale is None:
        return ""
    line, points = each.parameters.get("line"), each.parameters.get("points")
    cuts = [cut for cut in scale.cutoffs if line in {cut.value, cut.label}]
    changes = [change for change in scale.reliable_change if change.points == points]
    for figures in (cuts, changes):
        if figures and not any(figure.verified for figure in figures):
            return "it rests on a figure nobody has read"
    if cuts and not isinstance(line, str) and all(cut.who is not None for cut in cuts if cut.verified):
        return "its line was published for some people only"
    return ""


def as_toml(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_bare(key)} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    # texts, numbers, truth and lists are written alike in TOML, but for one character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _tables(text: str) -> list[dict[str, Any]]:
    try:
        found = tomllib.loads(text.removeprefix("\ufeff")).get(KEY, [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("is no TOML that can be read", where="fit.toml", hint="fit config show") from error
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _same(table: Mapping[str, Any], each: Suggestion, instrument: Instrument) -> bool:
    """Say whether a table is this suggestion: by its id, or by watching the same thing in the same way."""
    if table.get("instrument") != instrument.id:
        return False
    if table.get("id") in {each.id, f"{instrument.id}-{each.id}"}:
        return True
    wanted = {key: value for key, value in _values(instrument, each, "").items() if key not in {"id", "severity"}}
    return {key: value for key, value in table.items() if key not in {"id", "severity", "to"}} == wanted


def _values(instrument: Instrument, each: Suggestion, id: str) -> dict[str, Any]:
    usual = "client" if "client" in instrument.raters else instrument.raters[0]
    values: dict[str, Any] = {"id": id, "kind": each.kind, "instrument": instrument.id}
    if each.scale and each.scale != instrument.main_scale:
        values["scale"] = each.scale
    if each.rater and each.rater != usual:
        values["rater"] = each.rater
    if each.severity:
        values["severity"] = each.severity
    if each.after is not None and each.after > 1:
        values["after"] = each.after
    return values | dict(each.parameters)


def _table(instrument: Instrument, each: Suggestion, values: Mapping[str, Any]) -> str:
    source = f"Source: {instrument.cite(each.source)}" if each.source else "A convention, no published figure."
    notes = [f"{instrument.short}: {each.because}", source]
    lines = [
        line for note in notes for line in textwrap.wrap(note, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    ]
    return (
        "\n".join([*lines, f"[[{KEY}]]", *(f"{_bare(key)} = {as_toml(value)}" for key, value in values.items())]) + "\n"
    )


def _cut(text: str, place: int, written: str) -> str:
    """Take the table at a place out, with the comment that was written above it."""
    lines = text.splitlines(keepends=True)
    where = locate(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    start = where[KEY, place] - 1
    headers = sorted({line - 1 for line in where.values() if lines[line - 1].lstrip().startswith("[")})
    end = next((line for line in headers if line > start), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    notes = [line for line in written.splitlines() if line.startswith("#")]
    if [line.rstrip() for line in lines[max(0, start - len(notes)) : start]] == notes:
        start -= len(notes)
    while start and not lines[start - 1].strip():
        start -= 1
    return "".join(lines[:start] + lines[end:])


def _verified(before: str, after: str, tables: list[dict[str, Any]]) -> str:
    """Make sure that the new text means the old one but for the policies."""
    wanted: dict[str, Any] = tomllib.loads(before.removeprefix("\ufeff"))
    wanted[KEY] = tables
    try:
        found = tomllib.loads(after.removeprefix("\ufeff"))
        right = {KEY: [], **found} == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        raise ConfigError(
            "is written in a way that cannot be changed safely",
            where="fit.toml",
            hint="write the [[policies]] table yourself",
        )
    return after
