"""Plain data to HTML through sandboxed templates; a practice may put its own templates in front of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import BaseLoader, Environment, TemplateNotFound
from markupsafe import Markup
from msgspec.structs import replace

from fit_toolkit.engine.sandbox import Sandbox, run
from fit_toolkit.engine.templates import TEMPLATE_NAME, TemplateFolder, leads_out
from fit_toolkit.errors import ConfigError, FitError
from fit_toolkit.language import language_of, speaking, spoken
from fit_toolkit.sheets.chart import chart, number
from fit_toolkit.sheets.client import client_page
from fit_toolkit.sheets.data import Mark, SheetData
from fit_toolkit.sheets.facets import facet_chart
from fit_toolkit.sheets.history import tables
from fit_toolkit.sheets.language import say_day, say_days, say_short
from fit_toolkit.sheets.look import PLAIN, Look
from fit_toolkit.sheets.trim import trim
from fit_toolkit.sheets.twin import twin

PAGES = ("therapist", "client")
# millimetres by density: a facet's line, a panel, its enlarged part
ROOM = {"normal": (5.4, 24.0, 14.0), "close": (4.8, 19.0, 11.0), "tight": (4.4, 15.0, 9.0), "scant": (3.8, 11.0, 7.0)}
LARGEST = 256 * 1024  # a template is a page, not a data file
OWN = {"normal": 24.0, "close": 22.0, "tight": 20.0, "scant": 17.0}  # a panel of the client's page
SHORT_TITLE = 36  # letters of a scale's title in the table of a crowded page
Folder: TypeAlias = "Path | Traversable | TemplateFolder"


class _Folders(BaseLoader):
    """Looks for a template in one folder after the other, ours last; `bundled/` in front of a name means ours."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self.folders = tuple(folders)

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
                if isinstance(folder, Path) and leads_out(folder / name, folder):
                    raise ConfigError(f"the template {name} is a link that leads out of its folder", where=str(folder))
                if len(text) > LARGEST:
                    raise ConfigError(f"the template {name} is larger than {LARGEST // 1024} kB", where=str(folder))
                return text
        return _bundled(ours)


@lru_cache(maxsize=256)
def _bundled(name: str) -> str | None:
    """One of ours, which nobody changes while we run; templates of others are looked at every time."""
    return _read(files("fit_toolkit.templates"), name)


def _read(folder: Path | Traversable, name: str) -> str | None:
    place: Any = folder
    for part in name.split("/"):
        place = place / part
    return str(place.read_text(encoding="utf-8")) if place.is_file() else None


@lru_cache(maxsize=32)
def environment(folders: tuple[Folder, ...] = ()) -> Sandbox:
    """The one way templates are run: escaped, sandboxed, strict; `folders` come before the bundled templates."""
    env = Sandbox(_Folders(folders))
    env.speak(lambda message: spoken().gettext(message), lambda one, many, n: spoken().ngettext(one, many, n))
    env.filters["number"] = number
    env.filters["day"] = lambda day: _apart(say_day(day))
    env.filters["days"] = lambda days: _apart(say_days(days))
    env.filters["short"] = lambda day, year=False: _apart(say_short(day, year=year))
    return env


def _apart(text: str) -> str:
    """Keep a date whole within a text that runs from right to left."""
    return Markup("<bdi>{}</bdi>").format(text) if spoken().direction == "rtl" else text


def has_template(name: str, *, folders: Sequence[Folder] = ()) -> bool:
    """Whether any folder, or the toolkit itself, has this template."""
    try:
        return bool(_Folders(folders).get_source(environment(), name))
    except TemplateNotFound:
        return False


def render(
    name: str, values: dict[str, Any], *, folders: Sequence[Folder] = (), language: str = "", look: Look = PLAIN
) -> str:
    """Run one template over plain values, in the language spoken now or the one named."""
    now = spoken()
    if language and language != now.code:
        now = language_of(language)
    values = {"look": look, "direction": now.direction, **values}
    with speaking(now):
        try:
            return run(environment(tuple(folders)), name, values)
        except FitError:
            raise
        except Exception as error:  # a template is somebody's code; its message may hold a value, its type cannot
            raise ConfigError(
                f"the template cannot be used: {type(error).__name__}",
                where=_place(name, error),
                hint="fit doctor shows the folders",
            ) from error


def _place(name: str, error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f"{getattr(error, 'name', None) or name}{f':{line}' if line else ''}"


def render_sheet(
    sheet: SheetData, page: str = "therapist", *, folders: Sequence[Folder] = (), density: str = "normal",
    look: Look = PLAIN,
) -> str:  # fmt: skip
    """One page about one member as a complete HTML document; a `density` other than normal is for crowded pages."""
    language = spoken() if spoken().code == sheet.language else language_of(sheet.language)
    with speaking(language):
        values = _values(trim(sheet, density), page, density, look)
        return render(f"sheets/{page}.html", {**values, "density": density}, folders=folders, look=look)


def _drawn(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Marks as they are written into the picture: WeasyPrint sets no words from right to left there, so numbers then."""
    if spoken().direction != "rtl":
        return tuple(marks)
    return tuple(replace(mark, text=str(at)) for at, mark in enumerate(marks, 1))


def _on_the_axis(day: date, *, year: bool) -> str:
    if spoken().direction != "rtl":
        return say_short(day, year=year)
    return f"{day.day}/{day.month}/{day.year}" if year else f"{day.day}/{day.month}"


def _values(sheet: SheetData, page: str, density: str, look: Look) -> dict[str, Any]:
    """What a page's template is given."""
    z, (row, height, inset) = look.scale, ROOM[density]
    if page == "client":
        own = client_page(sheet)
        draw = partial(chart, own.panels, _drawn(own.marks), say_date=_on_the_axis, height=OWN[density], right_room=14)
        return {
            "sheet": own,
            "facets": facet_chart(own.facets, width=60, row=row, label=60),
            "chart": draw(width=182 / z),
            "narrow": draw(width=92 / z),  # for a phone
            "twin": twin(own.panels, last=4 if look.large else 6),
        }
    return {
        "sheet": sheet,
        "facets": facet_chart(sheet.facets, width=30, row=row),
        "chart": chart(
            sheet.panels,
            sheet.marks,
            say_date=say_short,
            width=182 / z,
            height=height,
            inset_height=inset,
            sessions=sheet.sessions if density in {"normal", "close"} else None,
        ),
        "twin": twin(
            sheet.panels,
            last=4 if look.large else 6,
            ranges=density != "scant",
            letters=SHORT_TITLE if density == "scant" else None,
        ),
        "history": tables(sheet.history, large=look.large) if sheet.history is not None else None,
    }
