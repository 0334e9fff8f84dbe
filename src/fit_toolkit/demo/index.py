"""The pages to open: one for the practice, one for each therapist, with alerts, what raised them and the sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import fit_toolkit
from fit_toolkit.courses.words import basis_text, reason_text
from fit_toolkit.demo.cast import STORIES, THERAPISTS
from fit_toolkit.demo.folder import PLUGIN, SAYS
from fit_toolkit.demo.sheets import Made, write_private
from fit_toolkit.model.alerts import seen_as
from fit_toolkit.practice import Practice
from fit_toolkit.sheets import render
from fit_toolkit.sheets.making import template_folders
from fit_toolkit.store import alerts, people

Plain = dict[str, Any]
PICKS: Final = ("demo-05", "demo-06", "demo-10", "demo-17", "demo-18", "demo-35")  # to begin with
MARKS: Final = {"safety": "■", "attention": "▲", "notice": "□"}


def write_indexes(
    practice: Practice, made: Sequence[Made], *, as_of: date, seed: int, figures: Mapping[str, int]
) -> None:
    """Write index.html of the practice and of each therapist; links are relative, so that the folder can be moved."""
    lines = alert_lines(practice, as_of)
    home = practice.settings.text("sheets.folder")
    folders = template_folders(practice)
    common: Plain = {"practice": practice.settings.text("practice.name"), "as_of": as_of, "density": "index"}
    common["sheet"] = {"language": "en", "version": fit_toolkit.__version__}
    for therapist in THERAPISTS:
        mine = [each for each in made if each.therapist == therapist]
        blocks = [_block(each, [line for line in lines if line["member"] == each.member]) for each in mine]
        blocks.sort(key=_urgent)
        page = render("demo/therapist.html", {**common, "therapist": therapist, "blocks": blocks, "count": _count(lines, therapist)},
                      folders=folders)  # fmt: skip
        write_private(practice.root / home / therapist / "index.html", page.encode())
    where = {each.member: f"{home}/{each.therapist}/{each.html}" for each in made}
    tour = [_stop(each, home) for each in sorted(made, key=lambda each: each.client)]
    values = {
        **common, "seed": seed, "folder": practice.root.name, "figures": figures,
        "therapists": [{"code": t, "href": f"{home}/{t}/index.html", **_count(lines, t)} for t in THERAPISTS],
        "groups": _groups(practice, lines, where),
        "tour": tour,
        "picks": [stop for stop in tour if stop["client"] in PICKS],
        "plugin": {"file": PLUGIN, "text": (practice.root / PLUGIN).read_text(encoding="utf-8")},
    }  # fmt: skip
    write_private(practice.root / "index.html", render("demo/index.html", values, folders=folders).encode())


def alert_lines(practice: Practice, as_of: date) -> list[Plain]:
    """Every live alert in plain words, with the plugin that raised it."""
    with practice.store.read() as c:
        rows = alerts.list_alerts(c, on=as_of)
    return [_line(practice, row) for row in rows]


def _line(practice: Practice, row: Mapping[str, Any]) -> Plain:
    source = practice.registry.provided("policy", row["kind"]).source
    done = ", ".join(part for part in (row["action"], row["note"]) if part)
    if row["snooze_until"] is not None:
        done = str(row["snooze_reason"])
    return {
        "id": row["id"], "member": row["member_id"], "client": row["client"], "therapist": row["therapist"],
        "severity": row["severity"], "mark": MARKS[row["severity"]], "policy": row["policy"], "kind": row["kind"],
        "what": SAYS[row["policy"]][0], "says": SAYS[row["policy"]][1],
        "reason": reason_text(row["reason"], row["evidence"], row["evidence"].get("gap")),
        "basis": basis_text(row["basis"], row["evidence"]), "short": _short_basis(row),
        "on": row["session_on"], "since": row["first_seen"], "state": seen_as(row["state"]), "done": done, "until": row["snooze_until"],
        "plugin": source.name, "version": source.version, "origin": source.where if source.origin == "drop-in" else source.origin,
    }  # fmt: skip


def _short_basis(row: Mapping[str, Any]) -> str:
    one_in = row["evidence"].get("one_in")
    return (
        f"unusual, about 1 in {round(one_in)} by chance" if row["basis"] == "unusual" and one_in else str(row["basis"])
    )


def _block(made: Made, lines: list[Plain]) -> Plain:
    return {
        "client": made.client, "number": made.number, "next_on": made.next_on, "alerts": lines, "html": made.html,
        "pdf": made.pdf, "client_html": made.client_html, "client_pdf": made.client_pdf,
    }  # fmt: skip


def _urgent(block: Plain) -> tuple[bool, bool, bool, bool, date, str]:
    """Safety first, then what is new, then what has been seen, then the others; each in the order of the diary."""
    new = [line for line in block["alerts"] if line["state"] == "new"]
    on = block["next_on"]
    return (
        not any(line["severity"] == "safety" for line in block["alerts"]),
        not any(line["severity"] == "attention" for line in new),
        not new,
        not block["alerts"],
        on or date.max,
        block["client"],
    )


def _count(lines: Sequence[Plain], therapist: str) -> Plain:
    mine = [line for line in lines if line["therapist"] == therapist]
    return {
        "safety": sum(line["severity"] == "safety" for line in mine),
        "new": sum(line["state"] == "new" and line["severity"] != "safety" for line in mine),
        "seen": sum(line["state"] == "seen" and line["severity"] != "safety" for line in mine),
    }


def _groups(practice: Practice, lines: Sequence[Plain], where: Mapping[int, str]) -> list[Plain]:
    """The live alerts by policy, in the order of fit.toml."""
    groups = []
    for table in practice.settings.policies:
        mine = [{**line, "href": where[line["member"]]} for line in lines if line["policy"] == table.values["id"]]
        if mine:
            groups.append({**mine[0], "alerts": mine, "line": table.line})
    return groups


def _stop(made: Made, home: str) -> Plain:
    story = next(story for story in STORIES if story.client == made.client)
    base = f"{home}/{made.therapist}/"
    return {
        "client": made.client, "therapist": made.therapist, "shows": story.shows, "html": base + made.html,
        "pdf": base + made.pdf if made.pdf else "", "own": base + made.client_html,
    }  # fmt: skip


def figures_of(practice: Practice, *, sessions: int, ratings: int) -> dict[str, int]:
    """How much there is, for the head of the page."""
    with practice.store.read() as c:
        rows = alerts.alert_rows(c)
        live = [row for row in rows if row["state"] in {"open", "acknowledged", "snoozed"}]
        return {
            "clients": len(people.list_clients(c)), "episodes": len(people.list_episodes(c)), "sessions": sessions,
            "ratings": ratings, "live": len(live), "over": len(rows) - len(live),
        }  # fmt: skip
