"""On which line of a TOML file a key stands; the standard library's reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")  # fmt: skip
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_TABLE = re.compile(r"\s*(\[\[?)(.*?)\]\]?\s*(?:#.*)?$")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def locate(text: str) -> dict[Path, int]:
    """Map every key and table of a valid TOML text to its line, counted from 1; arrays of tables are numbered from 0."""
    found: dict[Path, int] = {}
    for number, path in _walk(text):
        found.setdefault(path, number)
    return found


def written_twice(text: str, number: int) -> str:
    """Say which table or key of a line stands in a line before it, too, and in which; nothing where none does."""
    paths = list(_walk("\n".join(text.split("\n")[:number])))
    at, path = paths[-1] if paths else (0, ())
    first = next((line for line, other in paths if other == path), number)
    if at != number or first == number:
        return ""
    named = ".".join(map(str, path))
    if _TABLE.match(text.split("\n")[number - 1]):
        return f"the section [{named}] is there already, in line {first}"
    return f"{named} is set already, in line {first}"


def _walk(text: str) -> Iterator[tuple[int, Path]]:
    """Give every key and table with its line, in the order of the text; of `a.b = 1` first `a`."""
    counts: dict[Path, int] = {}
    here: Path = ()
    waiting = _Open()
    for number, line in enumerate(text.split("\n"), start=1):
        if waiting.inside:
            waiting.read(line)
        elif table := _TABLE.match(line):
            here = _enter(_parts(table[2]), counts, array=table[1] == "[[")
            yield number, here
        elif key := _KEY.match(line):
            path = here
            for part in _parts(key[1]):
                path = (*path, part)
                yield number, path
            waiting.read(line[key.end() :])


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a key, or that of the nearest table or key around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Open:
    """Whether a value goes on over the end of its line: a long string, or brackets not yet closed."""

    def __init__(self) -> None:
        self.quotes = ""
        self.depth = 0

    @property
    def inside(self) -> bool:
        return bool(self.quotes) or self.depth > 0

    def read(self, text: str) -> None:
        while text:
            if self.quotes:
                _, found, text = text.partition(self.quotes)
                if found:
                    self.quotes = ""
                continue
            if text.startswith(('"""', "'''")):
                self.quotes, text = text[:3], text[3:]
            elif text[0] == "#":
                return
            elif string := _STRING.match(text):
                text = text[string.end() :]
            else:
                self.depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[0], 0)
                text = text[1:]


def _enter(names: list[str], counts: dict[Path, int], *, array: bool) -> Path:
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if array and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> list[str]:
    return [double or single or bare for double, single, bare in _PART.findall(dotted)]
