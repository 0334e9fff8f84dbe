"""A foreign file brought in: its format found out, its forms read, one of them chosen."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.exchange import fhir, limesurvey, reading, redcap, workbook, xlsform
from fit_toolkit.exchange.draft import Form
from fit_toolkit.exchange.text import plain

FORMATS = ("redcap", "fhir", "xlsform", "limesurvey")


def forms(file: Path, *, form: str = "", encoding: str = "", language: str = "") -> tuple[Form, ...]:
    """Read all forms of a file, in the format named or in the one it looks like; words in `language`, if it has several."""
    data = reading.content(file)
    if workbook.is_workbook(data):
        if form not in ("", "xlsform"):
            raise DataError(f"this is a workbook, not {form}", where=str(file), hint="a dictionary is saved as CSV")
        return xlsform.read(workbook.sheets(data, file, xlsform.SHEETS), file)
    text = reading.text(data, file, encoding)
    if form == "fhir" or (not form and text.lstrip()[:1] in ("{", "[")):
        return fhir.read(reading.tree(text, file), file)
    return _of_table(text, file, form, encoding, language)


def choose(found: tuple[Form, ...], name: str) -> Form:
    """Take the form that was named, or the only one."""
    listed = "; ".join(f"{plain(each.name, 60)} ({_items(each)} items)" for each in found[:40])
    if not name and len(found) == 1:
        return found[0]
    if not name:
        raise UsageError("the file holds several forms; choose one with --form", hint=listed)
    for each in found:
        if each.name == name:
            return each
    raise UsageError(f"the file has no form '{plain(name, 60)}'", hint=listed)


def _items(form: Form) -> int:
    return sum(each.kind != "other" for each in form.fields)


def _of_table(text: str, file: Path, form: str, encoding: str, language: str) -> tuple[Form, ...]:
    rows = reading.rows(text, file)
    head = next(rows, None)
    if head is None:
        raise DataError("the file has no rows", where=f"{file}:1:1", hint=reading.NOTHING)
    table = chain([head], rows)
    if form == "redcap" or (not form and redcap.recognises(head.cells)):
        return redcap.read(table, file)
    if form == "limesurvey" or (not form and limesurvey.recognises(head.cells)):
        return limesurvey.read(table, file, language)
    if form == "xlsform" or xlsform.recognises(head.cells):
        sheets = xlsform.from_csv(table)
        return xlsform.read({**_beside(file, encoding), **sheets}, file)
    hint = "say which with --from " + "|".join(FORMATS)
    raise DataError(
        "not known: neither a REDCap dictionary, nor FHIR, an XLSForm or a LimeSurvey structure",
        where=f"{file}:1:1",
        hint=hint,
    )


def _beside(file: Path, encoding: str) -> dict[str, list[reading.Row]]:
    """Read choices.csv and settings.csv that lie beside survey.csv."""
    found = {}
    for name in xlsform.SHEETS[1:] if file.name.lower() == "survey.csv" else ():
        other = file.with_name(f"{name}.csv")
        if other.is_file():
            text = reading.text(reading.content(other), other, encoding)
            found[name] = list(reading.rows(text, other))
    return found
