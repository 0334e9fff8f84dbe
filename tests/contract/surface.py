"""What plugins rely on, as plain data: signatures of hooks and public classes, columns of frames and arrays.

`python -m tests.contract.surface --write` keeps it as the snapshot of the present HOOK_API. It writes over one only with
`--unreleased`, for a version that nobody outside this repository has seen.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import fit_toolkit
from fit_toolkit import hookspecs

SNAPSHOTS = Path(__file__).parent / "snapshots"


def surface() -> dict[str, Any]:
    """The whole surface; every leaf is a text, so that a difference reads as one."""
    public = {
        name: getattr(fit_toolkit, name) for name in fit_toolkit.__all__ if name not in {"__version__", "HOOK_API"}
    }
    return {
        "hooks": hooks(),
        "names": dict.fromkeys(fit_toolkit.__all__, ""),
        "analysis": _of_module("fit_toolkit.analysis"),
        "testing": _of_module("fit_toolkit.testing"),
        "classes": {name: of_class(thing) for name, thing in public.items() if inspect.isclass(thing)},
        "frames": frames(),
    }


def hooks() -> dict[str, str]:
    """Every hook with its signature."""
    marked = f"{hookspecs.PROJECT}_spec"
    found = {
        name: thing for name, thing in vars(hookspecs).items() if inspect.isfunction(thing) and hasattr(thing, marked)
    }
    return {name: _signature(thing) for name, thing in found.items()}


def of_class(cls: type[Any]) -> dict[str, Any]:
    """Fields, class attributes, properties and methods that are public."""
    members: dict[str, str] = {}
    for name in dir(cls):
        owner = next((base for base in cls.__mro__ if name in vars(base)), object)
        if name.startswith("_") or owner.__module__.partition(".")[0] != "fit_toolkit":
            continue
        raw = vars(owner)[name]
        if name in getattr(cls, "__struct_fields__", ()) or inspect.ismemberdescriptor(raw):
            continue  # a field: it stands in the signature
        if isinstance(raw, (staticmethod, classmethod)):
            members[name] = _signature(raw.__func__)
        elif callable(raw):
            members[name] = _signature(raw)
        elif hasattr(raw, "func") or isinstance(raw, property):
            function = raw.fget if isinstance(raw, property) else raw.func
            members[name] = f"property {_signature(function)}"
        else:
            members[name] = f"attribute {_annotation(owner, name)} = {raw!r}"
    return {"made by": _signature(cls), "members": members}


def frames() -> dict[str, dict[str, str]]:
    """The columns that are handed over, with the type of each."""
    from fit_toolkit.engine.sections import view_of
    from fit_toolkit.engine.writing import COLUMNS
    from tests.builders import course_of

    course = course_of([[5.0, 4.0], [], [7.0]])
    found = course.where(course.value < 5, back_to=course.previous, reason="{value:g}", more=course.value)
    about = course.members.where(np.zeros(3, bool), reason="nobody")
    view = view_of([], as_of=date(2026, 1, 1), language="en")
    return {
        "course": {name: _kind(column) for name, column in course.columns().items()},
        "members": {name: _kind(column) for name, column in course.members.columns().items()},
        "findings": {name: _kind(getattr(found, name)) for name in ("fires", "known", "back_to")}
        | {f"evidence {name}": _kind(column) for name, column in found.evidence.items()},
        "findings about members": {name: _kind(getattr(about, name)) for name in ("fires", "known", "since", "again")},
        "answers of a scoring rule": {"one column for each item": "float64", "index": "that of the scores to give"},
        "ratings of a section": {str(name): str(dtype) for name, dtype in view.ratings.dtypes.items()},
        **{f"{name} of an export": dict(columns) for name, columns in COLUMNS.items()},
        "filters of a template": dict.fromkeys(sorted(_filters()), ""),
    }


def breaking(old: Any, new: Any, path: str = "") -> list[str]:
    """What a plugin for `old` can no longer rely on in `new`: what is gone or changed, not what was added."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [f"{path}{name} is gone" for name in old if name not in new]
        return gone + [
            line for name in old if name in new for line in breaking(old[name], new[name], f"{path}{name}: ")
        ]
    if old == new or (isinstance(old, str) and isinstance(new, str) and _only_added(old, new)):
        return []
    return [f"{path}{old} became {new}"]


def different(old: Any, new: Any, path: str = "") -> list[str]:
    """Everything that differs, additions included."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [f"{path}{old} became {new}"]
    gone = [f"{path}{name} is gone" for name in old if name not in new]
    added = [f"{path}{name} was added" for name in new if name not in old]
    both = [line for name in old if name in new for line in different(old[name], new[name], f"{path}{name}: ")]
    return gone + added + both


def _only_added(old: str, new: str) -> bool:
    """Whether a signature only gained arguments that may be left out."""
    if not (old.startswith("(") and new.startswith("(")):
        return False
    before, after = ([part.strip() for part in _arguments(text)] for text in (old, new))
    more = [part for part in after if part not in before]
    same = [part for part in after if part in before] == before and old.rpartition(")")[2] == new.rpartition(")")[2]
    return same and all("=" in part or part == "*" for part in more)


def _arguments(signature: str) -> list[str]:
    depth, parts = 0, [""]
    for letter in signature[1 : signature.rindex(")")]:
        depth += {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def _of_module(name: str) -> dict[str, Any]:
    """The public names of a module: classes in full, functions by their signature."""
    module = importlib.import_module(name)
    things = {each: getattr(module, each) for each in module.__all__}
    return {each: of_class(thing) if inspect.isclass(thing) else _signature(thing) for each, thing in things.items()}


def _filters() -> set[str]:
    from jinja2 import Environment

    from fit_toolkit.sheets.render import environment

    return set(environment().filters) - set(Environment().filters)


def _signature(thing: Any) -> str:
    return str(inspect.signature(thing)).replace("'", "").replace('"', "")


def _annotation(cls: type[Any], name: str) -> str:
    return str(vars(cls).get("__annotations__", {}).get(name, "")).replace("'", "")


def _kind(column: Any) -> str:
    return "text" if column.dtype.kind == "U" else str(column.dtype)


def snapshot_of(api: tuple[int, int]) -> Path:
    """Where the snapshot of a hook API is kept."""
    return SNAPSHOTS / "hook_api_{}.{}.json".format(*api)


def main() -> int:
    """Write the snapshot of the present HOOK_API, unless there is one."""
    file = snapshot_of(hookspecs.HOOK_API)
    if "--write" not in sys.argv:
        print(json.dumps(surface(), indent=2))
        return 0
    if file.exists() and "--unreleased" not in sys.argv:
        print(f"{file.name} is there already: raise HOOK_API first (--unreleased: this version was never given out)")
        return 1
    file.write_text(json.dumps(surface(), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
