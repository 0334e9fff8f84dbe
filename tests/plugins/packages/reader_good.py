"""A reader, which runs in process."""

from fit_toolkit import DataError, RawTable, Reader, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Pipes(Reader, frozen=True):
    """Columns divided by '|'."""

    kind = "pipes"
    suffixes = (".psv",)
    sample = b"client|q1\nk01|3\nk02|4\n"

    def rows(self, path):
        try:
            head, *rest = path.read_text(encoding="utf-8").splitlines()
        except ValueError as error:
            raise DataError("this is not text divided by '|'", where=path.name) from error
        width = len(head.split("|"))
        rows = [(line.split("|") + [""] * width)[:width] for line in rest]
        return RawTable(tuple(head.split("|")), rows, range(2, len(rows) + 2))


@hookimpl
def register_readers():
    return [Pipes]
