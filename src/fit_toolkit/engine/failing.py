"""Turns what a plugin raised into one line: a class name and a line number, never the message of a running policy.

A message may hold a client's data (`ValueError: bad rating of C17`), so once a plugin has been handed data only the
class of the exception and the line of the plugin's own file are told. While a plugin is merely loaded it has been
handed nothing, and its message helps its author.
"""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path

from fit_toolkit.engine.records import Source

LONGEST = 240
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """Shorten a text to one harmless line."""
    line = _UNSAFE.sub(" ", text).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def class_name(error: BaseException) -> str:
    """Name the class of an exception, if the name is one."""
    name = type(error).__name__
    return name if _CLASS.fullmatch(name) else "an exception"


def silent(error: BaseException, source: Source) -> str:
    """Describe an exception by class and line only."""
    if isinstance(error, SystemExit):
        return f"called sys.exit{_at(error, source)}"
    name = error.name if isinstance(error, ModuleNotFoundError) and _is_written(error, source) else None
    said = f"raised {class_name(error)}" + (f" for {name!r}" if name else "")
    return f"{said}{_at(error, source)}{_missing(name, source)}"


def spoken(error: BaseException, source: Source) -> str:
    """Describe an exception with its message: only for what was raised before any data was handed over."""
    if isinstance(error, SystemExit):
        return f"called sys.exit{_at(error, source)}"
    message = one_line(error.msg if isinstance(error, SyntaxError) else str(error))
    said = f"raised {class_name(error)}: {message}" if message else f"raised {class_name(error)}"
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    return f"{said}{_at(error, source)}{_missing(name, source)}"


def _missing(name: str | None, source: Source) -> str:
    """How to install a module that is not there; nothing for one of the plugin's own or of the standard library."""
    top = (name or "").partition(".")[0]
    if not _MODULE.fullmatch(top) or top in sys.stdlib_module_names or top == source.module.partition(".")[0]:
        return ""
    from fit_toolkit.engine.installing import install_command  # every child process would load it, and few need it

    return f"; install the package that brings it: {install_command(top)}"


def _is_written(error: ModuleNotFoundError, source: Source) -> bool:
    """Whether the name stands in the plugin's own code, and so cannot be made of anybody's data."""
    for frame in traceback.extract_tb(error.__traceback__):
        if error.name and _belongs(frame.filename, source) and error.name in (frame.line or ""):
            return True
    return False


def _at(error: BaseException, source: Source) -> str:
    if isinstance(error, SyntaxError) and error.filename is not None:
        return f" ({Path(error.filename).name}:{error.lineno})"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _belongs(frame.filename, source):
            return f" ({Path(frame.filename).name}:{frame.lineno})"
    return ""


def _belongs(filename: str, source: Source) -> bool:
    if source.file:
        return Path(filename) == Path(source.file)
    top = source.module.split(".")
    inside = "/".join(top) if source.origin == "bundled" else top[0]
    place = Path(filename).as_posix()
    if source.origin == "bundled":
        return f"/plugins/{top[-1]}/" in place
    return f"/{inside}/" in place or place.endswith(f"/{inside}.py")
