"""A reader of lines such as `k01 2026-01-05 q1=3 q2=4`."""

from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader, hookimpl

fit_hook_api = "1.0"


class LinesReader(Reader, frozen=True):
    """One form a line: client, date, then item=answer."""

    kind: ClassVar[str] = "lines"
    suffixes: ClassVar[tuple[str, ...]] = (".lines",)

    encoding: Annotated[str, Meta(description="how the text is encoded")] = "utf-8"

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        if filename_suffix in self.suffixes:
            return 1.0
        return 0.2 if b"=" in head.partition(b"\n")[0] else 0.0

    def rows(self, path: Path) -> RawTable:
        rows, lines, names = [], [], []
        for number, line in enumerate(path.read_text(encoding=self.encoding).splitlines(), start=1):
            if not line.strip():
                continue
            client, day, *answers = line.split()
            pairs = [answer.partition("=") for answer in answers]
            if any(not sign for _, sign, _ in pairs):
                raise DataError("an answer has no '='", where=f"{path.name}:{number}", hint="write q1=3")
            names += [name for name, _, _ in pairs if name not in names]
            rows.append({"client": client, "date": day, **{name: value for name, _, value in pairs}})
            lines.append(number)
        columns = ("client", "date", *names)
        return RawTable(
            columns=columns,
            rows=[[row.get(name, "") for name in columns] for row in rows],
            lines=lines,
            notes=(f"encoding: {self.encoding}",),
        )


@hookimpl
def register_readers():
    return [LinesReader]
