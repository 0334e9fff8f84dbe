"""Keep a sheet to one page: long texts are cut with a sign, long lists end in a count; flagged answers never are."""

from __future__ import annotations

import re

from msgspec.structs import replace

from fit_toolkit.language import say
from fit_toolkit.sheets.chart import DENSE
from fit_toolkit.sheets.data import Panel, SheetData
from fit_toolkit.sheets.fragment import words_in

LONG_WORD = re.compile(r"\S{34}(?=\S)")
MAY_BREAK = "\u200b"  # a line may end here; prints nothing


def cut(text: str, most: int) -> str:
    """At most `most` characters, cut at a word and marked; a word longer than a line may break."""
    text = " ".join(text.split())
    if len(text) > most:
        text = _shortened(text, most)
    return LONG_WORD.sub(lambda word: word[0] + MAY_BREAK, text)


def _shortened(text: str, most: int) -> str:
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def trim(sheet: SheetData, density: str = "normal") -> SheetData:
    """The sheet with every text and list no longer than its place; what is left out is counted."""
    tight = density in {"tight", "scant"}
    most = {"normal": 4, "close": 4, "tight": 3}.get(density, 2)
    alerts = tuple(
        replace(
            a,
            what=cut(a.what, 40),
            reason=cut(a.reason, {"normal": 150, "close": 150, "tight": 110}.get(density, 80)),
            basis=cut(a.basis, 120),
            done=cut(a.done, 60),
            last="" if density == "scant" else cut(a.last, 80),
        )
        for a in sheet.alerts[:most]
    )
    missing = tuple(cut(m, 60) for m in sheet.missing)
    keep = {"normal": 5, "close": 4, "tight": 3}.get(density, 2)
    if len(missing) > keep:
        missing = (*missing[: keep - 1], say("and %(n)s more", n=len(missing) - keep + 1))
    risk = replace(
        sheet.risk,
        contact=cut(sheet.risk.contact, 140),
        answers=tuple(
            replace(a, item=cut(a.item, 90), answer=cut(a.answer, 30), state=cut(a.state, 90))
            for a in sheet.risk.answers
        ),
    )
    return replace(
        sheet,
        client=cut(sheet.client, 40),
        therapist=cut(sheet.therapist, 44),
        headline=cut(sheet.headline, 260),
        panels=tuple(_titled(panel, 60 if tight else 100) for panel in sheet.panels),
        risk=risk,
        alerts=alerts,
        more_alerts=sheet.more_alerts + len(sheet.alerts) - len(alerts),
        question=cut(sheet.question, 150),
        missing=missing,
        quotes=tuple(
            replace(q, text=cut(q.text, {"normal": 900, "close": 600, "tight": 400}.get(density, 150)))
            for q in sheet.quotes[: 1 if density == "scant" else 2]
        ),
        notes=tuple(cut(n, 110) for n in sheet.notes[:3]),
        marks=tuple(replace(m, text=cut(m.text, 28)) for m in sheet.marks[-6:]),
        sources=(cut(" ".join(sheet.sources), _room_for_sources(sheet, density)),),
    )


def _titled(panel: Panel, most: int) -> Panel:
    if len(panel.title) <= most and len(panel.what) <= 100:
        return panel
    return replace(panel, title=cut(panel.title, most), what=cut(panel.what, 100))


def without_last_section(sheet: SheetData, page: str) -> SheetData | None:
    """The sheet with the last section of this page left out and said to be; None where none is left."""
    for place in reversed(range(len(sheet.sections))):
        block = sheet.sections[place]
        if block.page == page and block.html:
            out = replace(block, html="", left_out=True)
            return replace(sheet, sections=(*sheet.sections[:place], out, *sheet.sections[place + 1 :]))
    return None


def guess(sheet: SheetData, page: str = "therapist") -> str:
    """Which density is worth trying first: a page that is set twice costs twice.

    Lines are counted from letters, so the guess may be off by one step; the page that comes out decides.
    """
    if page == "client":
        return "normal"
    extra = _crowding(sheet, page)
    return "normal" if extra <= 9 else "close" if extra <= 23 else "tight" if extra <= 40 else "scant"


def _crowding(sheet: SheetData, page: str) -> int:
    """By how many lines there is more to say than on a plain sheet."""
    side = sum(2 + _lines(f"{a.what}{a.reason}{a.basis}{a.done}{a.last}", 46) for a in sheet.alerts[:4])
    side += _lines(sheet.late, 50) if sheet.late else 0
    side += 3 * bool(sheet.question) + sum(_lines(note, 56) for note in sheet.notes[:3])
    risk = sum(_lines(a.item + a.answer + a.state, 110) + len(a.dates) // 25 for a in sheet.risk.answers)
    below = max(sum(_lines(q.text, 66 if sheet.missing else 108) for q in sheet.quotes[:2]), len(sheet.missing))
    extra = max(0, side - 14) + risk + below + 2 * max(0, len(sheet.marks) - 2) + 8 * max(0, len(sheet.panels) - 2)
    extra += sum(2 + _lines("." * words_in(block.html), 120) for block in sheet.sections if block.page == page)
    extra -= 0 if sheet.facets.rows else 12
    extra += any(f.apart for f in sheet.facets.rows)
    extra += bool(sheet.marks) + any(f.moved and f.wording for f in sheet.facets.rows)
    extra += 5 * bool(codes_of(sheet)) + 4 * _stripped(sheet) + sum(p.band is not None for p in sheet.panels)
    return extra


def _room_for_sources(sheet: SheetData, density: str) -> int:
    if not codes_of(sheet):
        return 430
    return 90 if density == "scant" else 230


def codes_of(sheet: SheetData) -> tuple[str, ...]:
    """The codes to tear off."""
    codes = [*(answer.code for answer in sheet.risk.answers), *(alert.code for alert in sheet.alerts)]
    return tuple(dict.fromkeys(code for code in codes if code))


def _stripped(sheet: SheetData) -> bool:
    """Whether the charts will have a strip of all sessions."""
    rated = [len(s.points) for panel in sheet.panels if panel.key == "alliance" for s in panel.series]
    held = max([len(sheet.sessions), *rated])
    return bool(rated) and (held > DENSE or min(rated) < held)


def _lines(text: str, letters: int) -> int:
    return -(-len(text) // letters)
