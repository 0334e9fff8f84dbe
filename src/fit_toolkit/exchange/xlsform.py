"""XLSForms read: the sheets survey, choices and settings of a workbook, or the same as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from fit_toolkit.errors import DataError
from fit_toolkit.exchange.draft import Choice, Field, Form, Problem, Shape, refuse
from fit_toolkit.exchange.reading import NOTHING, Row
from fit_toolkit.exchange.text import number, plain, without_markup

SOURCE = "XLSForm"
SHEETS = ("survey", "choices", "settings")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,199}")
_LANGUAGE = re.compile(r"\(([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)")
_STAYS = {
    "text": "free text", "note": "text to read, not a question", "date": "a date", "time": "a time", "datetime": "a date",
    "geopoint": "a place", "geotrace": "a place", "geoshape": "a place", "image": "a picture", "audio": "a recording",
    "video": "a recording", "file": "a file", "barcode": "a barcode", "acknowledge": "an acknowledgement",
    "trigger": "an acknowledgement", "hidden": "hidden", "xml-external": "outside data", "csv-external": "outside data",
    "select_multiple": "several answers at once", "rank": "several answers at once",
    "select_one_from_file": "its answers are in another file", "select_one_external": "its answers are in another file",
    "select_multiple_from_file": "its answers are in another file", "calculate": "calculated: shown below, never executed",
    "background-audio": "a recording",
}  # fmt: skip
_ABOUT = {
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "phone_number", "username", "email",
    "audit", "start-geopoint", "imei", "osm",
}  # fmt: skip


class Cells(Struct, frozen=True):
    """One row of a sheet by the names of its columns."""

    place: str
    cells: dict[str, str]

    def get(self, *names: str) -> str:
        """Give the first of these cells that is filled."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


class _Survey(Struct):
    """What is gathered while the rows of the survey go by."""

    lists: dict[str, tuple[Choice, ...]]
    label: str
    problems: list[Problem] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)  # groups and repeats that have not ended
    seen: dict[str, str] = field(default_factory=dict)


def recognises(head: tuple[str, ...]) -> bool:
    """Say whether a first row of a CSV file is that of an XLSForm."""
    names = [cell.strip().lower() for cell in head]
    return names[0] in SHEETS or {"type", "name"} <= set(names)


def from_csv(table: Iterable[Row]) -> dict[str, list[Row]]:
    """Take one CSV file apart into sheets: the name of the sheet stands in the first column."""
    rows = list(table)
    if rows and rows[0].cells[0].strip().lower() not in SHEETS:
        return {"survey": rows}
    found: dict[str, list[Row]] = {}
    for row in rows:
        name = row.cells[0].strip().lower()
        current = found.setdefault(name, []) if name else found[next(reversed(found))]
        if any(cell.strip() for cell in row.cells[1:]):
            current.append(Row(row.line, ("", *row.cells[1:])))
    return found


def read(sheets: dict[str, list[Row]], file: Path) -> tuple[Form, ...]:
    """Read the one form of an XLSForm."""
    survey = _table(sheets.get("survey", []), f"{file}:survey")
    if not survey:
        raise DataError("there is no sheet `survey` with rows", where=str(file), hint=NOTHING)
    if not any("type" in row.cells for row in survey):
        raise DataError("the sheet `survey` has no column `type`", where=survey[0].place, hint=NOTHING)
    settings = next(iter(_table(sheets.get("settings", []), f"{file}:settings")), Cells("", {}))
    language = settings.get("default_language")
    label = _label_column(survey, language)
    reading = _Survey(_lists(_table(sheets.get("choices", []), f"{file}:choices"), language), label)
    fields = tuple(_fields(reading, survey))
    for kind, name in reading.open:
        reading.problems.append(Problem(f"{file}:survey", f"the {kind} '{plain(name, 40)}' does not end"))
    if not fields and not reading.problems:
        raise DataError("the form has no questions", where=survey[0].place, hint=NOTHING)
    refuse(reading.problems)
    found = _LANGUAGE.search(label if "::" in label else language)
    return (
        Form(
            name=settings.get("form_id", "id_string") or file.stem, source=SOURCE, file=str(file), fields=fields,
            title=settings.get("form_title", "title"), language=found[1] if found else "",
            version=settings.get("version"),
        ),
    )  # fmt: skip


def _table(rows: list[Row], sheet: str) -> list[Cells]:
    """Give the rows under the heading; `list name` and `list_name` are the same column."""
    if not rows:
        return []
    head = [" ".join(cell.split()) for cell in rows[0].cells]
    names = [cell if "::" in cell else cell.lower().replace("list name", "list_name") for cell in head]
    names = [
        re.sub(r"^(label|hint)\s*::\s*", lambda hit: f"{hit[1].lower()}::", each, flags=re.IGNORECASE) for each in names
    ]
    twice = next((each for each in names if each and names.count(each) > 1), "")
    if twice:
        where = f"{sheet}:{rows[0].line}"
        raise DataError(f"the column '{plain(twice, 40)}' is given twice", where=where, hint=NOTHING)
    return [
        Cells(f"{sheet}:{row.line}", {n: cell.strip() for n, cell in zip(names, row.cells, strict=False) if n})
        for row in rows[1:]
    ]


def _label_column(rows: list[Cells], language: str) -> str:
    """Choose the column of words: the plain one, the default language's, or the first."""
    names = [name for name in rows[0].cells if name == "label" or name.startswith("label::")] if rows else []
    wanted = (name for name in names if name == "label" or (language and name == f"label::{language}"))
    return next(wanted, names[0] if names else "label")


def _lists(rows: list[Cells], language: str) -> dict[str, tuple[Choice, ...]]:
    label = _label_column(rows, language)
    found: dict[str, list[Choice]] = {}
    for row in rows:
        name = row.get("list_name")
        code = row.get("name", "value")
        if name and code:
            found.setdefault(name, []).append(Choice(code, without_markup(row.get(label)), number(code)))
    return {name: tuple(choices) for name, choices in found.items()}


def _fields(reading: _Survey, rows: list[Cells]) -> Iterator[Field]:
    for row in rows:
        words = row.get("type").split()
        if not words or row.get("disabled").lower() in ("yes", "true", "true()"):
            continue
        kind = "_".join(words[:2]).lower() if words[0].lower() in ("begin", "end", "select") else words[0].lower()
        rest = words[2:] if kind == "_".join(words[:2]).lower() and len(words) > 1 else words[1:]
        name = row.get("name")
        if kind.startswith(("begin_", "end_")):
            _group(reading, row, kind, name)
        elif kind not in _ABOUT:
            made = _field(reading, row, kind, rest)
            if made is not None:
                yield made


def _group(reading: _Survey, row: Cells, kind: str, name: str) -> None:
    side, _, what = kind.partition("_")
    if side == "begin":
        reading.open.append((what, name))
        if len(reading.open) > 30:
            raise DataError("groups are nested more than 30 deep", where=row.place, hint=NOTHING)
    elif not reading.open or reading.open[-1][0] != what:
        reading.problems.append(Problem(row.place, f"a {plain(what, 20)} ends here that did not begin"))
    else:
        reading.open.pop()


def _field(reading: _Survey, row: Cells, kind: str, rest: list[str]) -> Field | None:
    name = row.get("name")
    if not _NAME.fullmatch(name):
        message = "a question needs a name of letters, digits, hyphens, underscores and full stops"
        reading.problems.append(Problem(row.place, message))
        return None
    if name in reading.seen:
        message = f"the name '{plain(name, 40)}' is given twice (first at {reading.seen[name]})"
        reading.problems.append(Problem(row.place, message))
        return None
    reading.seen[name] = row.place
    shape = _shape(reading, row, kind, rest)
    if shape is None:
        return None
    group = next((inner for what, inner in reversed(reading.open) if what == "group"), "")
    hint = next((row.cells[each] for each in row.cells if each == "hint" or each.startswith("hint::")), "")
    return Field(
        name=name, place=row.place, kind=shape.kind, why_not=shape.why_not, text=without_markup(row.get(reading.label)),
        help=without_markup(hint), choices=shape.choices, span=shape.span, step=shape.step, group=group,
        calculation=row.get("calculation"), condition=row.get("relevant"),
    )  # fmt: skip


def _shape(reading: _Survey, row: Cells, kind: str, rest: list[str]) -> Shape | None:
    if any(what == "repeat" for what, _ in reading.open):
        return Shape("other", "inside a repeat: as many answers as rows")
    if kind in _STAYS:
        return Shape("other", _STAYS[kind])
    if row.get("calculation"):
        return Shape("other", "calculated: shown below, never executed")
    if kind == "select_one":
        return _one_of(reading, row, rest)
    if kind == "range":
        return _scale(reading, row)
    if kind in ("integer", "int", "decimal"):
        return Shape("number", span=_between(row.get("constraint")))
    reading.problems.append(Problem(row.place, f"the type '{plain(kind, 40)}' is not known"))
    return None


def _one_of(reading: _Survey, row: Cells, rest: list[str]) -> Shape | None:
    if row.get("choice_filter"):
        return Shape("other", "its answers depend on another question")
    choices = reading.lists.get(rest[0] if rest else "", ())
    codes = [each.code for each in choices]
    twice = next((code for code in codes if codes.count(code) > 1), "")
    if len(choices) < 2 or twice:
        what = f"gives '{plain(twice, 20)}' twice" if twice else "is missing or has fewer than two answers"
        message = f"the list '{plain(rest[0], 40) if rest else ''}' on the sheet `choices` {what}"
        reading.problems.append(Problem(row.place, message))
        return None
    return Shape("choice", choices=choices)


def _scale(reading: _Survey, row: Cells) -> Shape | None:
    """Read `start=0 end=10 step=1`, each with the default that XLSForm gives it."""
    given = dict(re.findall(r"(start|end|step)\s*=\s*(\S+)", row.get("parameters").lower()))
    low, high, step = (number(given.get(name, usual)) for name, usual in (("start", "0"), ("end", "10"), ("step", "1")))
    if low is None or high is None or step is None or low >= high or step <= 0:
        reading.problems.append(Problem(row.place, "a range needs start, end and step, as rising numbers"))
        return None
    return Shape("number", span=(low, high), step=step)


def _between(constraint: str) -> tuple[float, float] | None:
    """Read the one plain form `. >= 0 and . <= 10`; anything else says nothing about the range."""
    found = re.fullmatch(r"\s*\.\s*>=\s*(-?[0-9.]+)\s+and\s+\.\s*<=\s*(-?[0-9.]+)\s*", constraint)
    low, high = (number(found[1]), number(found[2])) if found else (None, None)
    return (low, high) if low is not None and high is not None and low < high else None
