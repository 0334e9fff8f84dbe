"""Run as a process of its own: reads a system file with pyreadstat and writes what is in it as JSON.

The library is written in C, and there are damaged files on which it crashes. Here a crash costs this process only.
"""

from __future__ import annotations

import json
import sys

REFUSED = 3


def main(path: str, encoding: str) -> int:
    """Write values, formats and missing ranges of a file to stdout; 3 where it cannot be read."""
    _leave_no_core()
    import pyreadstat

    try:
        cells, about = pyreadstat.read_sav(
            path,
            encoding=encoding or None,
            apply_value_formats=False,
            user_missing=True,
            disable_datetime_conversion=True,
            output_format="dict",
        )
    except Exception:  # noqa: BLE001 - whatever it is, the file was not read
        return REFUSED
    formats = {name: str(about.original_variable_types.get(name, "")) for name in cells}
    said = {"cells": cells, "cases": about.number_rows, "formats": formats, "missing": about.missing_ranges}
    sys.stdout.buffer.write(json.dumps(said, default=_plain).encode("ascii"))
    return 0


def _plain(value: object) -> object:
    """Make a list of an array, and a number of a number of numpy's."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _leave_no_core() -> None:
    """Keep the system from writing memory, with answers in it, to the disk if the library crashes."""
    try:
        import resource
    except ImportError:  # Windows writes none
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
