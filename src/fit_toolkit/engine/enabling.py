"""Switches plugins on and off in the text of fit.toml, leaving every other character as it is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.settings.suggested import as_toml

SECTION = "plugins"
PINNED = "pinned"
_HEADER = re.compile(r"^[ \t]*\[[ \t]*plugins[ \t]*\][ \t]*(#.*)?\r?$", re.MULTILINE)
_PINS = re.compile(r"^[ \t]*\[[ \t]*plugins[ \t]*\.[ \t]*pinned[ \t]*\][ \t]*(#.*)?\r?$", re.MULTILINE)
_ANY_HEADER = re.compile(r"^[ \t]*\[\[?[A-Za-z0-9_.\"' \t-]+\]\]?[ \t]*(#.*)?\r?$", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\],]|\s+')


def listed(text: str, key: str) -> list[str]:
    """Give the names in `[plugins] key`."""
    return list(tomllib.loads(text).get(SECTION, {}).get(key, []))


def with_name(text: str, key: str, name: str) -> str:
    """Add a name to a list under [plugins]; the same text where it is there already."""
    names = listed(text, key)
    if name in names:
        return text
    return _verified(text, _added(text, key, name), key, [*names, name])


def without_name(text: str, key: str, name: str) -> str:
    """Take a name out of a list under [plugins]; the same text where it is not there."""
    names = listed(text, key)
    if name not in names:
        return text
    rest = [each for each in names if each != name]
    array = _array(text, key)
    return _verified(text, text if array is None else _taken_out(text, array, name), key, rest)


def with_pin(text: str, name: str, pin: str) -> str:
    """Write down what a package is under [plugins.pinned]; the same text where it says so already."""
    if _pins(text).get(name) == pin:
        return text
    line = f"{name} = {json.dumps(pin)}"
    newline = "\r\n" if "\r\n" in text else "\n"
    header = _PINS.search(text)
    if header is None:
        gap = "" if not text or text.endswith("\n") else newline
        after = f"{text}{gap}{newline}[{SECTION}.{PINNED}]{newline}{line}{newline}"
    elif (old := _pin_line(text, header, name)) is not None:
        after = text[: old.start()] + line + text[old.end() :]
    else:
        place = _end_of_line(text, header.end())
        gap = "" if text[place - 1] == "\n" else newline
        after = f"{text[:place]}{gap}{line}{newline}{text[place:]}"
    return _pins_verified(text, after, {**_pins(text), name: pin})


def without_pin(text: str, name: str) -> str:
    """Take a package out of [plugins.pinned]; the same text where it is not there."""
    pins, header = _pins(text), _PINS.search(text)
    old = _pin_line(text, header, name) if header is not None and name in pins else None
    if old is None:
        return text
    after = text[: old.start()] + text[_end_of_line(text, old.end()) :]
    return _pins_verified(text, after, {key: pin for key, pin in pins.items() if key != name})


def _pins(text: str) -> dict[str, str]:
    return dict(tomllib.loads(text).get(SECTION, {}).get(PINNED, {}))


def _pin_line(text: str, header: re.Match[str], name: str) -> re.Match[str] | None:
    pattern = re.compile(rf"""^[ \t]*["']?{re.escape(name)}["']?[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*')""", re.MULTILINE)
    return pattern.search(text, header.end(), _section_end(text, header))


def _pins_verified(before: str, after: str, pins: dict[str, str]) -> str:
    return _verified(before, after, PINNED, pins)  # an empty table stays as its heading


def _added(text: str, key: str, name: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    word = json.dumps(name)
    array = _array(text, key)
    if array is not None:
        return _put_in(text, array, word, newline)
    header = _HEADER.search(text)
    if header is None:
        gap = "" if not text or text.endswith("\n") else newline
        return f"{text}{gap}{newline}[{SECTION}]{newline}{key} = [{word}]{newline}"
    after = _end_of_line(text, header.end())
    note = re.compile(rf"^[ \t]*#[ \t]*{key}[ \t]*=.*$", re.MULTILINE).search(text, after, _section_end(text, header))
    if note is not None:
        after = _end_of_line(text, note.end())
    gap = "" if after == 0 or text[after - 1] == "\n" else newline
    return f"{text[:after]}{gap}{key} = [{word}]{newline}{text[after:]}"


def _put_in(text: str, array: list[tuple[str, int, int]], word: str, newline: str) -> str:
    strings = [token for token in array if token[0][0] in "\"'"]
    if not strings:
        start = array[0][2]
        return text[:start] + word + text[start:]
    _, start, end = strings[-1]
    line = text.rfind("\n", 0, start) + 1
    indent = text[line:start]
    if indent.strip():  # other things stand before it on its line: keep to that line
        return f"{text[:end]}, {word}{text[end:]}"
    comma = next((token for token in array if token[0] == "," and token[1] >= end), None)
    text = text if comma is not None else f"{text[:end]},{text[end:]}"
    after = _end_of_line(text, end)
    return f"{text[:after]}{indent}{word},{newline}{text[after:]}"


def _taken_out(text: str, array: list[tuple[str, int, int]], name: str) -> str:
    place = next(i for i, token in enumerate(array) if token[0][0] in "\"'" and _read(token[0]) == name)
    start, end = array[place][1], array[place][2]
    following = [token for token in array[place + 1 :] if token[0].strip()]
    leading = [token for token in array[1:place] if token[0].strip() and token[0][0] != "#"]
    if following and following[0][0] == ",":
        end = following[0][2]
    elif leading and leading[-1][0] == ",":
        start = leading[-1][1]
    line = text.rfind("\n", 0, start) + 1
    rest = text[end : _end_of_line(text, end)]
    if not text[line:start].strip() and not rest.strip():
        return text[:line] + text[_end_of_line(text, end) :]
    if rest.startswith(" ") and text[start - 1] in "[ ":
        end += 1
    return text[:start] + text[end:]


def _array(text: str, key: str) -> list[tuple[str, int, int]] | None:
    """The tokens of the array `[plugins] key = [...]` with their places, or None where it is not written so."""
    header = _HEADER.search(text)
    if header is None:
        return None
    pattern = re.compile(rf"^[ \t]*[\"']?{key}[\"']?[ \t]*=[ \t]*(?=\[)", re.MULTILINE)
    found = pattern.search(text, header.end(), _section_end(text, header))
    if found is None:
        return None
    tokens = []
    place = found.end()
    while token := _TOKEN.match(text, place):
        tokens.append((token[0], token.start(), token.end()))
        place = token.end()
        if token[0] == "]":
            return tokens
    return None


def _section_end(text: str, header: re.Match[str]) -> int:
    following = _ANY_HEADER.search(text, header.end())
    return following.start() if following else len(text)


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _read(token: str) -> str:
    value: str = tomllib.loads(f"x = {token}")["x"]
    return value


def _verified(before: str, after: str, key: str, names: list[str] | dict[str, str]) -> str:
    """Make sure that the new text means the old one but for this list or table."""
    wanted: dict[str, Any] = tomllib.loads(before)
    wanted.setdefault(SECTION, {})[key] = names
    try:
        right = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        hint = f"write it yourself: [{SECTION}] {key} = {as_toml(names)}"
        raise ConfigError("is written in a way that cannot be changed safely", where="fit.toml", hint=hint)
    return after
