"""Every page we make, by name, from made-up data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from fit_toolkit import catalog
from fit_toolkit.language import language_of, speaking
from fit_toolkit.practice.reporting import as_html, make_report
from fit_toolkit.sheets.batch_folder import Kept
from fit_toolkit.sheets.batch_index import Page, index_of, row_of
from fit_toolkit.sheets.data import History, HistoryRow, SheetData
from fit_toolkit.sheets.form import render_form
from fit_toolkit.sheets.look import PLAIN, Look, look_of
from fit_toolkit.sheets.render import render, render_sheet
from fit_toolkit.sheets.together_page import Together, render_together
from tests.report.making import Service, made_up
from tests.sheets import examples

LARGE, GREY = look_of(None, large=True), look_of(None, grey=True)
LINK = {"client": "demo-05", "html": "a.html", "pdf": "a.pdf", "own": "b.html", "shows": "a fall in respect"}
ALERT = {"mark": "▲", "what": "The work together", "reason": "7.1, below 8", "state": "new", "until": None, "done": "", "client": "demo-05",
         "since": date(2026, 1, 8), "on": date(2026, 1, 8), "short": "unusual", "plugin": "fit-usual", "version": "1", "origin": "plugins/x.py",
         "href": "a.html", "therapist": "birch"}  # fmt: skip
# the same in structure as others; axe takes them with --long only
OFTEN = frozenset({"client, German, grey", "client, Arabic, large", "client, sixty sessions", "therapist, crowded, grey",
                   "form today-together-therapist", "form arriving-today", "therapist, German, large",
                   "a morning's sheets, locked", "client, large", "client, never rated", "therapist, never rated"})  # fmt: skip
SHARED: dict[str, Any] = {"practice": "Demo", "as_of": date(2026, 3, 5), "density": "index", "sheet": {"language": "en", "version": "1"}}  # fmt: skip


def sheet(made: SheetData, page: str, language: str = "en", look: Look = PLAIN) -> str:
    with speaking(language_of(language)):
        return render_sheet(replace(made, language=language), page, look=look)


def sheets() -> dict[str, str]:
    """Both pages of a sheet, in each language and look once."""
    falling = examples.falling()
    return {
        "therapist": sheet(falling, "therapist"),
        "therapist, German, large": sheet(falling, "therapist", "de", LARGE),
        "therapist, crowded, grey": sheet(examples.crowded(), "therapist", look=GREY),
        "therapist, never rated": sheet(examples.never(), "therapist"),
        "client": sheet(falling, "client"),
        "client, German, grey": sheet(falling, "client", "de", GREY),
        "client, Arabic": sheet(falling, "client", "ar"),
        "client, large": sheet(falling, "client", look=LARGE),
        "client, Arabic, large": sheet(falling, "client", "ar", LARGE),
        "client, never rated": sheet(examples.never(), "client"),
        "client, sixty sessions": sheet(examples.sixty(), "client"),
    }


def others() -> dict[str, str]:
    """The second page, a couple beside each other, and the page of a morning's files."""
    one, other = examples.falling(), examples.improving()
    one, other = (
        replace(each, panels=tuple(replace(p, inset=None, band=None) for p in each.panels)) for each in (one, other)
    )
    days = tuple(point.on for point in one.panels[0].series[0].points)
    values = (9.0, 7.0, 5.5, None, 3.0, 10.0, 1.0, 8.0)
    row = HistoryRow(label="respect", values=values, minimum=0, maximum=10)
    couple = Together(episode="E-0051", therapist="Kim Ahrens", as_of=one.as_of, session_on=one.session_on, session_over=True,
                      members=(one, other), scales=tuple(panel.title for panel in one.panels))  # fmt: skip
    page = Page(
        practice="Demo", therapist="birch", day=one.as_of, source="diary", language="en", whole={"therapist": "all.pdf"}
    )
    rows = [row_of(one, "09:00"), row_of(other, "")]
    for each in rows:
        each.links = {"sheet": "1.pdf", "client's page": "2.pdf"}
    files = {"0003.html": Kept(sha256="", day=date(2026, 3, 5), made=one.as_of)}
    return {
        "therapist, with history": sheet(
            replace(one, history=History(days=days, rows=(row,) * 9, apart=2)), "therapist"
        ),
        "a couple together": render_together(couple),
        "a morning's sheets": index_of(page, rows, files, templates=(), look=PLAIN),
        "a morning's sheets, locked": index_of(replace(page, locked=True), rows, {}, templates=(), look=PLAIN),
    }


def forms() -> dict[str, str]:
    """Blank forms with circles, with boxes, and with words."""
    known = catalog.build([catalog.bundled()])
    names = ("today-together-client", "today-together-therapist", "arriving-today")
    return {f"form {id}": render_form(known.get(id), known.wording(id, "en"), who_sees="the team") for id in names}


def demo() -> dict[str, str]:
    """The demo's two pages, with one line of everything."""
    count = {"safety": 1, "new": 2, "seen": 0}
    group = {**ALERT, "says": "Lower than usual", "policy": "a", "line": 12, "basis": "unusual", "alerts": [ALERT]}
    index = {"seed": 7, "folder": "demo", "figures": dict.fromkeys(("clients", "episodes", "sessions", "ratings", "live", "over"), 3),
             "therapists": [{"code": "birch", "href": "a.html", **count}], "groups": [group], "tour": [LINK] * 3, "picks": [LINK],
             "plugin": {"file": "plugins/x.py", "text": "def f(x):\n    return '<b>'\n"}}  # fmt: skip
    block = {"client": "demo-05", "number": "1", "next_on": None, "alerts": [ALERT], "html": "a.html", "pdf": "a.pdf",
             "client_html": "b.html", "client_pdf": "b.pdf"}  # fmt: skip
    mine = {"therapist": "birch", "blocks": [block, {**block, "alerts": []}], "count": count}
    return {
        "demo": render("demo/index.html", {**SHARED, **index}),
        "demo, a therapist": render("demo/therapist.html", {**SHARED, **mine}),
    }


def report(folder: Path) -> dict[str, str]:
    """The report of a service of eighty courses."""
    service = Service(folder, {"practice.name": "Made-up Service"})
    service.plan()
    service.add(made_up(80, therapists=3))
    made = make_report(service.practice, since=date(2026, 1, 1), until=date(2026, 11, 23))
    service.practice.store.close()
    return {"report": as_html(service.practice, made)}


def every(folder: Path) -> dict[str, str]:
    """All of them."""
    return {**sheets(), **others(), **forms(), **demo(), **report(folder / "service")}
