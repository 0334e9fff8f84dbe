"""The messages that a plugin's author or a clinic may meet, read from the source: literal parts, blanks between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "fit_toolkit"
FILES = (
    *sorted((SOURCE / "engine").rglob("*.py")),
    SOURCE / "sheets" / "sections.py",
    SOURCE / "sheets" / "fragment.py",
    SOURCE / "intake" / "read.py",
    SOURCE / "practice" / "tryout.py",
    SOURCE / "courses" / "policies.py",
    SOURCE / "alerts" / "deliver.py",
    SOURCE / "cli" / "plugins_common.py",
)
SAY = {"failure", "_fail", "_broken", "_lost", "PluginFailure", "Refused", "ReadySection", "DeliveryError", "append",
       "_NoAnswerError", "_RaisedError", "Check"}  # fmt: skip
NAMES = {"error", "problem", "problems", "text", "said", "line"}
TELLS = {"_problem", "_writable_by_others", "_replaceable", "_wrong_entry", "_how_it_ended", "_changed", "silent", "spoken",
         "_missing", "_off", "_contested", "_with_plugin", "_hook_api", "problems_of"}  # fmt: skip
CHECKS = {"conformance", "tryout.py"}  # where what is returned is what did not hold
ELSEWHERE = {"there is no such file", "cannot be read", "cannot be read:", "the file is larger than", "plugin"}
# (about a file to import; what FIT_TRACE_PLUGINS tells)
QUIET = {"hint", "where", "permanent", "kind", "page"}


@dataclass(frozen=True)
class Said:
    """One message: where it is made, and its literal parts in order."""

    file: str
    line: int
    parts: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The message with … for what is filled in."""
        return "…".join(self.parts)

    def stands_in(self, text: str) -> bool:
        """Whether the parts follow one another in a line of the text."""
        place = 0
        for part in self.parts:
            found = text.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        return True


def messages() -> list[Said]:
    """Every message, each once."""
    found: dict[tuple[str, ...], Said] = {}
    for file in FILES:
        tree = ast.parse(file.read_text())
        tried = bool(CHECKS & set(file.parts))
        for node in (*_texts(tree), *(_of_checks(tree) if tried else ())):
            parts = _parts(node)
            if parts and parts[0] in ELSEWHERE:
                continue
            if sum(len(part.split()) for part in parts) >= 2 and max(map(len, parts)) > 5:
                found.setdefault(parts, Said(str(file.relative_to(SOURCE)), node.lineno, parts))
    return sorted(found.values(), key=lambda said: (said.file, said.line))


def _texts(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            if _name(node.exc.func) not in {"AssertionError", "AttributeError", "TypeError"}:
                yield from _in_call(node.exc)
        elif isinstance(node, ast.Call) and _name(node.func) in SAY:
            yield from _in_call(node)
        elif isinstance(node, ast.Assign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in NAMES for target in targets):
                yield from _in_value(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in TELLS:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _in_value(inner.value)


def _of_checks(tree: ast.AST) -> Iterator[ast.expr]:
    """The sentence of every check, and what it says when it does not hold."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            yield from _in_value(node.elts[0])
        elif isinstance(node, ast.Return) and node.value is not None:
            yield from _in_value(node.value)


def _in_call(call: ast.Call) -> Iterator[ast.expr]:
    for each in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg not in QUIET)):
        yield from _in_value(each)


def _in_value(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        yield value
    elif isinstance(value, ast.BinOp):
        yield from (*_in_value(value.left), *_in_value(value.right))
    elif isinstance(value, ast.IfExp):
        yield from (*_in_value(value.body), *_in_value(value.orelse))
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _in_value(each)
    elif isinstance(value, ast.Call) and _name(value.func) in {"str", "one_line", "tuple", "Hint", *SAY}:
        yield from _in_call(value)
    elif isinstance(value, ast.Tuple | ast.List):
        for each in value.elts:
            yield from _in_value(each)
    elif isinstance(value, ast.GeneratorExp):
        yield from _in_value(value.elt)


def _parts(node: ast.expr) -> tuple[str, ...]:
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    parts = [str(each.value) if isinstance(each, ast.Constant) else "\0" for each in values]
    return tuple(part.strip() for part in "".join(parts).split("\0") if part.strip())


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
