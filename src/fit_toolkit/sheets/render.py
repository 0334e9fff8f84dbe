"""Plain data to HTML through sandboxed templates; a practice may put its own templates in front of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fit_toolkit.engine.templates import TEMPLATE_NAME, TemplateFolder
from fit_toolkit.errors import ConfigError, FitError
from fit_toolkit.sheets.chart import chart, number
from fit_toolkit.sheets.client import client_page
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.facets import facet_chart
from fit_toolkit.sheets.language import Words
from fit_toolkit.sheets.trim import trim
from fit_toolkit.sheets.twin import twin

PAGES = ("therapist", "client")
# millimetres by density: a facet's line, a panel, its enlarged part
ROOM = {"normal": (5.4, 24.0, 14.0), "close": (4.8, 19.0, 11.0), "tight": (4.4, 15.0, 9.0), "scant": (3.8, 11.0, 7.0)}
LARGEST = 256 * 1024  # a template is a page, not a data file
Folder: TypeAlias = "Path | Traversable | TemplateFolder"


class _Folders(BaseLoader):
    """Looks for a template in one folder after the other, ours last; `bundled/` in front of a name means ours."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self.folders = tuple(folders)
        self.bundled = files("fit_toolkit.templates")

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, Callable[[], bool]]:
        text = self._find(template)
        if text is None:
            raise TemplateNotFound(template)
        return text, None, lambda: not self.folders or self._find(template) == text

    def _find(self, name: str) -> str | None:
        ours = name.removeprefix("bundled/")
        if not TEMPLATE_NAME.fullmatch(ours):
            return None
        for folder in () if ours != name else self.folders:
            try:
                text = folder.read(name) if isinstance(folder, TemplateFolder) else _read(folder, name)
            except UnicodeDecodeError:
                raise ConfigError(f"the template {name} is not UTF-8", where=str(folder), hint="save it so") from None
            if text is not None:
                if len(text) > LARGEST:
                    raise ConfigError(f"the template {name} is larger than {LARGEST // 1024} kB", where=str(folder))
                return text
        return _read(self.bundled, ours)


def _read(folder: Path | Traversable, name: str) -> str | None:
    place: Any = folder
    for part in name.split("/"):
        place = place / part
    return str(place.read_text(encoding="utf-8")) if place.is_file() else None


@lru_cache(maxsize=32)
def locale_of(language: str) -> Locale:
    """How a language writes dates; English for one that nobody knows."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def say_day(day: date, language: str = "en") -> str:
    """A date in words, as the heading of a page has it."""
    return format_date(day, "long" if language != "en" else "d MMMM y", locale=locale_of(language))


def say_short(day: date, *, year: bool = False, language: str = "en") -> str:
    """A date that fits under an axis."""
    return format_date(day, "d MMM y" if year else "d MMM", locale=locale_of(language))


def say_days(days: Sequence[date], language: str = "en") -> str:
    """Every one of many dates in few letters: the days of a month together, newest first."""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    years = [year for year, _ in months]
    parts = []
    for at, listed in enumerate(months.values()):
        numbers = ", ".join(str(day.day) for day in listed)
        last_of_year = at + 1 == len(years) or years[at + 1] != years[at]
        with_year = last_of_year and len(set(years)) > 1
        parts.append(f"{numbers} {format_date(listed[0], 'MMM y' if with_year else 'MMM', locale=locale_of(language))}")
    return "; ".join(parts)


@lru_cache(maxsize=32)
def environment(folders: tuple[Folder, ...] = (), language: str = "en") -> ImmutableSandboxedEnvironment:
    """The one way templates are run: escaped, sandboxed, strict; `folders` come before the bundled templates."""
    env = ImmutableSandboxedEnvironment(
        loader=_Folders(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = Words(language)
    env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters["number"] = number
    env.filters["day"] = lambda d: say_day(d, language)
    env.filters["days"] = lambda days: say_days(days, language)
    env.filters["short"] = lambda d, year=False: say_short(d, year=year, language=language)
    return env


def has_template(name: str, *, folders: Sequence[Folder] = (), language: str = "en") -> bool:
    """Whether any folder, or the toolkit itself, has this template."""
    try:
        return bool(_Folders(folders).get_source(environment((), language), name))
    except TemplateNotFound:
        return False


def render(name: str, values: dict[str, Any], *, folders: Sequence[Folder] = (), language: str = "en") -> str:
    """Run one template over plain values."""
    env = environment(tuple(folders), language)
    try:
        return env.get_template(name).render(values)
    except FitError:
        raise
    except Exception as error:  # a template is somebody's code; its message may hold a value, its type cannot
        line = getattr(error, "lineno", None)
        place = f"{getattr(error, 'name', None) or name}{f':{line}' if line else ''}"
        raise ConfigError(
            f"the template cannot be used: {type(error).__name__}", where=place, hint="fit doctor shows the folders"
        ) from error


def render_sheet(
    sheet: SheetData, page: str = "therapist", *, folders: Sequence[Folder] = (), density: str = "normal"
) -> str:
    """One page about one member as a complete HTML document; a `density` other than normal is for crowded pages."""
    language = sheet.language
    sheet = trim(sheet, density)

    def say(day: date, *, year: bool) -> str:
        return say_short(day, year=year, language=language)

    values: dict[str, Any]
    if page == "client":
        own = client_page(sheet)
        values = {
            "sheet": own,
            "facets": facet_chart(own.facets, width=60, row=6.2, label=60),
            "chart": chart(own.panels, own.marks, say_date=say, height=30, right_room=22),
            "twin": twin(own.panels, last=6),
        }
    else:
        row, height, inset = ROOM[density]
        values = {
            "sheet": sheet,
            "facets": facet_chart(sheet.facets, width=43, row=row),
            "chart": chart(sheet.panels, sheet.marks, say_date=say, height=height, inset_height=inset),
            "twin": twin(sheet.panels, last=6),
        }
    return render(f"sheets/{page}.html", {**values, "density": density}, folders=folders, language=language)
