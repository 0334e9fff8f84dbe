"""A blank form to print: the words of a wording file around circles to mark, nothing chosen beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from msgspec import Struct

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import Instrument, Item
from fit_toolkit.model.wording import ItemWording, Wording
from fit_toolkit.sheets.chart import number
from fit_toolkit.sheets.pdf import write_pdf
from fit_toolkit.sheets.render import render

MOST_CIRCLES = 11  # a longer line of numbers gets a box to write in


class FormItem(Struct, frozen=True, kw_only=True):
    """One printed line."""

    kind: str  # circles | options | box | text
    text: str
    low: str = ""
    high: str = ""
    marks: tuple[str, ...] = ()  # numbers to circle, or answers to tick
    ways_out: tuple[str, ...] = ()
    help: str = ""


class FormData(Struct, frozen=True, kw_only=True):
    """Everything a blank form prints."""

    title: str
    rater: str
    lead_in: tuple[str, ...]
    who_sees: str
    safety_note: str
    items: tuple[FormItem, ...]
    ends: str
    banner: str
    code: str
    date: dt.date | None
    version: str
    holder: str
    language: str
    translator: str = ""
    validated: bool = False
    paper_only: bool = False
    numbers: tuple[tuple[str, str], ...] = ()  # what each number of the lines means, where their ends do not say it


class FormWish(TypedDict, total=False):
    """What may be asked of a blank form."""

    code: str | None  # printed into the box; left empty to be written in
    date: dt.date | None
    who_sees: str  # who else reads it, from the practice's settings
    asked: Collection[str] | None  # items of this session's form; all by default
    language: str  # of dates and of our own words; the wording's own by default
    folders: Sequence[Path]  # template folders of the practice


def form_data(instrument: Instrument, wording: Wording | None, **wish: Unpack[FormWish]) -> FormData:
    """Put words and definition together."""
    if wording is None or instrument.totals_only or not instrument.items:
        raise DataError(
            f"there are no words to print for {instrument.id}",
            hint="add wording/<language>/<id>.yaml to the practice if its licence allows printing",
        )
    if lacking := wording.lacking_licence(instrument):
        raise DataError(
            f"{instrument.id} is not printed: it is not free for all ({instrument.licence.status}), and its words name"
            f" no {lacking.replace('_', ' ')}",
            hint=f"write `{lacking}` into wording/{wording.language}/{instrument.id}.yaml",
        )
    asked = wish.get("asked")
    items = [item for item in instrument.items if item.id in wording.items and (asked is None or item.id in asked)]
    return FormData(
        title=wording.title,
        rater=instrument.raters[0],
        lead_in=wording.lead_in,
        who_sees=_who_sees(wording.who_sees, wish.get("who_sees", "").strip()),
        safety_note=wording.safety_note,
        items=tuple(_line(item, wording.items[item.id], wording) for item in items),
        ends=wording.ends,
        banner=wording.banner,
        code=wish.get("code") or "",
        date=wish.get("date"),
        version=f"{instrument.id} {instrument.version}, {wording.language}",
        holder="; ".join(part for part in (wording.holder, wording.licence, wording.licence_reference) if part),
        language=wording.language,
        translator=wording.translator,
        validated=wording.validated,
        paper_only=wording.on_screen(instrument) in ("not-allowed", "licence-required"),
        numbers=_numbers(items, wording),
    )


def _numbers(items: Sequence[Item], wording: Wording) -> tuple[tuple[str, str], ...]:
    """Give the words of the numbers that lines share, for lines without words at their ends."""
    lines = [item for item in items if not item.is_text and not item.options]
    bare = [item for item in lines if not wording.items[item.id].low and not wording.items[item.id].high]
    marks = [number(value) for value in bare[0].values()] if bare else []
    return tuple((mark, wording.anchors[mark]) for mark in marks if mark in wording.anchors)


def _who_sees(words: str, who: str) -> str:
    """Say who reads the answers: a name goes into the form's own sentence, a whole sentence takes its place."""
    before, found, after = words.partition("{who}")
    if not found:
        return words
    rest = after.lstrip(".").strip()
    if not who:
        return f"{before.rpartition('. ')[0]}. {rest}".strip(" .") + "."
    if who.endswith("."):
        return f"{who} {rest}".strip()
    return words.replace("{who}", who)


def _line(item: Item, words: ItemWording, wording: Wording) -> FormItem:
    if item.is_text:
        return FormItem(kind="text", text=words.text, help=words.help)
    if item.options:
        answers = tuple(
            wording.answer(item, o.code, o.value) or o.label or o.code or number(o.value) for o in item.options
        )
        ways = _ways_out(item, wording)
        return FormItem(kind="options", text=words.text, marks=answers, ways_out=ways, help=words.help)
    values = item.values()
    few = len(values) <= MOST_CIRCLES
    return FormItem(
        kind="circles" if few else "box",
        text=words.text,
        low=words.low if few else f"{number(item.minimum)} {words.low}".strip(),
        high=words.high if few else f"{number(item.maximum)} {words.high}".strip(),
        marks=tuple(number(v) for v in values) if few else (),
        ways_out=_ways_out(item, wording),
        help=words.help,
    )


def _ways_out(item: Item, wording: Wording) -> tuple[str, ...]:
    return tuple(wording.ways_out.get(way, way.replace("-", " ")) for way in item.ways_out)


def render_form(instrument: Instrument, wording: Wording | None, **wish: Unpack[FormWish]) -> str:
    """One blank form as a complete HTML document, to be printed on one A4 page."""
    return _render(form_data(instrument, wording, **wish), "normal", wish)


def form_pdf(instrument: Instrument, wording: Wording | None, **wish: Unpack[FormWish]) -> bytes:
    """One blank form as a PDF; a long questionnaire is set tighter before it takes a second page."""
    form = form_data(instrument, wording, **wish)
    pdf, pages = write_pdf(_render(form, "normal", wish))
    return pdf if pages == 1 else write_pdf(_render(form, "tight", wish))[0]


def _render(form: FormData, density: str, wish: FormWish) -> str:
    values = {"form": form, "density": density}
    language = wish.get("language") or form.language
    return render("forms/blank.html", values, folders=wish.get("folders", ()), language=language)
