"""Looks at a page that somebody else's template made: it may look as it likes, and asks for nothing from outside."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from fit_toolkit.engine.templates import TemplateFolder
from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets.look import OUTSIDE
from fit_toolkit.sheets.render import Folder

REFUSED = frozenset({
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "link", "form", "input", "button", "video",
    "audio", "source", "track", "portal", "foreignobject", "feimage", "image", "set", "animate", "noscript", "template",
})  # fmt: skip
ADDRESSES = frozenset(
    {"href", "src", "xlink:href", "srcset", "data", "action", "formaction", "poster", "background", "ping"}
)
PICTURE = "data:image/png;base64,"


def still(html: str) -> None:
    """Raise ConfigError where a page has something that could run, or reach for something outside of itself."""
    look = _Look()
    look.feed(html)
    look.close()


def has_own(folder: Folder) -> bool:
    """Whether a folder has a template of a whole page or of a part of one, not only sections."""
    if isinstance(folder, TemplateFolder):
        return any(not name.startswith("sections/") for name in folder.names - folder.without)
    if isinstance(folder, Path):
        return any((folder / part).is_dir() for part in ("sheets", "partials"))
    return True


class _Look(HTMLParser):
    """Goes through a page and stops at the first thing that may not be in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.style = tag == "style"
        given = {name: (value or "").strip() for name, value in attrs}
        if tag in REFUSED or (
            tag == "meta" and given.get("http-equiv", "").lower() not in {"", "content-security-policy"}
        ):
            raise ConfigError(f"a template makes <{tag}>, which may not be on a page")
        for name, value in given.items():
            address = name in ADDRESSES and not value.startswith("#")
            if address and tag == "img" and name == "src" and value.startswith(PICTURE):
                continue
            drawn = value.startswith("url(#") and ":" not in value
            if name.startswith("on") or address or (not drawn and tag != "meta" and OUTSIDE.search(value)):
                raise ConfigError(f"a template makes <{tag} {name}=...>, which leads out of the page")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.style = False

    def handle_data(self, data: str) -> None:
        if self.style and OUTSIDE.search(data):
            raise ConfigError("a template's style asks for something from outside")
