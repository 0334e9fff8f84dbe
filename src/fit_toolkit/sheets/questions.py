"""Opening questions from a file per language: the practice's own in front of the bundled ones, key by key.

What cannot be used of a practice's file is named with its line, and the bundled question stands in its place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from fit_toolkit.catalog.yaml import MAX_BYTES, Document, read
from fit_toolkit.language import spoken

FOLDER = "questions"
LONGEST = 150  # letters that a sheet has room for
KEY = re.compile(r"[a-z0-9]+(?:[-_ ][a-z0-9]+)*")
ALLIANCE, OUTCOME, GOOD_NEWS = "alliance", "outcome", "good-news"


class Questions(Struct, frozen=True):
    """The questions of one language by what they are about, and what is wrong with a practice's own file."""

    texts: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def about(self, key: str) -> str:
        """Give the question about a facet, or the one about the work together where there is none about it."""
        return self.texts.get(key, self.texts[ALLIANCE])


def questions_here(root: Path | None = None) -> Questions:
    """Give the questions in the language that is spoken now, with those of the practice at `root` in front."""
    code = spoken().code
    own = [root / "templates" / FOLDER / name for name in _names(code)] if root is not None else []
    return _read(code, tuple((path, *stamp) for path in own if (stamp := _stamp(path)) is not None))


def _names(code: str) -> tuple[str, ...]:
    """File names of a language, the widest first: de.yaml before de-CH.yaml."""
    return tuple(dict.fromkeys(f"{name}.yaml" for name in (code.partition("-")[0], code)))


def _stamp(path: Path) -> tuple[int, int] | None:
    """When a file was changed and how large it is; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # it is there: reading it says what is wrong
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=32)
def _read(code: str, own: tuple[tuple[Path, int, int], ...]) -> Questions:
    texts: dict[str, str] = {}
    for name in dict.fromkeys(("en.yaml", *_names(code))):
        bundled = files("fit_toolkit.templates").joinpath(FOLDER, name)
        if bundled.is_file():
            texts |= _sound(read(bundled.read_bytes(), name), frozenset(texts))
    problems: list[str] = []
    known = frozenset(texts)
    for path, _, size in own:
        document = _open(path, size)
        texts |= _sound(document, known)
        problems += [f"{finding}; the bundled question is used" for finding in sorted(document.findings)]
    return Questions(texts, tuple(problems))


def _open(path: Path, size: int) -> Document:
    shown = f"templates/{FOLDER}/{path.name}"
    try:
        text = path.read_bytes() if size <= MAX_BYTES else b" " * (MAX_BYTES + 1)
    except OSError as error:
        document = Document(shown)
        document.report((), "FI001", f"the file cannot be read: {error.strerror}")
        return document
    return read(text, shown)


def _sound(document: Document, known: frozenset[str]) -> dict[str, str]:
    """The questions of a file that can be used; the others become findings."""
    if document.findings and document.data is None:
        return {}
    if not isinstance(document.data, dict):
        document.report((), "FI701", "the file has to be lines of KEY: QUESTION")
        return {}
    out = {}
    for key, text in document.data.items():
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.8) if known and key not in known else []
        if close or not KEY.fullmatch(key):
            hint = f"did you mean '{close[0]}'?" if close else "small letters, digits and hyphens"
            document.report((key,), "FI702", f"there is no such key: {hint}", key=True)
        elif not isinstance(text, str):
            document.report((key,), "FI703", "a question is text")
        elif len(text) > LONGEST:
            document.report((key,), "FI704", f"the question is longer than {LONGEST} letters")
        else:
            out[key] = " ".join(text.split())
    return out
