"""Looks at the HTML of a section before it goes onto a sheet: whole, still, and asking for nothing from outside.

An element left open would swallow the rest of the page, and a picture from elsewhere would cost the PDF.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from fit_toolkit.errors import ContractError

TEXT = frozenset({
    "div", "p", "h2", "h3", "h4", "span", "b", "strong", "i", "em", "small", "sub", "sup", "abbr", "br", "hr",
    "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption",
    "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td",
})  # fmt: skip
DRAWING = frozenset({
    "svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan", "title", "desc",
    "defs", "symbol", "use", "pattern", "marker", "clippath", "mask", "lineargradient", "radialgradient", "stop",
})  # fmt: skip
EMPTY = frozenset({"br", "hr", "col"})
ADDRESSES = frozenset({"href", "src", "xlink:href", "srcset", "data", "action", "poster", "background"})
OUTSIDE = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?#)|@import|\\|position\s*:", re.IGNORECASE)
LONGEST = 64 * 1024


def checked(html: str) -> str:
    """Give the HTML back as it may stand on a sheet, or raise ContractError that says why not."""
    if len(html) > LONGEST:
        raise ContractError(f"its HTML is longer than {LONGEST // 1024} kB")
    looked = _Look()
    looked.feed(html)
    looked.close()
    if looked.open:
        raise ContractError(f"its HTML leaves <{looked.open[-1]}> open")
    if "<" in looked.rawdata:
        raise ContractError("its HTML ends within a tag")
    return html.strip()


def words_in(html: str) -> int:
    """How many letters of text are in a piece of HTML, to guess how much room it takes."""
    return len(re.sub(r"<[^>]*>", "", html))


class _Look(HTMLParser):
    """Goes through a piece of HTML and stops at the first thing that may not be in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._allowed(tag, attrs)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._allowed(tag, attrs)
        if tag in TEXT - EMPTY:
            raise ContractError(f"its HTML has <{tag}/>, which leaves <{tag}> open")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise ContractError(f"its HTML closes <{_name(tag)}>, which is not open there")
        self.open.pop()

    def handle_decl(self, decl: str) -> None:
        raise ContractError("its HTML is a whole document; a section is a piece of one")

    def handle_pi(self, data: str) -> None:
        raise ContractError("its HTML has a processing instruction")

    def unknown_decl(self, data: str) -> None:
        raise ContractError("its HTML has a declaration")

    def _allowed(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TEXT | DRAWING:
            raise ContractError(f"its HTML has <{_name(tag)}>, which may not be in a section")
        for name, value in attrs:
            said = (value or "").strip()
            if name.startswith("on") or (name in ADDRESSES and not said.startswith("#")) or OUTSIDE.search(said):
                raise ContractError(f"its HTML has <{tag} {_name(name)}=...> that leads out of the section")


def _name(text: str) -> str:
    return text if re.fullmatch(r"[a-z][a-z0-9:-]{0,30}", text) else "?"
