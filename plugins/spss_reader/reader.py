"""Cases of a system file as rows of text: numbers as they are coded, days as days, never a missing code as an answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader

from .sample import SAMPLE

CHILD: Final = Path(__file__).with_name("child.py")
LONGEST: Final = 600  # seconds for a file of any size that is taken
AGAIN: Final = "open it in SPSS or PSPP and save it again"
BEGINS: Final = (b"$FL2", b"$FL3")
EPOCH: Final = datetime(1582, 10, 14, tzinfo=UTC)  # from which SPSS counts seconds
TEXTS: Final = re.compile(r"A\d*|AHEX\d*")
DAYS: Final = re.compile(r"(DATE|ADATE|EDATE|SDATE|JDATE)\d*")
MOMENTS: Final = re.compile(r"(DATETIME|YMDHMS)[\d.]*")
TIMES: Final = re.compile(r"TIME[\d.]*")
PADDED: Final = re.compile(r"N(\d+)")
EXACT: Final = 2**53 - 1  # up to which SPSS tells one whole number from the next
FILTER: Final = "filter_$"  # which cases SPSS was told to use; its own business


class SpssReader(Reader, frozen=True):
    """A system file of SPSS; values as they are coded, without their labels, and user-missing values as not given.

    Its notes say how many values were declared missing. The lines it names are numbers of cases.
    """

    kind: ClassVar[str] = "spss"
    suffixes: ClassVar[tuple[str, ...]] = (".sav", ".zsav")
    sample: ClassVar[bytes] = SAMPLE

    encoding: Annotated[str, Meta(description="how its texts are encoded; empty: as the file says")] = ""

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Every system file begins with the same four marks."""
        return 1.0 if head.startswith(BEGINS) else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read all cases."""
        found = _read(path, self.encoding)
        cells = found["cells"]
        count = len(next(iter(cells.values()), ()))
        if found["cases"] is not None and found["cases"] != count:
            raise DataError(f"the file has {count} cases and says {found['cases']}", where=path.name, hint=AGAIN)
        missing = _Missing(found["missing"])
        columns = [
            _column(values, missing, name, _shower(found["formats"][name]), path) for name, values in cells.items()
        ]
        return RawTable(
            columns=tuple(cells),
            rows=[list(row) for row in zip(*columns, strict=True)],
            lines=range(1, count + 1),
            notes=missing.notes(),
            meant={FILTER: ""} if FILTER in cells else {},
        )


def _read(path: Path, encoding: str) -> dict[str, Any]:
    """Read values and what the file says about them in a process of its own; labels stay where they are."""
    if find_spec("pyreadstat") is None:
        raise ModuleNotFoundError("reading SPSS files needs pyreadstat", name="pyreadstat")
    command = [sys.executable, "-I", str(CHILD), str(path.resolve()), encoding]
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=LONGEST,
        )
    except subprocess.SubprocessError:  # refused, crashed, or at it for ever; what it says itself is of no help
        problem = "the SPSS file is damaged, or its texts are in another encoding"
        raise DataError(problem, where=path.name, hint=f"{AGAIN}, or name its encoding") from None
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def _column(values: Sequence[Any], missing: _Missing, name: str, shown: Callable[[Any], str], path: Path) -> list[str]:
    """Give the texts of one variable."""
    texts = []
    for case, value in enumerate(values, start=1):
        try:
            texts.append("" if missing.is_so(name, value) else shown(value))
        except (OverflowError, ValueError) as error:
            problem = f"the date in {name} is beyond the calendar"
            raise DataError(problem, where=f"{path.name}:{case}", hint="mend it in SPSS, or leave it empty") from error
    return texts


class _Missing:
    """The values that were declared missing, by variable; those that are met are counted."""

    def __init__(self, ranges: dict[str, list[dict[str, Any]]]) -> None:
        self._ranges = {
            name: [(_bare(each["lo"]), _bare(each["hi"])) for each in several] for name, several in ranges.items()
        }
        self._met: dict[str, int] = {}

    def is_so(self, name: str, value: Any) -> bool:
        """Say whether a value stands for nothing."""
        if value is None or value != value:  # noqa: PLR0124 - system-missing
            return True
        bare = _bare(value)
        if any(type(low) is type(bare) and low <= bare <= high for low, high in self._ranges.get(name, ())):
            self._met[name] = self._met.get(name, 0) + 1
            return True
        return False

    def notes(self) -> tuple[str, ...]:
        """Say how many were met."""
        total = sum(self._met.values())
        return (
            (f"values declared missing in SPSS, taken as not given: {total} ({', '.join(self._met)})",) if total else ()
        )


def _bare(value: Any) -> Any:
    return value.rstrip() if isinstance(value, str) else float(value)


def _shower(form: str) -> Callable[[Any], str]:
    """Give what shows the values of a variable as SPSS does, by the variable's format."""
    if TEXTS.fullmatch(form):
        return str.rstrip
    if DAYS.fullmatch(form):
        return lambda value: _moment(value).date().isoformat()
    if MOMENTS.fullmatch(form):
        return lambda value: _moment(value).replace(tzinfo=None).isoformat(sep=" ")
    if TIMES.fullmatch(form):
        return lambda value: _moment(value).time().isoformat()
    width = int(hit[1]) if (hit := PADDED.fullmatch(form)) else 0
    return lambda value: _number(value).zfill(width)


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=round(seconds))


def _number(value: float) -> str:
    """Write a number as it is meant: 15 digits, 5 and not 5.0; whole numbers as far as they are exact.

    A larger one has an exponent, with which it can be no answer and nobody's code: two codes may have become one number.
    """
    if abs(value) >= 1e15:
        return str(int(value)) if abs(value) <= EXACT and value == int(value) else format(value, ".15g").upper()
    text = format(Decimal(format(value, ".15g")), "f")
    return "0" if text == "-0" else text
