"""The first records of separated text, for a reader that has to say whether a file is its own."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def opening(head: bytes, rows: int = 20) -> list[list[str]]:
    """Give the first records of a file that begins so, blank ones passed over; nothing where it is no text.

    Where the head ends within a record, that record is given as far as it goes.
    """
    encoding = next((name for mark, name in MARKS if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, "replace")
    if "\0" in text:
        return []
    lines = io.StringIO(text, newline="").readlines()
    if lines and lines[0][:4].lower() == "sep=":
        lines = lines[1:]
    first = next((line for line in lines if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    delimiter = max(",;\t", key=bare.count)
    delimiter = delimiter if delimiter in bare else max("|^", key=bare.count)
    try:
        records = (record for record in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in record))
        return list(islice(records, rows))
    except csv.Error:
        return []
