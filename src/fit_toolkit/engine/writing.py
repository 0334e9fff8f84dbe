"""Hands ratings to a writer behind its own try, and looks at what it wrote before anybody relies on it."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fit_toolkit.engine.extras import missing_library
from fit_toolkit.engine.failing import one_line, silent
from fit_toolkit.engine.records import BrokenContractError, PluginFailureError, Provided
from fit_toolkit.engine.surroundings import alone
from fit_toolkit.errors import ConfigError, ContractError, FitError
from fit_toolkit.model.writing import Export, ExportPart, Writer

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "members": {
        "client": "str", "episode": "str", "kind": "str", "therapist": "str", "joined": "str", "left": "str",
        "opened": "str", "closed": "str", "close_reason": "str", "sex": "str", "born": "str", "labels": "str",
    },
    "staff": {"code": "str", "role": "str", "starts": "str", "ends": "str", "supervisor": "str"},
    "assignments": {"episode": "str", "therapist": "str", "role": "str", "since": "str", "until": "str"},
    "pauses": {"episode": "str", "since": "str", "until": "str", "reason": "str"},
    "appointments": {
        "episode": "str", "date": "str", "time": "str", "therapist": "str", "status": "str", "reason": "str",
    },
    "administrations": {
        "administration": "int64", "client": "str", "episode": "str", "therapist": "str", "instrument": "str",
        "version": "str", "definition_hash": "str", "rater": "str", "occasion": "str", "date": "str",
        "session": "int64", "session_given": "Int64", "mode": "str", "language": "str", "rated_at": "str",
        "dates_assumed": "bool", "totals": "bool", "state": "str", "replaces": "Int64",
    },
    "answers": {"administration": "int64", "item": "str", "value": "float64", "raw": "str", "missing": "str"},
    "scores": {
        "administration": "int64", "scale": "str", "value": "float64", "status": "str", "reason": "str",
        "n_answered": "int64", "n_items": "int64", "band": "str",
    },
}  # fmt: skip
NAME = re.compile(r"\.?[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,4}")
MOST_FILES = 100_000
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def part_of(
    members: Sequence[Mapping[str, Any]] = (),
    administrations: Sequence[Mapping[str, Any]] = (),
    answers: Sequence[Mapping[str, Any]] = (),
    scores: Sequence[Mapping[str, Any]] = (),
    **more: Sequence[Mapping[str, Any]],
) -> ExportPart:
    """Make a part of an export from rows."""
    rows = {"members": members, "administrations": administrations, "answers": answers, "scores": scores, **more}
    return part_from({name: _columns(name, given) for name, given in rows.items()})


def part_from(columns: Mapping[str, Mapping[str, Sequence[Any]]]) -> ExportPart:
    """Make a part of an export from the columns of its frames; one that is not given has no rows."""
    return ExportPart(**{name: _frame(name, columns.get(name, {})) for name in COLUMNS})


def _columns(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {column: [row[column] for row in rows] for column in COLUMNS[name]}


def _frame(name: str, columns: Mapping[str, Sequence[Any]]) -> DataFrame:
    """Give every column its type, whether or not there are any rows."""
    from pandas import DataFrame, Series

    return DataFrame({each: Series(columns.get(each, ()), dtype=kind) for each, kind in COLUMNS[name].items()})


def write(provided: Provided, writer: Writer, export: Export, folder: Path) -> dict[str, int]:
    """Let a writer write into an empty folder; give its files with the rows of each.

    Raises:
        ConfigError: it needs a library that is not installed, or the disk is full.
        PluginFailureError: it raised anything else but an error of the toolkit.
        BrokenContractError: what is in the folder is not what it says, or is no plain file.
    """
    try:
        with alone() as changed:
            given: Any = writer.write(export, folder)
    except FitError:
        raise
    except ModuleNotFoundError as error:
        raise missing_library(error, f"the writer {type(writer).kind}") from None
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise PluginFailureError(provided.failure(silent(error, provided.source))) from None
        why = f"the export cannot be written: {os.strerror(error.errno)}"
        raise ConfigError(why, hint="nothing was written; see whether there is room") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure, without what it says
        raise PluginFailureError(provided.failure(silent(error, provided.source))) from None
    if changed:
        raise PluginFailureError(provided.failure(changed[0]))
    try:
        return _checked(given, folder)
    except ContractError as error:
        raise BrokenContractError(provided.failure(one_line(error.what))) from None


def _checked(given: Any, folder: Path) -> dict[str, int]:
    if not isinstance(given, Mapping):
        raise ContractError(f"write gave {type(given).__name__} where its files with their rows are due")
    rows = {str(name): count for name, count in given.items()}
    if any(type(count) is not int or count < 0 for count in rows.values()):
        raise ContractError("write gave something that is no number of rows")
    found = set(_files(folder))
    if strange := sorted(name for name in found if not NAME.fullmatch(name)):
        raise ContractError(f"wrote a file whose name not every system can have: {strange[0]}")
    if unsaid := sorted(found - rows.keys()):
        raise ContractError(f"wrote a file that it does not name: {unsaid[0]}")
    if absent := sorted(rows.keys() - found):
        raise ContractError(f"names a file that is not there: {absent[0]}")
    if not found:
        raise ContractError("wrote no file")
    return dict(sorted(rows.items()))


def _files(folder: Path) -> Iterator[str]:
    """Give the plain files below a folder; a link or anything else that is none is refused."""
    for count, (place, folders, files) in enumerate(os.walk(folder)):
        if count > MOST_FILES:
            raise ContractError("wrote too many folders")
        for name in (*folders, *files):
            path = Path(place, name)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ContractError("wrote something that is no plain file")
            if stat.S_ISREG(mode):
                yield path.relative_to(folder).as_posix()
