"""Foreign text made harmless: one printable line for comments, without mark-up for people."""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,2000}>")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def plain(text: str, limit: int = 200) -> str:
    """Write text as one printable line of limited length, so that it can stand in a comment or a message."""
    line = " ".join(text.split())
    line = "".join(sign if sign.isprintable() and unicodedata.category(sign) != "Cf" else "?" for sign in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def without_markup(text: str) -> str:
    """Take HTML tags out of a label and leave its words on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def number(text: str) -> float | None:
    """Read a plain decimal number with a point; anything else is no number."""
    return float(text) if len(text) < 20 and text.isascii() and _NUMBER.fullmatch(text) else None


def decimal(value: float) -> str:
    """Write a number the shortest way that reads back the same."""
    return format(value, ".15g")


def is_whole(*values: float) -> bool:
    """Say whether all these numbers are whole."""
    return all(float(value).is_integer() for value in values)


def item_id(name: str) -> str:
    """Make an item id of a field's name; nothing where none can be made without inventing."""
    made = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return made if made[:1].isascii() and made[:1].isalpha() and len(made) <= 32 else ""


def slug(name: str) -> str:
    """Make an instrument or scale id of any name; nothing where none can be made."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].rstrip("-")
    return made if made[:1].isalpha() else ""


def inert(text: str) -> str:
    """Give a cell a leading quote mark where a spreadsheet would run it as a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def active(text: str) -> str:
    """Take away the quote mark that `inert` put there."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
