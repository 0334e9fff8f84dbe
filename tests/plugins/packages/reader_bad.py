"""Readers, each wrong in its own way."""

from fit_toolkit import RawTable, Reader, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"
SAMPLE = b"client|q1\nk01|3\nk02|4\n"


class Sure(Reader, frozen=True):
    """More than certain of every file."""

    kind = "sure"
    suffixes = (".psv",)
    sample = SAMPLE

    def sniff(self, head, filename_suffix):
        return 2

    def rows(self, path):
        lines = path.read_text().splitlines()
        return RawTable(tuple(lines[0].split("|")), [line.split("|") for line in lines[1:]], range(2, len(lines) + 1))


class Numbers(Reader, frozen=True):
    """Interprets what it reads, and counts lines from 0."""

    kind = "numbers"
    sample = SAMPLE

    def rows(self, path):
        lines = path.read_text(errors="replace").splitlines() or [""]
        rows = [[name, int(number)] for name, _, number in (line.partition("|") for line in lines[1:])]
        return RawTable(tuple(lines[0].split("|")), rows, range(len(rows)))


class Ragged(Reader, frozen=True):
    """Loses a cell, and takes its file along."""

    kind = "ragged"
    sample = SAMPLE

    def rows(self, path):
        lines = path.read_text(errors="replace").splitlines() or [""]
        path.write_text("done")
        return RawTable(tuple(lines[0].split("|")), [[line] for line in lines[1:]], range(2, len(lines) + 1))


@hookimpl
def register_readers():
    return [Sure, Numbers, Ragged]
