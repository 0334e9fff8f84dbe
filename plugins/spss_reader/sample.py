"""The smallest system files of SPSS there are, laid out as the PSPP manual describes the format: for a sample."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

TEXT, NUMBER, PADDED, DAY, TIME = 1, 5, 16, 20, 22  # kinds of format: A, F, N, DATE, DATETIME
SYSTEM_MISSING: Final = -sys.float_info.max


class Variable(Struct, frozen=True):
    """One variable: a text of up to 8 bytes, or a number shown in some format."""

    name: str
    kind: int = NUMBER
    width: int = 8
    missing: tuple[float, ...] = ()  # declared missing; of `span` the first two are the ends of a range
    span: bool = False


def system_file(variables: Sequence[Variable], cases: Sequence[Sequence[str | float | None]]) -> bytes:
    """Make a file of these cases, uncompressed."""
    product = b"@(#) SPSS DATA FILE".ljust(60)
    counts = struct.pack("<5id", 2, len(variables), 0, 0, len(cases), 100.0)
    head = b"$FL2" + product + counts + b"05 Jan 2610:00:00" + bytes(64).replace(b"\0", b" ") + bytes(3)
    described = b"".join(_described(each) for each in variables)
    return head + described + struct.pack("<2i", 999, 0) + b"".join(_cell(value) for case in cases for value in case)


def _described(variable: Variable) -> bytes:
    form = variable.kind << 16 | variable.width << 8
    count = len(variable.missing) if not variable.span else -len(variable.missing)
    text = variable.width if variable.kind == TEXT else 0
    record = struct.pack("<6i", 2, text, 0, count, form, form) + variable.name.upper().encode().ljust(8)
    return record + struct.pack(f"<{len(variable.missing)}d", *variable.missing)


def _cell(value: str | float | None) -> bytes:
    if isinstance(value, str):
        return value.encode("cp1252").ljust(8)
    return struct.pack("<d", SYSTEM_MISSING if value is None else value)


SAMPLE: Final = system_file(
    [Variable("client", TEXT), Variable("date", DAY, 11), Variable("q1", missing=(9.0,))],
    [["k01", 13_986_950_400.0, 7.0], ["k02", 13_987_036_800.0, 9.0], ["k03", 13_987_036_800.0, None]],
)
