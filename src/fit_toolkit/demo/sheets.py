"""A folder of sheets per therapist: one page for them and one for the client, named by running number."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from fit_toolkit.courses.asking import Asking
from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import Practice
from fit_toolkit.sheets import SheetData, render_sheet, sheet_pdf, write_pdf
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.making import find_member, numbered, problems_of, template_folders
from fit_toolkit.store import alerts, diary, people

SOON: Final = 3  # days ahead for which the client's page is made as PDF, too
Say = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """One client's sheet with its files, named relative to the therapist's folder; "" for one that was not made."""

    client: str
    member: int
    episode: int
    therapist: str
    number: str
    next_on: date | None
    html: str
    pdf: str
    client_html: str
    client_pdf: str
    problems: tuple[str, ...] = ()  # sections that could not be made


def can_print() -> str:
    """Say why no PDF can be made here; nothing where it can."""
    try:
        write_pdf("<!DOCTYPE html><html lang='en'><title>-</title><p>-</p></html>")
    except ConfigError as error:
        return str(error)
    return ""


def make_sheets(practice: Practice, *, as_of: date, pdf: bool, say: Say) -> list[Made]:
    """Make the sheets of all clients as HTML, and as PDF those that are looked at next; who is up next comes first."""
    wanted = _wanted(practice, as_of)
    made = []
    with Asking(practice) as asking:
        for place, (client, member, next_on, alerted) in enumerate(wanted, start=1):
            with practice.store.read() as c:
                sheet = build_sheet(practice, c, member, as_of=as_of, asking=asking)
                (episode,) = [
                    each
                    for each in people.list_episodes(c, client=client)
                    if any(one.id == member for one in each.members)
                ]
            with practice.store.begin() as c:
                sheet = numbered(c, sheet, member, at=practice.now())
            therapist = episode.therapist_on(as_of)
            folder = practice.path("sheets.folder") / (therapist.staff if therapist else "nobody")
            soon = next_on is not None and next_on <= as_of + timedelta(days=SOON)
            printed = ("therapist",) * (pdf and (alerted or soon)) + ("client",) * (pdf and soon)
            names = write_pages(practice, folder, sheet, printed)
            made.append(
                Made(client, member, episode.id, folder.name, sheet.number, next_on, *names, problems_of(sheet))
            )
            if place % 10 == 0:
                say(f"{place} of {len(wanted)} sheets")
    return made


def _wanted(practice: Practice, as_of: date) -> list[tuple[str, int, date | None, bool]]:
    """Client, member, next appointment and whether an alert is live, in the order of the appointments."""
    with practice.store.read() as c:
        planned = [
            each for each in diary.list_appointments(c, since=as_of + timedelta(days=1)) if each.status == "planned"
        ]
        next_on = {each.episode_id: each.on for each in reversed(planned)}
        live = {row["member_id"] for row in alerts.alert_rows(c, live_only=True)}
        episode_of = {member.id: member.episode_id for member in people.list_members(c)}
        found = []
        for client in people.list_clients(c):
            member = find_member(c, client.code, as_of=as_of)
            found.append((client.code, member, next_on.get(episode_of[member]), member in live))
    return sorted(found, key=lambda each: (each[2] is None, each[2], not each[3], each[0]))


def write_pages(
    practice: Practice, folder: Path, sheet: SheetData, printed: Sequence[str]
) -> tuple[str, str, str, str]:
    """Write the pages of a sheet; give the names of HTML and PDF, the therapist's first."""
    folders = template_folders(practice)
    names: list[str] = []
    for page in ("therapist", "client"):
        stem = f"{sheet.number}{'' if page == 'therapist' else '-client'}"
        write_private(folder / f"{stem}.html", render_sheet(sheet, page, folders=folders).encode())
        names += [f"{stem}.html", f"{stem}.pdf" if page in printed else ""]
        if page in printed:
            write_private(folder / f"{stem}.pdf", sheet_pdf(sheet, page, folders=folders))
    html, pdf, client_html, client_pdf = names
    return html, pdf, client_html, client_pdf


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in a folder that only its owner can open."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:  # noqa: PTH123 - with a mode
        target.write(content)
