"""Files that lie where nothing reads them: a definition among plugins, a plugin among definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fit_toolkit.engine.failing import one_line

PLUGINS, INSTRUMENTS, WORDING = "plugins", "instruments", "wording"
CODE = ".py"
DATA = (".yaml", ".yml", ".json")
PAPERS = {".md", ".rst", ".pdf", ".docx", ".odt"}  # what people keep beside them to read


@dataclass(frozen=True)
class Misplaced:
    """A file that is not read, in which folder of the practice, and where it belongs."""

    folder: str
    file: str
    advice: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.file} is not read: {self.advice}"


def misplaced(root: Path) -> Iterator[Misplaced]:
    """Go through the files in a practice's folders of plugins and definitions that nothing reads there."""
    code = {file.stem for file in _files(root / PLUGINS) if file.suffix == CODE}
    for file in _files(root / PLUGINS):
        if file.suffix != CODE and file.stem not in code:  # data of the plugin of the same name is its own affair
            yield _said(PLUGINS, PLUGINS, file, _among_plugins(file))
    for file in _files(root / INSTRUMENTS):
        if file.suffix not in DATA:
            yield _said(INSTRUMENTS, INSTRUMENTS, file, _among_instruments(file))
    for file in _files(root / INSTRUMENTS / WORDING):
        advice = f"words belong in the folder of their language, {INSTRUMENTS}/{WORDING}/LANGUAGE/"
        yield _said(INSTRUMENTS, f"{INSTRUMENTS}/{WORDING}", file, advice)


def _said(folder: str, where: str, file: Path, advice: str) -> Misplaced:
    return Misplaced(folder, f"{where}/{one_line(file.name)}", advice)


def _among_plugins(file: Path) -> str:
    kind = file.suffix.lower()
    if kind in DATA:
        return f"a definition belongs in {INSTRUMENTS}/"
    if kind == ".html":
        return "a template belongs in templates/"
    return f"a plugin is a file whose name ends in {CODE}"


def _among_instruments(file: Path) -> str:
    if file.suffix.lower() == CODE:
        return f"a plugin belongs in {PLUGINS}/"
    return f"a definition is a file whose name ends in {', '.join(DATA[:-1])} or {DATA[-1]}"


def _files(folder: Path) -> list[Path]:
    """The files right in a folder that somebody may take for something that is read."""
    if not folder.is_dir():
        return []
    return [
        file
        for file in sorted(folder.iterdir())
        if file.is_file()
        and not file.name.startswith((".", "_"))
        and not file.stem.lower().startswith("readme")
        and file.suffix.lower() not in PAPERS
    ]
