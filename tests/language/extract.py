"""Every message of ours that a sheet can say; `python -m tests.language.extract` lists what a pack lacks."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from babel.messages.extract import extract_from_file

ROOT = Path(__file__).resolve().parents[2]
PYTHON = {"say": None, "plural": (1, 2), "mark": None, "marked": None, "_": None}
LAYERS = ("courses", "sheets", "caseload", "report")  # whose words are said on a page
TEMPLATES = ("sheets", "partials", "caseload", "report", "forms", "copy")  # the demo speaks English
Message = str | tuple[str, str]


def messages() -> dict[Message, str]:
    """Every message with one place it is said in."""
    found: dict[Message, str] = {}
    for path in sorted(path for folder in LAYERS for path in (ROOT / "src" / "fit_toolkit" / folder).rglob("*.py")):
        if re.search(r"\b(say|plural|mark|marked)\(", path.read_text(encoding="utf-8")):
            for _, message, _, _ in extract_from_file("python", path, keywords=PYTHON):
                found.setdefault(_given(message), str(path.relative_to(ROOT)))
    for folder in TEMPLATES:
        for path in sorted((ROOT / "templates" / folder).rglob("*.html")):
            for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", path, options={"trimmed": "false"}):
                found.setdefault(_given(message), str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "plugins").glob("*/__init__.py")):
        for reason in reasons(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(reason, str(path.relative_to(ROOT)))
    return {message: where for message, where in found.items() if message}


def _given(message: object) -> Message:
    if isinstance(message, str):
        return message
    one, many = [part for part in message if isinstance(part, str)][:2]  # type: ignore[attr-defined]
    return one, many


def reasons(tree: ast.Module) -> Iterator[str]:
    """Every text that a policy can give as `reason`, with the constants of its module filled in."""
    names = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "reason":
            yield from _texts(node.value, names)


def _texts(node: ast.expr, names: dict[str, ast.expr]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*(_texts(value, names) for value in node.values))]
    if isinstance(node, ast.FormattedValue):
        return _texts(node.value, names)
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, names), *_texts(node.orelse, names)]
    if isinstance(node, ast.Subscript):
        return _texts(node.value, names)
    if isinstance(node, ast.Dict):
        return [text for value in node.values for text in _texts(value, names)]
    if isinstance(node, ast.Name) and node.id in names:
        return _texts(names[node.id], names)
    return []


def main(code: str) -> None:
    """Write the messages a pack lacks as .po entries, for a translator to fill in."""
    from fit_toolkit.language import language_of

    pack = language_of(code).translations
    known = {} if pack is None else pack._catalog  # type: ignore[attr-defined]
    for message, where in messages().items():
        one = message if isinstance(message, str) else message[0]
        if one in known or (one, 0) in known:
            continue
        sys.stdout.write(f"\n#: {where}\n")
        if isinstance(message, str):
            sys.stdout.write(f'msgid {_quoted(message)}\nmsgstr ""\n')
        else:
            sys.stdout.write(f'msgid {_quoted(one)}\nmsgid_plural {_quoted(message[1])}\nmsgstr[0] ""\nmsgstr[1] ""\n')


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
