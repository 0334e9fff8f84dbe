"""Makes the sections named in fit.toml ready, and asks each for its data behind its own try.

A section sees the ratings of one member in a frame of its own, and gives plain data: what it gives is copied value by
value, so that nothing of it reaches a template but text, numbers, dates, lists and mappings.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from fit_toolkit.engine.failing import silent
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import BrokenContractError, PluginFailureError, Provided
from fit_toolkit.engine.surroundings import alone, within
from fit_toolkit.errors import ConfigError, ContractError, FitError
from fit_toolkit.model.parts import Section, SheetView

if TYPE_CHECKING:
    from fit_toolkit.engine.registry import Registry

COLUMNS: dict[str, Any] = {"date": "datetime64[s]", "session": "int64", "instrument": "str", "scale": "str", "rater": "str",
           "occasion": "str", "value": "float64", "status": "str", "therapist": "int64"}  # fmt: skip
MOST_VALUES = 5000
DEEPEST = 8
LONGEST_TEXT = 4000


class Table(Protocol):
    """A `[[sections]]` table as the settings give it."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What stands in it."""
        ...

    def where(self, key: str | None = None) -> str:
        """Its place, or that of one of its keys."""
        ...


@dataclass(frozen=True)
class ReadySection:
    """A section that can be asked; or, with a `problem`, one that cannot."""

    kind: str
    page: str
    template: str = ""
    provided: Provided | None = None
    section: Section | None = None
    problem: str = ""
    seconds: float = 30.0


def ready_sections(tables: Iterable[Table], registry: Registry) -> tuple[ReadySection, ...]:
    """Make every section of fit.toml ready; what is wrong with one is kept with it and harms no other."""
    return tuple(_ready(table, registry) for table in tables)


def _ready(table: Table, registry: Registry) -> ReadySection:
    kind = table.values.get("kind")
    if not isinstance(kind, str) or not kind:
        return ReadySection("?", "therapist", problem=f"{table.where()}: a section needs its kind")
    page = "therapist"
    try:
        provided = registry.provided("section", kind, where=table.where("kind"))
        page = provided.thing.page or page
        parameters = {name: value for name, value in table.values.items() if name != "kind"}
        section = build_part(provided, parameters, where=lambda name: table.where(name or None))
    except FitError as error:
        return ReadySection(kind, page, problem=str(error))
    return ReadySection(kind, page, provided.thing.template, provided, section, seconds=registry.limits.seconds)


def view_of(
    rows: Sequence[Mapping[str, Any]], *, as_of: date, language: str, titles: Mapping[str, str] | None = None,
    main_scales: Mapping[str, str] | None = None,
) -> SheetView:  # fmt: skip
    """Put one member's scores into a frame that belongs to one section alone."""
    from pandas import DataFrame, Series

    columns = {name: Series([row[name] for row in rows]).astype(dtype) for name, dtype in COLUMNS.items()}
    ratings = DataFrame(columns)
    return SheetView(as_of, language, ratings, titles=dict(titles or {}), main_scales=dict(main_scales or {}))


def ask(ready: ReadySection, view: SheetView) -> dict[str, Any] | None:
    """Ask a section for its data about one member.

    Raises:
        PluginFailureError: it raised, or cannot be asked at all.
        BrokenContractError: what it gave is not plain data.
    """
    provided, section = ready.provided, ready.section
    if provided is None or section is None:
        raise ConfigError(ready.problem)
    try:
        with alone() as changed:
            found = within(ready.seconds, lambda: _plain_or_nothing(section, view))
    except TimeoutError:
        raise PluginFailureError(provided.failure(f"did not answer within {ready.seconds:g} s")) from None
    except ContractError as error:
        raise BrokenContractError(provided.failure(error.what)) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - reported as this plugin's failure
        raise PluginFailureError(provided.failure(silent(error, provided.source))) from None  # it may hold client data
    if changed:
        raise PluginFailureError(provided.failure(changed[0]))
    return found


def _plain_or_nothing(section: Section, view: SheetView) -> dict[str, Any] | None:
    given: Any = section.data(view)
    return None if given is None else plain(given)


def plain(given: Any) -> dict[str, Any]:
    """Copy what a section gave as plain data; raise ContractError where it is none."""
    if not isinstance(given, Mapping):
        raise ContractError(f"data gave {_kind(given)} where a mapping of names is due")
    if not all(isinstance(name, str) and name.isidentifier() and not name.startswith("_") for name in given):
        raise ContractError("data gave a name that a template cannot use (letters, digits and '_')")
    return _Copy().mapping(given, 0)


class _Copy:
    """Copies values one by one, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def value(self, given: Any, depth: int) -> Any:
        self.count += 1
        if self.count > MOST_VALUES or depth > DEEPEST:
            raise ContractError(f"data gave more than {MOST_VALUES} values, or lists more than {DEEPEST} deep")
        if isinstance(given, Mapping):
            return self.mapping(given, depth + 1)
        if isinstance(given, (list, tuple)):
            return [self.value(each, depth + 1) for each in given]
        return _single(given)

    def mapping(self, given: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        if not all(isinstance(name, str) for name in given):
            raise ContractError("data gave a mapping whose names are not text")
        return {str(name): self.value(each, depth + 1) for name, each in given.items()}


def _single(given: Any) -> Any:
    if given is None or given is True or given is False:
        return given
    if isinstance(given, str):
        if len(given) > LONGEST_TEXT:
            raise ContractError(f"data gave a text of more than {LONGEST_TEXT} letters")
        return str(given)
    if isinstance(given, date):
        return _day(given)
    if isinstance(given, numbers.Integral):
        return int(given)
    if isinstance(given, numbers.Real):
        return _number(float(given))
    if type(given).__name__ in {"bool", "bool_"} and type(given).__module__ == "numpy":
        return bool(given)
    raise ContractError(
        f"data gave {_kind(given)} where plain data is due (text, number, true or false, None, date, list, mapping)"
    )


def _day(given: date) -> date | None:
    if not isinstance(given, datetime):
        return date(given.year, given.month, given.day)
    if given != given:  # noqa: PLR0124 - NaT, the unknown day of a frame
        return None
    return date(given.year, given.month, given.day)


def _number(value: float) -> float | None:
    if math.isinf(value):
        raise ContractError("data gave a number that is infinite")
    return None if math.isnan(value) else value  # unknown in a frame, None in a template


def _kind(value: object) -> str:
    name = type(value).__name__
    return name if name.isidentifier() and len(name) <= 40 else "something"
