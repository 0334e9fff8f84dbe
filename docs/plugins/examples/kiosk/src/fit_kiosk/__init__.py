"""Reader `kiosk`: the file of a waiting-room kiosk, one `name: value` a line, a blank line after each form."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from fit_toolkit import DataError, RawTable, Reader, hookimpl

fit_hook_api = "1.0"


class Kiosk(Reader, frozen=True):
    """One answer a line, written `name: value`; a blank line ends a form."""

    kind: ClassVar[str] = "kiosk"
    suffixes: ClassVar[tuple[str, ...]] = (".kiosk",)

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Say how sure this is one of ours: the ending says so."""
        return 0.9 if filename_suffix in self.suffixes else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read the whole file as text; a line that is not understood is refused, never guessed."""
        forms: list[tuple[int, dict[str, str]]] = []  # each with the line it begins on
        form: dict[str, str] = {}
        for number, line in enumerate(_text(path).splitlines(), start=1):
            name, colon, value = (part.strip() for part in line.partition(":"))
            if not line.strip():
                form = {}
                continue
            if not name or not colon or name in form:
                what = f"'{name}' is there twice in one form" if name in form else "this line is not `name: value`"
                raise DataError(what, where=f"{path.name}:{number}", hint="export the file again")
            if not form:
                forms.append((number, form))
            form[name] = value
        columns = tuple(dict.fromkeys(name for _, each in forms for name in each))
        rows = [[each.get(column, "") for column in columns] for _, each in forms]
        return RawTable(columns=columns, rows=rows, lines=[number for number, _ in forms])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # with or without the mark that Windows likes to put in front
    except UnicodeDecodeError:
        raise DataError("this is not UTF-8", where=path.name, hint="export the file again") from None


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Tell the toolkit which readers are here."""
    return [Kiosk]
