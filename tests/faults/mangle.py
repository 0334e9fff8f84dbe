"""Files of every reader, sound to begin with, and the ways they are spoilt: seeded, so that each can be made again."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from tests.faults.corpus import CODES, DATES, VALUES

ITEMS: Final = [f"q{number}" for number in range(1, 10)]
CANARY: Final = "Kanarienvogel"  # stands in every column that tells who somebody is
ODD: Final = [*VALUES, *DATES, *CODES]
Table = list[list[str]]


def sound(random: Random) -> Table:
    """Make a sound table: client, day, nine answers, and a name."""
    rows = [
        [
            random.choice("ABC"),
            f"2026-0{random.choice('12')}-{day:02d}",
            *(random.choice("0123") for _ in ITEMS),
            CANARY,
        ]
        for day in random.sample(range(1, 29), random.randint(1, 6))
    ]
    return [["client", "date", *ITEMS, "surname"], *rows]


@dataclass(frozen=True)
class Kind:
    """A format: how a table is written in it, and what a map has to say about it."""

    suffix: str
    write: Callable[[Table], bytes]
    columns: dict[str, Any] = field(default_factory=dict)


def _text(table: Table, delimiter: str = ",") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator="\r\n").writerows(table)
    return made.getvalue().encode("utf-8", "replace")


def _beside(before: dict[str, str], table: Table) -> Table:
    """Put the columns of a service before those of a table."""
    return [[*before, *table[0]], *([*before.values(), *row] for row in table[1:])]


def _excel(table: Table) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line, row in enumerate(table, 1):
        for place, text in enumerate(row, 1):
            try:
                cell = sheet.cell(line, place)
                cell.value = int(text) if text in {"0", "1", "2", "3"} else text or None
                if isinstance(cell.value, str):
                    cell.data_type = "s"
            except IllegalCharacterError:
                cell.value = None
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _spss(table: Table) -> bytes:
    sample = importlib.import_module("fit_toolkit.plugins.spss_reader.sample")
    variables, columns = [], []
    for at, name in enumerate(table[0]):
        cells = [row[at] if at < len(row) else "" for row in table[1:]]
        dated = all(_is_day(cell) for cell in cells)
        plain = all(cell in {"0", "1", "2", "3"} for cell in cells)
        form = {"kind": sample.DAY, "width": 11} if dated else {} if plain else {"kind": sample.TEXT}
        variables.append(sample.Variable(name.upper()[:8] or "V", **form))
        columns.append([_spss_cell(cell, dated=dated, plain=plain) for cell in cells])
    made: bytes = sample.system_file(variables, [list(row) for row in zip(*columns, strict=True)])
    return made


def _is_day(text: str) -> bool:
    try:
        return str(date.fromisoformat(text)) == text  # 2026-02-30 can be no number of days: it goes in as text
    except ValueError:
        return False


def _spss_cell(text: str, *, dated: bool, plain: bool) -> float | str:
    if dated:
        return float((date.fromisoformat(text) - date(1582, 10, 14)).days * 86_400)
    return float(text) if plain else text.encode("ascii", "replace").decode()[:8]


def _qualtrics(table: Table) -> bytes:
    before = {
        "StartDate": "",
        "EndDate": "",
        "Status": "0",
        "IPAddress": CANARY,
        "Progress": "100",
        "Finished": "1",
        "ResponseId": "R_1",
    }
    whole = _beside(before, table)
    ids = [json.dumps({"ImportId": name}) for name in whole[0]]
    return _text([whole[0], [*whole[0]], ids, *whole[1:]])


def _limesurvey(table: Table) -> bytes:
    before = {
        "id": "7",
        "submitdate": "2026-01-05 17:40:12",
        "lastpage": "2",
        "startlanguage": "en",
        "seed": "1",
        "ipaddr": CANARY,
    }
    return _text(_beside(before, table), ";")


def _redcap(table: Table) -> bytes:
    before = {"record_id": "1", "redcap_event_name": "weekly_arm_1"}
    whole = _beside(before, table)
    return _text([[*row, "week_complete" if at == 0 else "2"] for at, row in enumerate(whole)])


def _typeform(table: Table) -> bytes:
    whole = _beside({"#": "hefu"}, table)
    tail = {"Response Type": "completed", "Start Date (UTC)": "2026-01-05 10:00:01", "Stage Date (UTC)": "",
            "Submit Date (UTC)": "2026-01-05 10:04:09", "Network ID": CANARY, "Tags": "", "Ending": ""}  # fmt: skip
    return _text([[*row, *(tail if at == 0 else tail.values())] for at, row in enumerate(whole)])


def _google(table: Table) -> bytes:
    return _text(_beside({"Timestamp": "2026/01/05 10:04:09 AM GMT+1", "Email Address": CANARY}, table))


def _microsoft(table: Table) -> bytes:
    before = {
        "ID": "1",
        "Start time": "2026-01-05 10:00:01",
        "Completion time": "2026-01-05 10:04:09",
        "Email": CANARY,
        "Name": CANARY,
    }
    return _text(_beside(before, table))


def _fhir(table: Table) -> bytes:
    entries: list[Any] = []
    for row in table[1:]:
        cells = dict(zip(table[0], row, strict=False))
        items = [
            {
                "linkId": name,
                "answer": [{"valueInteger": int(text)} if text in {"0", "1", "2", "3"} else {"valueString": text}],
            }
            for name, text in cells.items()
            if name not in {"client", "date", "surname"}
        ]
        entries.append({"resource": {
            "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "http://example.org/Questionnaire/week",
            "subject": {"reference": f"Patient/{cells.get('client', '')}", "display": CANARY}, "authored": cells.get("date", ""), "item": items,
        }})  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1).encode()


OWN: Final = {"client": "client", "date": "date", **{item: item for item in ITEMS}}
FHIR: Final = {
    "subject": "client", "authored": "date", "linkId": "item", "answer": "value",
    "questionnaire": {"role": "instrument", "words": {"http://example.org/Questionnaire/week": "phq-9"}},
}  # fmt: skip
KINDS: Final = {
    "csv": Kind(".csv", _text),
    "excel": Kind(".xlsx", _excel),
    "spss": Kind(".sav", _spss, {name.upper(): role for name, role in OWN.items()}),
    "qualtrics": Kind(".csv", _qualtrics),
    "limesurvey": Kind(".csv", _limesurvey),
    "redcap": Kind(".csv", _redcap),
    "typeform": Kind(".csv", _typeform),
    "google-forms": Kind(".csv", _google),
    "microsoft-forms": Kind(".csv", _microsoft),
    "fhir": Kind(".json", _fhir, FHIR),
}


def _cell(table: Table, random: Random) -> None:
    row = random.choice(table[1:])
    row[random.randrange(len(row))] = random.choice(ODD)


def _header(table: Table, random: Random) -> None:
    table[0][random.randrange(len(table[0]))] = random.choice(
        ["q1", "Q1", "client", "total", "value", "", " date", "surname", "x", "=q1"]
    )


def _swap_cells(table: Table, random: Random) -> None:
    one, other = random.choice(table[1:]), random.choice(table[1:])
    here, there = random.randrange(len(one)), random.randrange(len(other))
    one[here], other[there] = other[there], one[here]


def _swap_columns(table: Table, random: Random) -> None:
    one, other = random.randrange(len(table[0])), random.randrange(len(table[0]))
    for row in table:
        row[one], row[other] = row[other], row[one]


def _double_row(table: Table, random: Random) -> None:
    table.append([*random.choice(table[1:])])


def _double_column(table: Table, random: Random) -> None:
    at = random.randrange(len(table[0]))
    for row in table:
        row.append(row[at])


def _lose_column(table: Table, random: Random) -> None:
    at = random.randrange(len(table[0]))
    for row in table:
        del row[at]


def spoilt_table(table: Table, random: Random) -> None:
    """Spoil a table in one to three ways; ways that make rows of other lengths are not among them."""
    for _ in range(random.randint(1, 3)):
        ways = [_cell, _cell, _cell, _header, _swap_cells, _swap_columns, _double_row, _double_column, _lose_column]
        random.choice(ways)(table, random)


def spoilt_bytes(data: bytes, random: Random) -> bytes:
    """Spoil bytes: some turned, some taken out or put in, some lines in another order, or the end cut off."""
    made = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(made)) if made else 0
        way = random.randrange(6)
        if way == 0 and made:
            made[at] ^= 1 << random.randrange(8)
        elif way == 1:
            made[at:at] = random.choice(ODD).encode("utf-8", "replace")[:200]
        elif way == 2:
            del made[at : at + random.randint(1, 30)]
        elif way == 3:
            del made[at:]
        elif way == 4:
            made[at:at] = random.choice([b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf"])
        else:
            lines = bytes(made).split(b"\n")
            random.shuffle(lines)
            made = bytearray(b"\n".join(lines))
    return bytes(made)
