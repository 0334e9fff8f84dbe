"""Writes the first version of a plugin: a working example of its kind under the author's name.

The examples lie in templates/scaffold as they are: real files that are linted, typed and tested like all others, under
the name `example-name`. Rendering puts the author's name in its place, and does nothing else.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
import unicodedata
from collections.abc import Collection, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final, Literal, get_args

from fit_toolkit.engine.discover import bundled
from fit_toolkit.errors import UsageError

Kind = Literal["instrument", "scoring-rule", "policy", "channel", "section", "reader", "writer"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
LONGEST: Final = 40
NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
EXAMPLE: Final = re.compile("example-name|example_name|ExampleName|Example name")
CODE: Final = "example_name.py"
USE: Final = "USE.md"
NO_FILE: Final = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
SPELT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l"})
UNSEEN: Final = ("_", ".")  # what such a name begins with is no part of an example: caches


def kind_of(text: str) -> Kind:
    """Read the name of a kind."""
    for kind in KINDS:
        if kind == text:
            return kind
    raise UsageError(f"there is no kind '{text}'", hint=f"one of: {', '.join(KINDS)}")


def render(kind: Kind, name: str, *, drop_in: bool = False) -> dict[PurePosixPath, str]:
    """Give the files of a new plugin: path and text of each.

    A package's paths begin with its folder; those of a drop-in with `plugins` or `instruments`, folders of a practice.
    """
    parts = dict(_texts(_example(kind)))
    use = parts.pop(PurePosixPath(USE))
    laid = dict(_dropped(parts)) if drop_in else dict(_packed(parts, use))
    return {PurePosixPath(named(str(path), name)): named(text, name) for path, text in sorted(laid.items())}


def how_to_use(kind: Kind, name: str) -> str:
    """Give the lines that say how a plugin of this kind is put to use."""
    return named((_example(kind) / USE).read_text(encoding="utf-8"), name)


def named(text: str, name: str) -> str:
    """Put a name in the place of the example's, in each of the ways it is written."""
    ways = {
        "example-name": name,
        "example_name": name.replace("-", "_"),
        "ExampleName": class_name(name),
        "Example name": name.replace("-", " ").capitalize(),
    }
    return EXAMPLE.sub(lambda found: ways[found[0]], text)


def class_name(name: str) -> str:
    """Give the name of the class: `slow-slide` becomes SlowSlide."""
    return "".join(part.capitalize() for part in name.split("-"))


def check_name(name: str, kind: Kind, *, taken: Collection[str] = ()) -> None:
    """Refuse a name that is no name, or that something else has already.

    `taken` holds the names of plugins, and of what they bring, that are known here.

    Raises:
        UsageError: says what is wrong with the name, and one that would do where there is one.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"a plugin's name has small letters, digits and single hyphens, begins with a letter and has at most "
            f"{LONGEST} signs",
            hint=_hint(name),
        )
    if name.startswith("fit-"):
        raise UsageError("the package gets the `fit-` of its name by itself", hint=f"try: {name.removeprefix('fit-')}")
    if name in taken or name in {source.name for source in bundled()}:
        raise UsageError(f"there is a plugin, or something of a plugin, called '{name}' already", hint=_other(name))
    if name in NO_FILE:
        raise UsageError(f"'{name}' is no possible file name on Windows", hint=_other(name))
    words = set(re.findall(r"\w+", (_example(kind) / CODE).read_text(encoding="utf-8")))
    if class_name(name) in words or keyword.iskeyword(class_name(name)) or keyword.iskeyword(name):
        raise UsageError(f"'{name}' is a word the plugin itself needs", hint=_other(name))
    for module in (name.replace("-", "_"), f"fit_{name.replace('-', '_')}"):
        if module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None:
            raise UsageError(f"'{module}' is the name of a Python module that is here already", hint=_other(name))


def _hint(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", unicodedata.normalize("NFC", name)).lower().translate(SPELT)
    letters = "".join(each for each in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(each))
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-0123456789")
    return f"try: {plain[:LONGEST].strip('-')}" if plain else "such as slow-slide"


def _other(name: str) -> str:
    return f"such as our-{name}"


def _example(part: str) -> Traversable:
    return files("fit_toolkit.templates") / "scaffold" / part.replace("-", "_")


def _texts(folder: Traversable, at: PurePosixPath | None = None) -> Iterator[tuple[PurePosixPath, str]]:
    at = at or PurePosixPath()
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.startswith(UNSEEN):
            continue
        if entry.is_dir():
            yield from _texts(entry, at / entry.name)
        else:
            yield at / entry.name, entry.read_text(encoding="utf-8")


def _packed(parts: dict[PurePosixPath, str], use: str) -> Iterator[tuple[PurePosixPath, str]]:
    """Lay a package out: what all have, the code as the module, everything else beside it."""
    root = PurePosixPath("fit-example-name")
    for path, text in _texts(_example("package")):
        yield root / path, text.replace("USE\n", f"{use}\n") if path.name == "README.md" else text
    module = root / "src" / "fit_example_name"
    for path, text in parts.items():
        yield (module / "__init__.py" if path.name == CODE else module / path), text


def _dropped(parts: dict[PurePosixPath, str]) -> Iterator[tuple[PurePosixPath, str]]:
    """Lay a drop-in out: an instrument is data and goes among instruments, everything else beside its code."""
    data = {path: text for path, text in parts.items() if path.name != CODE}
    if all(path.parts[0] == "instruments" for path in data) and data:
        yield from data.items()
    else:
        yield from ((PurePosixPath("plugins") / path, text) for path, text in parts.items())
