"""All members of a couple or a group beside each other: everybody's own lines on the same axes, never a common one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Unpack

import msgspec

import fit_toolkit
from fit_toolkit.courses.asking import Asking
from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.language import language_of, say, speaking, spoken
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import Panel, SheetData
from fit_toolkit.sheets.making import (
    PracticeLike,
    SheetWish,
    dated,
    look_here,
    nth_session,
    problems_of,
    template_folders,
    tried_folders,
)
from fit_toolkit.sheets.together_page import Together, render_together, together_pdf
from fit_toolkit.store import freshness, people

if TYPE_CHECKING:
    import sqlalchemy as sa

MOST_SCALES = 2


def episode_day(c: sa.Connection, episode: str, session: int | None, *, until: date) -> date:
    """The day of a session of an episode, or `until` where none is named."""
    found = people.episode_id(c, episode)
    return until if session is None else nth_session(c, found, session, until=until)


def make_together(
    practice: PracticeLike, episode: str, *, as_of: date, fmt: str = "html",
    failed: Callable[[str], None] = lambda _: None, **wish: Unpack[SheetWish],
) -> bytes:  # fmt: skip
    """The page of all who were in an episode on a day, for the therapist, as HTML or PDF."""
    look = look_here(practice, large=wish.get("large"), grey=wish.get("grey", False))
    code = wish.get("language") or practice.settings.text("practice.language")
    with speaking(language_of(code, practice.root)):
        for problem in (*look.problems, *spoken().problems):
            failed(problem)
        data = together_of(practice, episode, as_of=as_of, held=wish.get("held", False))
        for sheet in data.members:
            for problem in problems_of(sheet, "therapist"):
                failed(problem)
        folders, problem = tried_folders(
            template_folders(practice), "together", lambda folders: render_together(data, folders=folders, look=look)
        )
        if problem:
            failed(problem)
        if fmt == "pdf":
            return together_pdf(data, folders=folders, look=look)
        return render_together(data, folders=folders, look=look).encode()


def together_of(practice: PracticeLike, episode: str, *, as_of: date, held: bool = False) -> Together:
    """Build the sheet of every member of an episode on a day, each from their own record alone."""
    with practice.store.read() as c, ExitStack() as open_:
        found = people.list_episodes(c, ids=[people.episode_id(c, episode)])[0]
        there = [m for m in found.members if m.joined_on <= as_of and (m.left_on is None or as_of <= m.left_on)]
        if not there:
            raise DataError("nobody was in this episode on that day", hint="fit episodes list")
        asking: Asking | None
        try:
            asking = open_.enter_context(Asking(practice))
        except ConfigError:  # said on every sheet
            asking = None
        made = [build_sheet(practice, c, m.id, as_of=as_of, asking=asking, held=held) for m in there]
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    sheets = [dated(practice, sheet, looked) for sheet in made]
    return beside(sheets, as_of=as_of, contact=practice.settings.text("safety.contact"))


def beside(sheets: Sequence[SheetData], *, as_of: date, contact: str) -> Together:
    """Put the members of an episode beside each other, with the scales that most of them have."""
    counted = Counter(_scale(panel) for sheet in sheets for panel in sheet.panels)
    first = {key: place for place, key in reversed(list(enumerate(counted)))}
    scales = sorted(counted, key=lambda key: (key[0] != "alliance", -counted[key], first[key]))[:MOST_SCALES]
    held = [sheet for sheet in sheets if sheet.session_on is not None]
    newest = max(held, key=lambda sheet: sheet.session_on or date.min, default=sheets[0])
    return Together(
        episode=sheets[0].episode, therapist=sheets[0].therapist, as_of=as_of,
        session_on=newest.session_on, session_over=newest.session_over,
        members=tuple(msgspec.structs.replace(sheet, panels=_drawn(sheet, scales)) for sheet in sheets),
        scales=tuple(key[1] for key in scales), contact=contact, late=sheets[0].late,
        version=fit_toolkit.__version__, language=spoken().code,
    )  # fmt: skip


def _scale(panel: Panel) -> tuple[str, str, str, float, float]:
    """What makes two panels of two people the same scale."""
    return (panel.key, panel.title, panel.what, panel.minimum, panel.maximum)


def _drawn(sheet: SheetData, scales: list[tuple[str, str, str, float, float]]) -> tuple[Panel, ...]:
    """The member's own panel of every scale; an empty one where they have none."""
    own = {_scale(panel): panel for panel in sheet.panels}
    out = []
    for key in scales:
        empty = Panel(
            key=key[0], title=key[1], what=key[2], minimum=key[3], maximum=key[4], better="higher", series=()
        )  # fmt: skip
        panel = own.get(key, empty)
        band = panel.band and msgspec.structs.replace(panel.band, label=say("usual"))
        expected = panel.expected and msgspec.structs.replace(panel.expected, label=say("expected"))
        out.append(msgspec.structs.replace(panel, inset=None, band=band, expected=expected))
    return tuple(out)
