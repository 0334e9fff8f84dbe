"""Writer `redcap`: records for REDCap's import of data, one repeated instrument a form, with raw values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fit_toolkit import DataError, Export, Writer

from .tables import Tables, options_of, text_of

RAW = re.compile(r"-?[A-Za-z0-9_.]{1,100}")  # what REDCap takes as the code of a choice
CONTEXT = {"date": "Day of the session", "rater": "Who filled it in", "occasion": "Start, end or between",
           "therapist": "Therapist", "episode": "Episode"}  # fmt: skip
DICTIONARY = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
COMPLETE = "2"


class RedcapWriter(Writer, frozen=True):
    """`records.csv` to import into REDCap, and `more_fields.csv`: what its forms need beside the items."""

    kind: ClassVar[str] = "redcap"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the records part by part; totals that came ready made have no fields in REDCap."""
        instruments = {id: each for id, each in export.instruments.items() if each.get("items")}
        fields = {id: _fields(each) for id, each in sorted(instruments.items())}
        codes = {id: {item["id"]: _codes(each, item) for item in each["items"]} for id, each in instruments.items()}
        columns = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
        columns += [name for names in fields.values() for name in names.values()]
        with Tables(export, folder) as tables:
            tables.begin("records.csv", columns)
            for part in export.parts():
                rows = _records(part, fields, codes)
                tables.add("records.csv", {name: [row.get(name, "") for row in rows] for name in columns})
            more = [row for id in fields for row in _more(id)]
            tables.add("more_fields.csv", {name: [row.get(name, "") for row in more] for name in DICTIONARY})
        return tables.rows


def _records(part: Any, fields: Mapping[str, Mapping[str, str]], codes: Mapping[str, Any]) -> list[dict[str, Any]]:
    answers: dict[int, list[tuple[str, Any, str]]] = {}
    for given in part.answers.itertuples(index=False):
        answers.setdefault(given.administration, []).append((given.item, given.value, given.raw))
    instances: Counter[tuple[str, str]] = Counter()
    rows = []
    for form in part.administrations.to_dict("records"):
        instrument = form["instrument"]
        if form["totals"] or instrument not in fields:
            continue
        names = fields[instrument]
        instances[form["client"], instrument] += 1
        row: dict[str, Any] = {
            "record_id": form["client"],
            "redcap_repeat_instrument": _form(instrument),
            "redcap_repeat_instance": instances[form["client"], instrument],
            names["complete"]: COMPLETE,
        }
        row |= {names[name]: form[name] for name in CONTEXT}
        for item, value, raw in answers.get(form["administration"], ()):
            if item not in codes[instrument]:
                raise DataError("a form has an item that the present version of its instrument does not have",
                                hint="leave that instrument out, or take another format")  # fmt: skip
            row[names[f"item {item}"]] = _cell(value, raw, codes[instrument][item])
        rows.append(row)
    return rows


def _cell(value: float, raw: str, codes: Mapping[Any, str] | None) -> Any:
    """Write an answer as REDCap stores it; a way out has no code there and is left blank."""
    if codes is None:
        return raw
    answered = value == value  # noqa: PLR0124 - NaN alone is not itself
    if not answered:
        return ""
    return codes.get(_word(raw), codes.get(value, "")) if codes else value


def _codes(instrument: Mapping[str, Any], item: Mapping[str, Any]) -> dict[Any, str] | None:
    """Choose as our own REDCap dictionary does: the code, else the value, else the place in the list; None for text.

    By the words of an answer, and by what it counts: of two that count the same the words say which it was.
    """
    if item.get("type") == "text":
        return None
    options = options_of(instrument, item)
    codes = [each.get("code", "") for each in options]
    values = [float(each["value"]) for each in options]
    if not (all(RAW.fullmatch(code) for code in codes) and len(set(codes)) == len(codes)):
        distinct = len(set(values)) == len(values)
        codes = [text_of(value) if distinct else f"a{place}" for place, value in enumerate(values, 1)]
    by_word = {
        _word(each[name]): code
        for each, code in zip(options, codes, strict=True)
        for name in ("label", "code")
        if each.get(name)
    }
    return dict(zip(reversed(values), reversed(codes), strict=True)) | by_word


def _word(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())


def _fields(instrument: Mapping[str, Any]) -> dict[str, str]:
    """Give the field of each thing that a form has."""
    form = _form(instrument["id"])
    names = {name: f"{form}_{name}" for name in CONTEXT}
    names |= {f"item {item['id']}": f"{form}_{item['id'].replace('-', '_')}" for item in instrument["items"]}
    return {**names, "complete": f"{form}_complete"}


def _form(instrument: str) -> str:
    return instrument.replace("-", "_")


def _more(instrument: str) -> list[dict[str, str]]:
    """Describe the fields that `fit instruments export --format redcap` does not have."""
    form = _form(instrument)
    return [
        {
            "Variable / Field Name": f"{form}_{name}", "Form Name": form, "Field Type": "text", "Field Label": label,
            "Text Validation Type OR Show Slider Number": "date_ymd" if name == "date" else "",
        }
        for name, label in CONTEXT.items()
    ]  # fmt: skip
