"""Makes the caseload of a practice, and hands its pages to the templates."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fit_toolkit.caseload.build import Caseload
    from fit_toolkit.caseload.supervision import Case, Supervision
    from fit_toolkit.caseload.table import Wanted
    from fit_toolkit.practice.practice import Practice

LIST: Final = "caseload/page.html"
SUPERVISION: Final = "caseload/supervision.html"
SCRIPT: Final = "caseload/sort.js"
FLAT: Final = (
    "client", "episode", "therapist", "labels", "why", "stands", "tried", "tried_in_all", "days_since_rating", "days_open",
)  # fmt: skip


def make_caseload(practice: Practice, wanted: Wanted) -> Caseload:
    """Make the list as of today, in the language spoken now."""
    from fit_toolkit.caseload.build import build_caseload

    with practice.store.read() as c:
        return build_caseload(c, practice.catalog, practice.today(), wanted)


def make_supervision(practice: Practice, wanted: Wanted) -> Supervision:
    """Make the list for supervision as of today, in the language spoken now."""
    from fit_toolkit.caseload.supervision import build_supervision

    with practice.store.read() as c:
        return build_supervision(c, practice.catalog, practice.now(), practice.today(), wanted)


def as_html(
    practice: Practice, wanted: Wanted, *, supervision: bool, language: str = "", large: bool | None = None,
    grey: bool = False,
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """Make a list as a page in a language, and say what of the practice's own look could not be used."""
    from fit_toolkit import __version__
    from fit_toolkit.caseload import page as pages
    from fit_toolkit.language import language_of, speaking, spoken
    from fit_toolkit.sheets import render
    from fit_toolkit.sheets.making import look_here, template_folders

    look = look_here(practice, large=large, grey=grey)
    with speaking(language_of(language or practice.settings.text("practice.language"), practice.root)):
        problems = (*look.problems, *spoken().problems)
        if supervision:
            name, page = SUPERVISION, pages.supervision_page(make_supervision(practice, wanted))
        else:
            name, page = LIST, pages.list_page(make_caseload(practice, wanted))
        page |= {
            "practice": practice.settings.text("practice.name"), "scope": pages.scope_of(wanted), "late": _late(practice),
            "contact": practice.settings.text("safety.contact"),
        }  # fmt: skip
        script = (files("fit_toolkit.templates") / SCRIPT).read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        values: dict[str, Any] = {
            "page": page, "sheet": {"language": spoken().code, "version": __version__}, "density": "normal",
            "script": script, "script_hash": f"sha256-{digest}",
        }  # fmt: skip
        return render(name, values, folders=template_folders(practice), look=look), problems


def _late(practice: Practice) -> str:
    """Say that the last run is too long ago; "" when it is not."""
    from fit_toolkit.language import say
    from fit_toolkit.sheets.language import say_short
    from fit_toolkit.store import freshness

    with practice.store.read() as c:
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    if not looked.late:
        return ""
    if looked.at is None:
        return say("Alerts were never looked at: what is not here may only not have been found (fit alerts run).")
    day = say_short(practice.local(looked.at).date(), year=True)
    return say("Alerts were last looked at on %(day)s: what came later may be missing here (fit alerts run).", day=day)


def list_rows(caseload: Caseload) -> list[dict[str, Any]]:
    """Give the list as rows for scripts and spreadsheets."""
    from fit_toolkit.caseload.build import COLUMNS

    return [{name: getattr(line, name) for name in COLUMNS} for line in caseload.lines]


def case_rows(supervision: Supervision) -> list[dict[str, Any]]:
    """Give the cases as flat rows: several reasons, alerts or acts are joined in one text."""
    return [_flat(case) for case in supervision.cases]


def as_json(supervision: Supervision) -> str:
    """Give the cases as the stable JSON `fit/supervision/1`, with alerts and acts as they are."""
    import msgspec

    cases = [msgspec.to_builtins(case) for case in supervision.cases]
    head = {"schema": "fit/supervision/1", "on": supervision.on.isoformat(), "looked_at": supervision.looked_at}
    return json.dumps({**head, "supervision": cases}, ensure_ascii=False, indent=2) + "\n"


def _flat(case: Case) -> dict[str, Any]:
    tried = [f"{each.on} {each.by}: {each.what}" + (f" ({each.note})" if each.note else "") for each in case.tried]
    return {
        "client": case.client, "episode": case.episode, "therapist": case.therapist, "labels": "; ".join(case.labels),
        "why": "; ".join(case.why), "stands": "; ".join(f"{a.state}, since {a.since}: {a.text}" for a in case.alerts),
        "tried": "; ".join(tried), "tried_in_all": case.tried_in_all, "days_since_rating": case.days_since_rating,
        "days_open": case.days_open,
    }  # fmt: skip
