"""REDCap data dictionaries read: 18 columns, one row for each field, several forms in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

from msgspec import Struct

from fit_toolkit.errors import DataError
from fit_toolkit.exchange.draft import Choice, Field, Form, Problem, Shape, refuse
from fit_toolkit.exchange.reading import NOTHING, Row
from fit_toolkit.exchange.text import active, number, plain, without_markup

SOURCE = "REDCap data dictionary"
# The heading of the downloaded file, and the name of the same column where the file comes from the API.
COLUMNS = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Field Note": "field_note",
    "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
    "Text Validation Min": "text_validation_min",
    "Text Validation Max": "text_validation_max",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching_logic",
    "Required Field?": "required_field",
    "Custom Alignment": "custom_alignment",
    "Question Number (surveys only)": "question_number",
    "Matrix Group Name": "matrix_group_name",
    "Matrix Ranking?": "matrix_ranking",
    "Field Annotation": "field_annotation",
}
NEEDED = ("field_name", "form_name", "field_type")
OURS = "fit-item:"  # begins a field annotation that our own export wrote
_HEADINGS = {heading.lower(): name for heading, name in COLUMNS.items()} | {name: name for name in COLUMNS.values()}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_CALCULATED = re.compile(r"@CALC(?:TEXT|DATE)\s*\(")
_PLACES = ("number", *(f"number_{places}dp" for places in range(1, 5)))
_NUMBERS = {"integer", *_PLACES, *(f"{form}_comma_decimal" for form in _PLACES)}
_TWO = {
    "yesno": (Choice("1", "Yes", 1.0), Choice("0", "No", 0.0)),
    "truefalse": (Choice("1", "True", 1.0), Choice("0", "False", 0.0)),
}
_STAYS = {
    "notes": "free text",
    "file": "a file or signature",
    "descriptive": "descriptive text, not a question",
    "checkbox": "a checkbox: several answers at once, and an empty one cannot be told from one left out",
    "sql": "its answers come from a database query",
}


class _Cells(Struct, frozen=True):
    """One row by the names of its columns, and where they stand."""

    file: str
    line: int
    cells: dict[str, str]
    columns: dict[str, int]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def place(self, name: str) -> str:
        return f"{self.file}:{self.line}:{self.columns.get(name, 0) + 1}"


def recognises(head: tuple[str, ...]) -> bool:
    """Say whether a first row is that of a data dictionary."""
    names = {_HEADINGS.get(cell.strip().lower()) for cell in head}
    return set(NEEDED) <= names


def read(table: Iterator[Row], file: Path) -> tuple[Form, ...]:
    """Read all forms of a data dictionary; every problem is reported, not only the first."""
    head = next(table, None)
    if head is None or not recognises(head.cells):
        hint = "the first row has to hold 'Variable / Field Name', 'Form Name' and 'Field Type'"
        raise DataError("this is no REDCap data dictionary", where=f"{file}:1:1", hint=hint)
    columns = {
        _HEADINGS[cell.strip().lower()]: at for at, cell in enumerate(head.cells) if cell.strip().lower() in _HEADINGS
    }
    problems: list[Problem] = []
    forms: dict[str, list[Field]] = {}
    seen: dict[str, int] = {}
    for row in table:
        named = {name: row.cells[at].strip() for name, at in columns.items() if at < len(row.cells)}
        cells = _Cells(str(file), row.line, named, columns)
        name, form = cells.get("field_name"), cells.get("form_name")
        if not _VARIABLE.fullmatch(name):
            problems.append(Problem(cells.place("field_name"), "a field name has letters, digits and underscores only"))
        elif name.lower() in seen:
            message = f"the field '{name}' is given twice (first in line {seen[name.lower()]})"
            problems.append(Problem(cells.place("field_name"), message))
        elif not form or len(form) > 200:
            problems.append(Problem(cells.place("form_name"), "the name of the form is missing or too long"))
        else:
            seen[name.lower()] = row.line
            forms.setdefault(form, []).append(_field(cells, name, problems))
    if not seen and not problems:
        raise DataError("the dictionary has no fields", where=f"{file}:{head.line}:1", hint=NOTHING)
    refuse(problems)
    return tuple(_form(name, file, tuple(fields)) for name, fields in forms.items())


def _form(name: str, file: Path, fields: tuple[Field, ...]) -> Form:
    return Form(name=name, source=SOURCE, file=str(file), fields=fields, title=name.replace("_", " ").capitalize())


def _field(cells: _Cells, name: str, problems: list[Problem]) -> Field:
    ours = _ours(cells.get("field_annotation"))
    kind = cells.get("field_type").lower()
    shape = _shape(cells, kind, ours, problems)
    calculation = cells.get("select_choices_or_calculations") if kind == "calc" else ""
    if not calculation and _CALCULATED.search(cells.get("field_annotation")):
        calculation = cells.get("field_annotation")
    labels = cells.get("select_choices_or_calculations").split("|") if kind == "slider" else []
    return Field(
        name=name, place=cells.place("field_name"), kind=shape.kind, why_not=shape.why_not,
        text=without_markup(active(cells.get("field_label"))), help=without_markup(cells.get("field_note")),
        low=without_markup(labels[0]) if labels else "", high=without_markup(labels[-1]) if len(labels) > 1 else "",
        choices=shape.choices, span=shape.span, step=number(ours.get("step", "")) or 1.0,
        group=cells.get("matrix_group_name"), calculation=calculation, condition=cells.get("branching_logic"),
        id=ours.get("id", ""), label=ours.get("label", ""),
        aliases=tuple(value for key, value in ours.items() if key.startswith("alias.")) if ours else None,
    )  # fmt: skip


def _shape(cells: _Cells, kind: str, ours: dict[str, str], problems: list[Problem]) -> Shape:
    """Say what kind of item a field can be, or why it can be none."""
    if why := _stays(cells, kind):
        return Shape("other", why)
    if kind in ("radio", "dropdown"):
        return Shape("choice", choices=tuple(_choices(cells, ours, problems)))
    if kind in _TWO:
        return Shape("choice", choices=_TWO[kind])
    if kind == "slider":
        return Shape("number", span=_span(cells, (0.0, 100.0), problems))
    if kind == "text":
        return Shape("number", span=_span(cells, None, problems))
    problems.append(Problem(cells.place("field_type"), "this field type is not known; is the column in its place?"))
    return Shape("other")


def _stays(cells: _Cells, kind: str) -> str:
    """Say why a field is left out, or nothing."""
    if cells.get("identifier").lower() in ("y", "1"):
        return "marked as an identifier"
    if kind == "calc" or _CALCULATED.search(cells.get("field_annotation")):
        return "calculated: shown below, never executed"
    form = cells.get("text_validation_type_or_show_slider_number").lower()
    if kind == "text" and form not in _NUMBERS:
        return f"text ({form})" if form.isidentifier() else "free text"
    return _STAYS.get(kind, "")


def _span(cells: _Cells, usual: tuple[float, float] | None, problems: list[Problem]) -> tuple[float, float] | None:
    """Give lowest and highest answer, where the dictionary says both."""
    ends: list[float | None] = []
    comma = cells.get("text_validation_type_or_show_slider_number").endswith("_comma_decimal")
    for position, name in enumerate(("text_validation_min", "text_validation_max")):
        given = cells.get(name).replace(",", ".") if comma else cells.get(name)
        found = number(given) if given else (usual[position] if usual else None)
        if given and found is None:
            problems.append(Problem(cells.place(name), "expected a number with a decimal point"))
        ends.append(found)
    low, high = ends
    if low is None or high is None:
        return None
    if low >= high:
        problems.append(Problem(cells.place("text_validation_min"), "the lowest answer has to be below the highest"))
        return None
    return low, high


def _choices(cells: _Cells, ours: dict[str, str], problems: list[Problem]) -> Iterator[Choice]:
    """Take `1, never | 2, often` apart; a code that is a number counts as that number."""
    place = cells.place("select_choices_or_calculations")
    seen: set[str] = set()
    for part in re.split(r"\||\r?\n", active(cells.get("select_choices_or_calculations"))):
        raw, comma, words = (piece.strip() for piece in part.partition(","))
        if not raw and not words:
            continue
        if not raw or not comma or raw in seen:
            message = (
                f"the choice '{plain(raw, 20)}' is given twice" if raw in seen else "choices are written `code, label`"
            )
            problems.append(Problem(place, message))
            continue
        seen.add(raw)
        value = number(ours.get(f"value.{raw}", raw))
        yield Choice(code=ours.get(f"code.{raw}", raw), text=without_markup(words), value=value)
    if len(seen) < 2:
        problems.append(Problem(place, f"'{cells.get('field_name')}' needs two choices or more"))


def _ours(annotation: str) -> dict[str, str]:
    """Read what our own export noted about the item."""
    if not annotation.startswith(OURS) or len(annotation) > 20_000:
        return {}
    try:
        return dict(parse_qsl(annotation.removeprefix(OURS).split()[0], keep_blank_values=True, max_num_fields=500))
    except (ValueError, IndexError):
        return {}
