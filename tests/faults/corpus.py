"""Odd values, dates, codes and files, with what has to become of each: written by hand, never by running the import."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Final

NINE: Final = ",".join(f"q{number}" for number in range(1, 10))
HEAD: Final = f"client,date,{NINE}\n"
REST: Final = "1,1,1,1,1,1,1,0"  # q2 to q9
ROW: Final = f"A,2026-02-01,1,{REST}\n"
OTHER: Final = f"B,2026-02-02,2,{REST}\n"

NUMBER: Final = "expected one of 0, 1, 2, 3"  # how every answer is refused that is none

# An answer to an item of 0 to 3 -> its number, None where it counts as left out, or why the row is refused.
VALUES: Final[dict[str, float | str | None]] = {
    "0": 0, "1": 1, "3": 3, " 2 ": 2, "2\t": 2, "2\n": 2, "\u00a02": 2, "1.0": 1, "1.000": 1, "01": 1, "+1": NUMBER,
    "-0": 0, "-0.0": 0,
    "": None, " ": None, "\u00a0": None, "does-not-fit": None, "rather not say": None, "Not_Applicable": NUMBER,
    "-1": NUMBER, "4": NUMBER, "99": NUMBER, "-99": NUMBER, "999999999999999999999999": NUMBER, "1" * 400: NUMBER,
    "1.5": NUMBER, "0.5": NUMBER, "1.0000000001": NUMBER, "0.9999999999": NUMBER, "2.9999999999999999": NUMBER,
    "1e0": NUMBER, "1e2": NUMBER, "1E0": NUMBER, "nan": NUMBER, "NaN": NUMBER, "inf": NUMBER, "-inf": NUMBER, "Infinity": NUMBER,
    "1_0": NUMBER, "0x1": NUMBER, "0b1": NUMBER, "1j": NUMBER, "1.": NUMBER, ".5": NUMBER, "--1": NUMBER, "+-1": NUMBER,
    "- 1": NUMBER, "1 2": NUMBER, "1,0": NUMBER, "1;2": NUMBER, "1/2": NUMBER, "1-2": NUMBER, "2-Jan": NUMBER, "2026-01-02": NUMBER,
    "٣": NUMBER, "１": NUMBER, "¹": NUMBER, "½": NUMBER, "Ⅱ": NUMBER, "一": NUMBER, "\u22121": NUMBER, "①": NUMBER,
    "\u200b1": NUMBER, "1\u200b": NUMBER, "\u202e1": NUMBER, "1\ufeff": NUMBER, "1\u0301": NUMBER,
    "NA": NUMBER, "N/A": NUMBER, "null": NUMBER, "None": NUMBER, "#N/A": NUMBER, "#VALUE!": NUMBER, "#REF!": NUMBER, "-": NUMBER,
    "?": NUMBER, ".": NUMBER, "TRUE": NUMBER, "true": NUMBER, "False": NUMBER, "yes": NUMBER, "1 (not at all)": NUMBER, "1!": NUMBER,
    "=1+1": NUMBER, "=cmd|' /C calc'!A0": NUMBER, "@SUM(1)": NUMBER, "+1+1": NUMBER, "'1": NUMBER, '"1"': NUMBER, "％s": NUMBER,
    "<script>alert(1)</script>": NUMBER, "1'; DROP TABLE client;--": NUMBER, "../../etc/passwd": NUMBER, "{{7*7}}": NUMBER,
    "%s%n": NUMBER, "\x1b[31m1": NUMBER, "\\N": NUMBER, "1\r\n2": NUMBER, "x" * 10_000: NUMBER, "q1": NUMBER,
}  # fmt: skip

# A date, the practice being in UTC on 2026-03-12 -> the day, or why the row is refused.
DATES: Final[dict[str, str]] = {
    "2026-02-01": "2026-02-01", " 2026-02-02 ": "2026-02-02", "2026-03-12": "2026-03-12",
    "2026-02-03T23:59:59Z": "2026-02-03", "2026-02-04 10:00 +00:00": "2026-02-04", "2026-02-06T01:00:00+02:00": "2026-02-05",
    "2026-02-06T23:30:00-05:00": "2026-02-07", "2026-02-08T10:00:00.123456Z": "2026-02-08",
    "13.02.2026 10:00": "name its format", "8/20/25 12:51:45": "year of two digits", "1.2.20261": "not a date",
    "": "the date is missing", "03/04/2026": "two ways", "3.4.2026": "two ways", "13/02/2026": "name its format",
    "02/13/2026": "name its format", "2/2/2026": "name its format", "1/2/26": "year of two digits",
    "2026-02-29": "no such day", "2026-02-30": "no such day", "2026-13-01": "no such day", "2026-00-10": "no such day",
    "2026-01-00": "no such day", "2024-02-29": "before the episode", "1900-02-29": "no such day",
    "0000-01-01": "no such day", "0001-01-01": "before 1900", "1899-12-31": "before 1900", "1900-01-01": "before the episode",
    "2025-12-31": "before the episode", "2026-03-13": "in the future", "9999-12-31": "in the future",
    "9999-12-31T23:59:59-14:00": "in the future",
    "46054": "number of days", "46054.5": "number of days", "1770000000": "not a date", "20260201": "not a date",
    "2026-2-1": "not a date", "2026-W06-1": "not a date", "2026-032": "not a date", "26-02-01": "year of two digits",
    "2026/02/01": "not a date", "Feb 1 2026": "not a date", "1 février 2026": "not a date", "heute": "not a date",
    "２０２６-02-01": "not a date", "٢٠٢٦-02-01": "not a date", "2026\u201302\u201301": "not a date", "+2026-02-01": "not a date",
    "-2026-02-01": "not a date", "2026-02-01x": "not a date", "nan": "not a date", "NaT": "not a date", "=TODAY()": "not a date",
    "2026-02-01T10:00": "needs its zone", "2026-02-01 10:00:00": "needs its zone",
    "2026-02-01T24:00:00Z": "no such time", "2026-02-01T23:59:60Z": "no such time", "2026-02-01T10:60:00Z": "no such time",
    "2026-02-01T10:00:00+15:00": "no such offset", "2026-02-01T10:00:00+02:99": "no such offset",
    "2026-02-29T10:00:00Z": "no such day", "2026-02-01T10Z": "not a date", "2026-02-01T10:00:00[Europe/Berlin]": "not a date",
}  # fmt: skip

# A client's code, where A is known -> the code, or why the row is refused; and the same where new clients may be added.
UNKNOWN: Final = "no client has this code"
NO_CODE: Final = "a code has 1 to 64"
CODES: Final[dict[str, tuple[str, str]]] = {
    "A": ("A", "A"), " A ": ("A", "A"), "A\n": ("A", "A"), "\u00a0A": ("A", "A"),
    "": ("missing", "missing"), "  ": ("missing", "missing"),
    "a": ("other capitals", "other capitals"),
    "007": (UNKNOWN, "007"), "7": (UNKNOWN, "7"), "7.0": (UNKNOWN, "took this code for"), "2026-02-01": (UNKNOWN, "took this code for"), "1e5": (UNKNOWN, "1e5"), "NA": (UNKNOWN, "NA"),
    "nan": (UNKNOWN, "nan"), "None": (UNKNOWN, "None"), "TRUE": (UNKNOWN, "TRUE"), "1-2": (UNKNOWN, "1-2"), "CON": (UNKNOWN, "CON"),
    "Α": (UNKNOWN, NO_CODE), "А": (UNKNOWN, NO_CODE), "Ａ": (UNKNOWN, NO_CODE), "A\u200b": (UNKNOWN, NO_CODE), "A\u0301": (UNKNOWN, NO_CODE),
    "Á": (UNKNOWN, NO_CODE), "ı": (UNKNOWN, NO_CODE), "ß": (UNKNOWN, NO_CODE), "\u202eA": (UNKNOWN, NO_CODE), "٣": (UNKNOWN, NO_CODE),
    "../../etc/passwd": (UNKNOWN, NO_CODE), "..": (UNKNOWN, NO_CODE), "C:\\x": (UNKNOWN, NO_CODE), "-rf": (UNKNOWN, NO_CODE), "a b": (UNKNOWN, NO_CODE),
    "A'; DROP TABLE client;--": (UNKNOWN, NO_CODE), "=A1": (UNKNOWN, NO_CODE), "@A": (UNKNOWN, NO_CODE), "%n": (UNKNOWN, NO_CODE),
    "<script>alert(1)</script>": (UNKNOWN, NO_CODE), "{{A}}": (UNKNOWN, NO_CODE), "\x1b[2J": (UNKNOWN, NO_CODE), "A\r\nB": (UNKNOWN, NO_CODE),
    "x" * 64: (UNKNOWN, "x" * 64), "y" * 65: (UNKNOWN, NO_CODE), "z" * 10_000: (UNKNOWN, NO_CODE),
    "K9": (UNKNOWN, "a new client, but"), "k9": (UNKNOWN, "a new client, but"),
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """A whole file: why it is refused, or what becomes of each of its rows (`accepted`, `unchanged`, or why rejected)."""

    name: str
    content: str | bytes
    refused: str = ""
    rows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.content if isinstance(self.content, bytes) else self.content.encode()


TAKEN: Final = ("accepted",)
TWO: Final = ("accepted", "accepted")
UMLAUT: Final = HEAD.replace("\n", ",remark\n") + f"A,2026-02-01,1,{REST},schön\n"
EXTRA: Final = {"ignore": "remark"}

FILES: Final = [
    File("utf-8", HEAD + ROW, rows=TAKEN),
    File("utf-8 with a mark", b"\xef\xbb\xbf" + (HEAD + ROW).encode(), rows=TAKEN),
    File("utf-16 with a mark", (HEAD + ROW).encode("utf-16"), rows=TAKEN),
    File("utf-16 the other way round", b"\xfe\xff" + (HEAD + ROW).encode("utf-16-be"), rows=TAKEN),
    File("utf-32 with a mark", (HEAD + ROW).encode("utf-32"), rows=TAKEN),
    File("utf-16 without a mark", (HEAD + ROW).encode("utf-16-le"), refused="NUL character"),
    File("utf-16 cut in half a character", (HEAD + ROW).encode("utf-16")[:-1], refused="this is not utf-16"),
    File("cp1252, not said", UMLAUT.encode("cp1252"), refused="this is not utf-8", settings=EXTRA),
    File("cp1252, said", UMLAUT.encode("cp1252"), rows=TAKEN, settings={**EXTRA, "encoding": "cp1252"}),
    File("a byte cp1252 has not", UMLAUT.encode("cp1252") + b"\x81\n", refused="not cp1252",
         settings={**EXTRA, "encoding": "cp1252"}),
    File("invalid utf-8", (HEAD + ROW).encode() + b"\xff\xfe\n", refused="this is not utf-8"),
    File("a lone surrogate", (HEAD + ROW).encode() + b"A,\xed\xa0\x80\n", refused="this is not utf-8"),
    File("a lone surrogate in utf-16", (HEAD + ROW).encode("utf-16") + b"\x00\xd8\n\x00", refused="this is not utf-16"),
    File("an overlong NUL", (HEAD + ROW).encode() + b"\xc0\x80\n", refused="this is not utf-8"),
    File("a NUL", HEAD + ROW.replace("A", "A\0"), refused="NUL character"),
    File("a NUL at the end", HEAD + ROW + "\0", refused="NUL character"),
    File("compressed", gzip.compress((HEAD + ROW).encode(), mtime=0), refused="the file is packed"),
    File("empty", "", refused="empty"),
    File("only blank lines", "\n\n \n", refused="empty"),
    File("only a mark", b"\xef\xbb\xbf", refused="empty"),
    File("header only", HEAD, notes=("no rows below",)),
    File("header only, without an end of line", HEAD.strip(), notes=("no rows below",)),
    File("no header", ROW + OTHER, refused="is the header line missing"),
    File("no end of line at the end", HEAD + ROW.strip(), rows=TAKEN),
    File("windows lines", (HEAD + ROW + OTHER).replace("\n", "\r\n"), rows=TWO),
    File("old macintosh lines", (HEAD + ROW + OTHER).replace("\n", "\r"), rows=TWO),
    File("mixed lines", HEAD.replace("\n", "\r\n") + ROW + OTHER.replace("\n", "\r"), rows=TWO),
    File("blank lines between", f"\n{HEAD}\n \n{ROW}\n,,\n{OTHER}\n\n", rows=TWO),
    File("semicolons", (HEAD + ROW).replace(",", ";"), rows=TAKEN),
    File("semicolons and decimal commas", (HEAD + ROW).replace(",", ";").replace(";1;", ";1,0;"), rows=TAKEN),
    File("semicolons and a decimal comma between steps", (HEAD + ROW).replace(",", ";").replace("01;1;", "01;1,5;"), rows=(NUMBER,)),
    File("semicolons and decimal points", (HEAD + ROW).replace(",", ";").replace("01;1;", "01;1.0;"), rows=TAKEN),
    File("tabs", (HEAD + ROW).replace(",", "\t"), rows=TAKEN),
    File("bars", (HEAD + ROW).replace(",", "|"), rows=TAKEN),
    File("carets", (HEAD + ROW).replace(",", "^"), rows=TAKEN),
    File("bars and carets", "client|date^q1\nA|2026-02-01^1\n", refused="is the header line missing"),
    File("sep= line", "sep=;\n" + (HEAD + ROW).replace(",", ";"), rows=TAKEN),
    File("as many commas as semicolons", "client,date;q1\nA,2026-02-01;1\n", refused="as many of one delimiter"),
    File("reordered columns", "q1,date,client\n1,2026-02-01,A\n", rows=TAKEN),
    File("a column twice", "client,date,q1,q1\nA,2026-02-01,1,2\n", refused="columns with the same name: q1"),
    File("a renamed column", f"client,when_it_was,{NINE}\n{ROW}", refused="unknown columns: when_it_was"),
    File("a column too many", HEAD.replace("\n", ",remark\n") + ROW.replace("\n", ",x\n"), refused="unknown columns: remark"),
    File("no column of clients", f"date,{NINE}\n2026-02-01,1,{REST}\n", refused="client"),
    File("no column of dates", f"client,{NINE}\nA,1,{REST}\n", refused="date"),
    File("no column of answers", "client,date\nA,2026-02-01\n", refused="no column with answers"),
    File("a non-breaking space in the header", HEAD.replace("client", "\u00a0client") + ROW, refused="unknown columns"),
    File("a zero-width space in the header", HEAD.replace("client", "cli\u200bent") + ROW, refused="unknown columns"),
    File("a right-to-left mark in the header", HEAD.replace("client", "\u200fclient") + ROW, refused="unknown columns"),
    File("a homoglyph in the header", HEAD.replace("client", "сlient") + ROW, refused="unknown columns"),
    File("capitals in the header", HEAD.upper() + ROW, refused="no column has a known name"),
    File("a formula in the header", HEAD.replace("q9", "=q9") + ROW, refused="unknown columns"),
    File("a row too long", HEAD + ROW.replace("\n", ",7\n"), rows=("has no name",)),
    File("a row too long by blanks", HEAD + ROW.replace("\n", ",,\n"), rows=TAKEN),
    File("a row too short", HEAD + "A,2026-02-01,1\n", rows=TAKEN, notes=("fewer cells",)),
    File("a quoted line break", 'client,date,q1,q2\nA,2026-02-01,"1\n",2\n' , rows=TAKEN),
    File("a quote never closed", HEAD + ROW + 'B,2026-02-02,"1' + ROW, refused="never closed"),
    File("text behind a quote", HEAD + 'A,2026-02-01,"1"x,1\n', refused="text follows a closing quote"),
    File("a cell of 200,000 characters", HEAD + f'A,2026-02-01,"{"x" * 200_000}",1\n', refused="longer than 131,072"),
    File("ten thousand columns", ",".join(f"c{n}" for n in range(10_000)) + "\n1\n", refused="no column has a known name"),
    File("the same form twice", HEAD + ROW + ROW, rows=("accepted", "unchanged")),
    File("the same form twice, differently", HEAD + ROW + ROW.replace(",1,1,", ",1,2,"), rows=("other answers", "other answers")),
    File("the same form at two minutes of a day", HEAD + ROW.replace("02-01", "02-01T10:00:00Z") + ROW.replace("02-01", "02-01T10:01:00Z"),
         rows=("accepted", "unchanged")),
    File("rows without answers", HEAD + ROW + "B,2026-02-02,,,,,,,,,\n", rows=("accepted", "unchanged"), notes=("hold no answers",)),
    File("a total beside its items", HEAD.replace("\n", ",total\n") + ROW.replace("\n", ",8\n"), rows=("a total beside the items",)),
    File("totals alone", "client,date,total\nA,2026-02-01,27\nB,2026-02-02,28\n", rows=("accepted", "expected 0 to 27")),
    File("an answer a row", "client,date,item,value\nA,2026-02-01,q1,1\nA,2026-02-01,q2,3\n", rows=TWO),
    File("an answer a row, one twice", "client,date,item,value\nA,2026-02-01,q1,1\nA,2026-02-01,q1,1\n", rows=TWO),
    File("an answer a row, one twice and otherwise", "client,date,item,value\nA,2026-02-01,q1,1\nA,2026-02-01,q1,2\n",
         rows=("answered twice", "answered twice")),
    File("an answer a row to no item", "client,date,item,value\nA,2026-02-01,q1,1\nA,2026-02-01,q10,1\n",
         rows=("another row", "no item of this name")),
    File("a session of zero", "client,date,session,q1\nA,2026-02-01,0,1\nB,2026-02-01,1e1,1\nC,2026-02-01,2,1\n",
         rows=("whole number from 1", "whole number from 1", "accepted")),
    File("a rater there is not", "client,date,rater,q1\nA,2026-02-01,Client,1\nB,2026-02-01,client,1\n", rows=("a rater is one of", "accepted")),
    File("a day twice in the fold", "client,date,q1\nA,2026-03-08T01:30,1\n", rows=TAKEN, settings={"timezone": "America/New_York"}),
    File("a time the clocks left out", "client,date,q1\nA,2026-03-08T02:30,1\n", rows=("the clocks went forward",),
         settings={"timezone": "America/New_York"}),
    File("a zone there is not", "client,date,q1\nA,2026-03-08T02:30,1\n", refused="no such time zone", settings={"timezone": "Mars/Base"}),
    File("days as they are written here", "client,date,q1\nA,03/02/2026,1\nB,31/02/2026,1\nC,2026-02-01,1\n",
         rows=("accepted", "no such day", "not a date written as"), settings={"date_format": "%d/%m/%Y"}),
]  # fmt: skip
