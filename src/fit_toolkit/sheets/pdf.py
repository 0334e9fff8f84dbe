"""HTML to a tagged PDF through WeasyPrint, which may fetch nothing from anywhere."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.look import PLAIN, Look
from fit_toolkit.sheets.render import Folder, render_sheet
from fit_toolkit.sheets.trim import guess, without_last_section

VARIANT = "pdf/ua-1"
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)  # data cannot hold one: it is escaped
DENSITIES = ("normal", "close", "tight", "scant")


class PrintingError(ConfigError):
    """No PDF at all can be made on this machine."""


@lru_cache(maxsize=1)
def _tools() -> tuple[Any, Any, Any]:
    """WeasyPrint is imported at the first PDF, and its font configuration is made once per process."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except ImportError as error:
        raise PrintingError(
            "PDF needs WeasyPrint, which is not installed here",
            hint="install fit-toolkit into this environment again; HTML needs none",
        ) from error
    except OSError as error:
        raise PrintingError(
            "PDF needs the Pango libraries", hint="fit doctor names the package; HTML needs none"
        ) from error
    return weasyprint, FontConfiguration(), _fetcher_class()


def _fetcher_class() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Refuse(URLFetcher):  # type: ignore[misc]
        """Serves the packaged assets it was given; everything else is refused and remembered."""

        def __init__(self, assets: Mapping[str, tuple[bytes, str]]) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)
            self.assets = dict(assets)
            self.denied: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in self.assets:
                body, mime = self.assets[url]
                return URLFetcherResponse(url, body, {"Content-Type": mime})
            self.denied.append(url.split(":", 1)[0][:12])
            raise FatalURLFetchingError("blocked")

    return Refuse


@lru_cache(maxsize=32)
def _stylesheet(css: str) -> tuple[Any, tuple[str, ...]]:
    """A page's style, read once per process, and what it asked for from outside."""
    weasyprint, fonts, refuse = _tools()
    fetcher = refuse({})
    try:
        sheet = weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    except BaseException:
        if not fetcher.denied:
            raise
        sheet = None
    return sheet, tuple(fetcher.denied)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Let the collector wait until a page is made: it finds nothing to free there, and looks through everything."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def write_pdf(html: str, *, assets: Mapping[str, tuple[bytes, str]] | None = None) -> tuple[bytes, int]:
    """The PDF of a page and how many pages it has; a page that asks for anything from outside is discarded."""
    weasyprint, fonts, refuse = _tools()
    style = STYLE.search(html, 0, max(html.find("</head>"), 0))
    sheets = []
    if style is not None:  # the same for every sheet, so it need not be read for every sheet
        sheet, denied = _stylesheet(style[1])
        if denied:
            raise _refused(denied)
        html, sheets = html[: style.start()] + html[style.end() :], [sheet]
    fetcher = refuse(assets or {})
    try:
        with _without_collection():
            document = weasyprint.HTML(string=html, url_fetcher=fetcher).render(font_config=fonts, stylesheets=sheets)
            pdf = document.write_pdf(pdf_variant=VARIANT)
    except BaseException as error:
        if not fetcher.denied:
            raise
        raise _refused(fetcher.denied) from error
    if fetcher.denied:  # an image inside an SVG is skipped in silence, so look at what was asked for
        raise _refused(fetcher.denied)
    return bytes(pdf), len(document.pages)


def sheet_pdf(
    sheet: SheetData, page: str = "therapist", *, folders: Sequence[Folder] = (), look: Look = PLAIN
) -> bytes:
    """One page about one member as a PDF of one page: what does not fit is set tighter, never onto a second page.

    A history of all answers has the second page to itself.

    Where that is not enough the sections of plugins give way, the last one first, and the page says so. Large print is
    the exception: it takes the pages it needs.
    """
    assets = look.assets
    if look.large:
        return write_pdf(render_sheet(sheet, page, folders=folders, look=look), assets=assets)[0]
    pdf, pages = b"", 0
    wanted = 2 if page == "therapist" and sheet.history is not None else 1
    for density in DENSITIES[DENSITIES.index(guess(sheet, page)) :]:
        pdf, pages = write_pdf(render_sheet(sheet, page, folders=folders, density=density, look=look), assets=assets)
        if pages <= wanted:
            return pdf
    while pages > wanted and (fewer := without_last_section(sheet, page)) is not None:
        sheet = fewer
        pdf, pages = write_pdf(
            render_sheet(sheet, page, folders=folders, density=DENSITIES[-1], look=look), assets=assets
        )
    return pdf


def _refused(schemes: Sequence[str]) -> ConfigError:
    return ConfigError(
        f"a template asks for something outside the sheet ({', '.join(sorted(set(schemes)))}:), so no PDF was made",
        hint="put pictures and styles into the template itself",
    )
