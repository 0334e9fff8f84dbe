"""LimeSurvey's tab separated survey structure read: a row for each group, question, subquestion and answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.exchange.draft import Choice, Field, Form, Problem, Shape, refuse
from fit_toolkit.exchange.reading import NOTHING, Row
from fit_toolkit.exchange.text import number, plain, without_markup
from fit_toolkit.exchange.xlsform import Cells

SOURCE = "LimeSurvey survey structure"
NEEDED = frozenset({"class", "type/scale", "name", "relevance", "text"})
_ONE = frozenset("L!O")  # one of the answers listed below the question
_ROWS = frozenset("FH")  # the same for each subquestion
_LADDERS = {"5": 5, "A": 5, "B": 10}
_FIXED = {
    "Y": (Choice("Y", "Yes", 1.0), Choice("N", "No", 0.0)),
    "C": (Choice("Y", "Yes"), Choice("U", "Uncertain"), Choice("N", "No")),
    "E": (Choice("I", "Increase"), Choice("S", "Same"), Choice("D", "Decrease")),
}
_OF_ROWS = frozenset("ABCEFHK")
_STAYS = {
    **dict.fromkeys("STUQ;", "free text"), **dict.fromkeys("MPR", "several answers at once"), "G": "gender", "D": "a date",
    "|": "a file", "X": "text to read, not a question", "I": "choice of a language", "1": "two scales at once",
    ":": "a table of numbers", "*": "calculated: shown below, never executed",
}  # fmt: skip
_BEHIND = {
    "AS": "rules that turn totals into texts: write bands of your own",
    "QTA": "limits to how many may take part",
    "C": "conditions of the older kind",
}


class _Question(Struct):
    """A question with the rows that stand below it."""

    cells: Cells
    group: str
    when: tuple[str, ...]
    rows: list[Cells] = field(default_factory=list)
    answers: list[Cells] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.cells.get("type/scale")

    @property
    def name(self) -> str:
        return self.cells.get("name")


def recognises(head: tuple[str, ...]) -> bool:
    """Say whether a first row is that of a survey structure."""
    return {cell.strip().lower() for cell in head} >= NEEDED


def read(table: Iterable[Row], file: Path, language: str = "") -> tuple[Form, ...]:
    """Read the survey in its own language, or in another one that it has."""
    rows = list(_rows(table, file))
    spoken = _spoken(rows, language)
    problems: list[Problem] = []
    questions = list(_questions((each for each in rows if each.get("language") in ("", spoken)), problems))
    if not questions and not problems:
        raise DataError("the survey has no questions", where=f"{file}:1:1", hint=NOTHING)
    fields = [each for question in questions for each in _fields(question, problems)]
    count = Counter(each.name for each in fields)
    problems += [Problem(e.place, f"'{plain(e.name, 40)}' is given twice") for e in fields if count[e.name] > 1]
    refuse(problems)
    titles = (r.get("text") for r in rows if r.get("name") == "surveyls_title" and r.get("language") in ("", spoken))
    title = without_markup(next(titles, "")) or file.stem
    notices = (*_notices(rows, spoken), *_doubts(questions))
    return (
        Form(name=title, source=SOURCE, file=str(file), fields=tuple(fields), title=title, language=spoken, notices=notices),
    )  # fmt: skip


def _rows(table: Iterable[Row], file: Path) -> Iterator[Cells]:
    """Give the rows by the names of their columns."""
    rows = iter(table)
    head = next(rows, None)
    if head is None or not recognises(head.cells):
        hint = "the first row has to hold class, type/scale, name, relevance and text"
        raise DataError("this is no LimeSurvey survey structure", where=f"{file}:1:1", hint=hint)
    names = [cell.strip().lower() for cell in head.cells]
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=False) if name}
        yield Cells(f"{file}:{row.line}:1", {**cells, "class": cells.get("class", "").upper()})


def _languages(rows: list[Cells]) -> list[str]:
    """Give the languages of the survey, its own first."""
    own = [each.get("text") for each in rows if each.get("class") == "S" and each.get("name") == "language"]
    used = [each.get("language") for each in rows if each.get("class") in {"G", "Q", "SQ", "A"}]
    return [each for each in dict.fromkeys((*own, *used)) if each]


def _spoken(rows: list[Cells], wanted: str) -> str:
    languages = _languages(rows)
    if wanted and languages and wanted not in languages:
        listed = ", ".join(plain(each, 12) for each in languages)
        raise UsageError(f"the survey has no language '{plain(wanted, 12)}'", hint=f"it has: {listed}")
    return wanted or next(iter(languages), "")


def _questions(rows: Iterable[Cells], problems: list[Problem]) -> Iterator[_Question]:
    """Put what belongs together by its place: subquestions and answers stand below their question."""
    group, when = "", ""
    current: _Question | None = None
    for row in rows:
        kind = row.get("class")
        if kind == "G":
            group, when = without_markup(row.get("name")), row.get("relevance")
        elif kind == "Q":
            if current is not None:
                yield current
            current = _Question(row, group, _conditions(when, row.get("relevance")))
        elif kind in {"SQ", "A"} and current is None:
            problems.append(Problem(row.place, "it stands above every question; is the row in its place?"))
        elif kind in {"SQ", "A"} and current is not None:
            (current.rows if kind == "SQ" else current.answers).append(row)
    if current is not None:
        yield current


def _conditions(*relevance: str) -> tuple[str, ...]:
    return tuple(each for each in relevance if each not in ("", "1"))


def _fields(question: _Question, problems: list[Problem]) -> Iterator[Field]:
    """Give a question as one field, or one for each of its rows."""
    cells = question.cells
    if not question.name:
        problems.append(Problem(cells.place, "the question has no code in the column `name`"))
        return
    shape = _shape(question, problems)
    text, help = without_markup(cells.get("text")), without_markup(cells.get("help"))
    made = Field(
        name=question.name, place=cells.place, kind=shape.kind, why_not=shape.why_not, text=text, help=help,
        choices=shape.choices, span=shape.span, step=shape.step, group=question.group,
        calculation=cells.get("text") if question.kind == "*" else "", condition=" and ".join(question.when),
    )  # fmt: skip
    if question.kind not in _OF_ROWS:
        yield made
        return
    if not question.rows:
        problems.append(Problem(cells.place, f"'{plain(question.name, 40)}' has no subquestions"))
    for row in question.rows:
        if row.get("type/scale") in ("", "0"):
            yield _of_row(made, row, question)


def _of_row(made: Field, row: Cells, question: _Question) -> Field:
    """Give one row of an array under the name that an export of its answers has."""
    return Field(
        name=f"{made.name}[{row.get('name')}]", place=row.place, kind=made.kind, why_not=made.why_not,
        text=without_markup(row.get("text")), help=made.text or made.help, choices=made.choices, span=made.span,
        step=made.step, group=made.group, condition=" and ".join((*question.when, *_conditions(row.get("relevance")))),
    )  # fmt: skip


def _shape(question: _Question, problems: list[Problem]) -> Shape:
    """Say what kind of item a question can be, or why it can be none."""
    kind = question.kind
    if kind in _STAYS:
        return Shape("other", _STAYS[kind])
    if kind in _LADDERS:
        return Shape("choice", choices=tuple(Choice(str(n), str(n), float(n)) for n in range(1, _LADDERS[kind] + 1)))
    if kind in _FIXED:
        return Shape("choice", choices=_FIXED[kind])
    if kind in _ONE | _ROWS:
        return Shape("choice", choices=tuple(_choices(question, problems)))
    if kind in {"N", "K"}:
        return _numbers(question.cells, problems)
    problems.append(Problem(question.cells.place, "this type of question is not known; is the column in its place?"))
    return Shape("other")


def _numbers(cells: Cells, problems: list[Problem]) -> Shape:
    """Give the range of a number or a slider, where the survey sets one."""
    slider = cells.get("slider_layout") == "1"
    names = ("slider_min", "slider_max") if slider else ("min_num_value_n", "max_num_value_n")
    usual = (0.0, 100.0) if slider else (None, None)
    low, high = (
        number(cells.get(name)) if cells.get(name) else given for name, given in zip(names, usual, strict=True)
    )
    step = (number(cells.get("slider_accuracy")) if slider else None) or 1.0
    if low is None or high is None:
        return Shape("number", step=step)
    if low >= high or step <= 0:
        problems.append(Problem(cells.place, "the lowest answer has to be below the highest"))
    return Shape("number", span=(low, high), step=step)


def _choices(question: _Question, problems: list[Problem]) -> Iterator[Choice]:
    """Take the answers: what they count is their assessment value, or else a code that is a number."""
    assessed = _assessed(question)
    codes: set[str] = set()
    for row in question.answers:
        code = row.get("name")
        if not code or code in codes:
            problems.append(Problem(row.place, "the answer has no code" if not code else "this code is given twice"))
            continue
        codes.add(code)
        value = number(row.get("relevance")) if assessed else number(code)
        yield Choice(code, without_markup(row.get("text")), value)
    if len(codes) < 2:
        problems.append(
            Problem(question.cells.place, f"'{plain(question.name, 40)}' needs two answers or more below it")
        )


def _assessed(question: _Question) -> bool:
    """Say whether the answers were given values: 0 for all of them is what a survey begins with."""
    return any(number(row.get("relevance")) not in (None, 0.0) for row in question.answers)


def _notices(rows: list[Cells], spoken: str) -> Iterator[str]:
    """Say what of the survey as a whole stays behind."""
    if others := [each for each in _languages(rows) if each != spoken]:
        yield f"the words are those in {plain(spoken, 12)}; --language takes another: {', '.join(plain(e, 12) for e in others)}"
    count = Counter(each.get("class") for each in rows)
    for kind, what in _BEHIND.items():
        if count[kind]:
            yield f"left behind, rows of class {kind} ({count[kind]}): {what}"
    asked = [each for each in rows if each.get("class") in {"Q", "SQ"} and each.get("language") in ("", spoken)]
    names = [plain(each.get("name"), 40) for each in asked if "{" in each.get("text") and each.get("type/scale") != "*"]
    if names:
        yield f"their words hold places to fill in, which are not filled: {', '.join(names[:10])}"


def _doubts(questions: list[_Question]) -> Iterator[str]:
    """Say what of single questions is to be looked at."""
    for each in questions:
        name = plain(each.name, 40)
        if each.kind in _ONE | _ROWS and _assessed(each):
            differ = [
                row for row in each.answers if number(row.get("name")) not in (None, number(row.get("relevance")))
            ]
            if differ:
                yield f"{name}: answers count as their assessment value, not as their code"
        if each.kind in _ONE and each.cells.get("other").upper() == "Y":
            yield f"{name}: the answer 'other' stays behind"
        if each.kind == "O":
            yield f"{name}: the comment beside the answer stays behind"
        filters = [attr for attr in ("array_filter", "random_order", "slider_reversed") if _set(each.cells.get(attr))]
        if filters:
            yield f"{name}: not carried over: {', '.join(filters)}"


def _set(text: str) -> bool:
    return text not in ("", "0", "N")
