"""A clinic's own look: paper, print size, grey print, its style sheet and its logo, each looked at before it is used."""

from __future__ import annotations

import base64
import re
import zlib
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from fit_toolkit.engine.templates import leads_out
from fit_toolkit.errors import ConfigError

STYLE, LOGO = "templates/style.css", "templates/logo.png"
LINK = "it is a link that leads out of its folder"
OTHER_LOGOS = ("svg", "jpg", "jpeg", "gif", "webp", "pdf")
LONGEST_STYLE = 64 * 1024
LARGEST_LOGO = 256 * 1024
MOST_PIXELS = 2000  # along one side
LARGEST_UNPACKED = 8 * MOST_PIXELS * (MOST_PIXELS + 1)  # sixteen bits of four colours each
ACCENT, INK, SOFT, WARN = "#005f9e", "#1d1d1b", "#595959", "#a80000"
OURS = {"accent": ACCENT, "ink": INK, "soft": SOFT, "warn": WARN}
PAPER = "#ffffff"
FONT = '"Liberation Sans", Arial, Helvetica, sans-serif'
PNG = b"\x89PNG\r\n\x1a\n"
OUTSIDE = re.compile(r"url\s*\(|src\s*\(|image(?:-set)?\s*\(|@import|@font-face|@namespace|expression|\\|<|behavior|-moz-binding",
                     re.IGNORECASE)  # fmt: skip
VARIABLE = re.compile(r"--(accent|ink|soft|warn)\s*:\s*([^;}]{0,80}?)\s*[;}]")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
WORDS = re.compile(r"(?<![-\w])color\s*:\s*(#[0-9a-fA-F]{6})\b")
READABLE = 4.5  # to 1, the least contrast of words with the paper (WCAG 2.2, 1.4.3)
FAMILY = re.compile(r"--font\s*:\s*([\w \",'-]{1,200}?)\s*[;}]")


class Look(Struct, frozen=True, kw_only=True):
    """How pages look here; the default is the bundled look on A4."""

    paper: str = "A4"
    large: bool = False
    grey: bool = False
    css: str = ""  # the practice's own, after ours
    logo: str = ""  # as a data: address
    logo_bytes: bytes = b""
    accent: str = ACCENT
    ink: str = INK
    soft: str = SOFT
    font: str = FONT
    problems: tuple[str, ...] = ()  # what of the practice's own look is not used, one line each

    @property
    def scale(self) -> float:
        """How much larger charts are drawn."""
        return 1.6 if self.large else 1.0

    @property
    def assets(self) -> dict[str, tuple[bytes, str]]:
        """The one thing a page may ask for: the logo it carries within itself."""
        return {self.logo: (self.logo_bytes, "image/png")} if self.logo else {}


PLAIN = Look()


def look_of(root: Path | None, *, paper: str = "A4", large: bool = False, grey: bool = False) -> Look:
    """Read the look of a practice; what cannot be used is named in `problems`, and ours stands there."""
    css, logo, problems = "", b"", []
    if root is not None:
        try:
            css = read_style(root / STYLE)
        except ConfigError as error:
            problems.append(f"{STYLE}: {error}; the bundled style is used")
        try:
            logo = read_logo(root / LOGO)
        except ConfigError as error:
            problems.append(f"{LOGO}: {error}; no logo is printed")
    colours, pale = colours_of(css)
    problems += [f"{STYLE}: {each}" for each in pale]
    if pale:
        css += "\n:root { " + "; ".join(f"--{name}: {colour}" for name, colour in colours.items()) + " }\n"
    del colours["warn"]  # no picture has it
    family = FAMILY.search(css)
    if grey:
        colours = {"accent": INK, "ink": INK, "soft": SOFT}
    return Look(
        paper=paper, large=large, grey=grey, css=css, logo_bytes=logo, problems=tuple(problems),
        logo="data:image/png;base64," + base64.b64encode(logo).decode() if logo else "",
        font=family[1] if family else FONT, **colours,
    )  # fmt: skip


def read_style(path: Path) -> str:
    """Read a practice's style sheet; it may restyle everything and ask for nothing."""
    if not path.is_file():
        return ""
    if leads_out(path, path.parent):
        raise ConfigError(LINK)
    if path.stat().st_size > LONGEST_STYLE:
        raise ConfigError(f"it is larger than {LONGEST_STYLE // 1024} kB")
    try:
        css = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError("it is not UTF-8") from None
    css = re.sub(r"/\*.*?\*/", " ", css, flags=re.DOTALL)
    if found := OUTSIDE.search(css):
        line = css.count("\n", 0, found.start()) + 1
        raise ConfigError(f"line {line} asks for something from outside or hides what it says ({found[0][:12]!r})")
    return css


def colours_of(css: str) -> tuple[dict[str, str], list[str]]:
    """The colours of words and pictures a style sheet asks for; one that nobody could read on paper is told, and ours stands."""
    colours, pale = dict(OURS), []
    for name, said in VARIABLE.findall(css):
        if not COLOUR.fullmatch(said):
            pale.append(f"--{name} is not written as #rrggbb; {OURS[name]} is used")
            colours[name] = OURS[name]
        elif contrast(said) < READABLE:
            pale.append(f"--{name}: {said} is too pale to read, {_ratio(said)}; {OURS[name]} is used")
            colours[name] = OURS[name]
        else:
            colours[name] = said
    pale += [f"color: {said} is too pale to read, {_ratio(said)}" for said in dict.fromkeys(WORDS.findall(css)) if contrast(said) < READABLE]  # fmt: skip
    return colours, pale


def _ratio(colour: str) -> str:
    return f"{contrast(colour):.1f} to 1 with the paper, {READABLE:g} is the least"


def contrast(colour: str, ground: str = PAPER) -> float:
    """How far two colours stand apart, from 1 (not at all) to 21: WCAG's ratio of relative luminances."""
    lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read_logo(path: Path) -> bytes:
    """Read a practice's logo: a PNG of a sane size, told by its first bytes and not by its name."""
    if not path.is_file():
        if any(path.with_suffix(f".{other}").is_file() for other in OTHER_LOGOS):
            raise ConfigError("there is a logo of another kind; save it as a PNG")
        return b""
    if leads_out(path, path.parent):
        raise ConfigError(LINK)
    if path.stat().st_size > LARGEST_LOGO:
        raise ConfigError(f"it is larger than {LARGEST_LOGO // 1024} kB")
    data = path.read_bytes()
    if data[:8] != PNG or data[12:16] != b"IHDR" or len(data) < 33:
        raise ConfigError("it is no PNG picture")
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise ConfigError(f"it is larger than {MOST_PIXELS} by {MOST_PIXELS} pixels")
    if not whole(data):
        raise ConfigError("it is damaged; save it again as a PNG")
    return data


@lru_cache(maxsize=4)
def whole(data: bytes) -> bool:
    """Whether a PNG is there to its end, piece by piece: half a picture would cost every PDF."""
    at, pixels, kind = len(PNG), b"", b""
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if zlib.crc32(kind + body) != int.from_bytes(data[at + 8 + size : at + 12 + size], "big"):
            return False
        pixels += body if kind == b"IDAT" else b""
        at += 12 + size
    try:
        unpacked = zlib.decompressobj()
        unpacked.decompress(pixels, LARGEST_UNPACKED)
    except zlib.error:
        return False
    return at == len(data) and kind == b"IEND" and unpacked.eof
