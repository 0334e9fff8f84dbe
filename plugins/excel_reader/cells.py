"""What a cell of a workbook shows, as text: without the traces of binary numbers, and never a result that is not there."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from fit_toolkit import DataError

MIDNIGHT: Final = time()
LONG: Final = 10**15  # of a number with more digits a spreadsheet keeps the first fifteen
_CODE: Final = re.compile(r'(?:\[[^\]]*\])*(?:"([^"]*)"|\\([^0#?]))?(0+)(?:_.)?(?:;.*)?')  # 000, "k"00, 000;-000
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def plain(number: float) -> str:
    """Write a number as a spreadsheet shows it: 15 digits, 5 and not 5.0; an exponent only where it has more digits.

    With the exponent it can be no answer and nobody's code: two long codes may have become one number.
    """
    text = format(number, ".15g")
    text = text.upper() if abs(number) >= LONG else format(Decimal(text), "f")
    return "0" if text == "-0" else text


def shown(cell: Any, where: str) -> str:
    """Give the text of one cell; an error such as #N/A is refused with the address of the cell."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        problem = f"the cell holds an error ({value})" if str(value).startswith("#") else "the cell holds an error"
        raise DataError(problem, where=f"{where}!{cell.coordinate}", hint="mend the cell, or leave it empty")
    if isinstance(value, str):
        return _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format or "General")
    return _moment(value)


def _number(value: float, form: str) -> str:
    """Give a number; where the format of its cell adds zeros or letters in front, or a percent sign, so it does here."""
    if "%" in form:
        return plain(float(Decimal(format(value, ".15g")) * 100)) + "%"
    text = plain(value)
    coded = _CODE.fullmatch(form) if form != "General" and text.isdigit() else None
    return f"{coded[1] or coded[2] or ''}{text.zfill(len(coded[3]))}" if coded else text


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        full = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return full.date().isoformat() if full.time() == MIDNIGHT else full.isoformat(sep=" ")
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
