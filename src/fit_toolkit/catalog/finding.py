"""One thing that is wrong in a definition file, with its place."""

from __future__ import annotations

from msgspec import Struct


class Finding(Struct, frozen=True, order=True):
    """A problem in a file: where it is, what kind it is, and what to do."""

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        """Write it the way editors understand: `file:line:col CODE message`."""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"
