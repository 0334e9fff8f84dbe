"""Makes the copy of everything held about one client: as JSON, and as a page to read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.errors import DataError

if TYPE_CHECKING:
    from fit_toolkit.practice.practice import Practice
    from fit_toolkit.sheets.look import Look

SCHEMA = "fit/copy/1"
TEMPLATE = "copy/client.html"
SOMEBODY = "(another person)"
SHORTEST = 3  # letters of a code that is looked for in what was typed
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RUNNING = re.compile(r"-\d+\Z")
TYPED = frozenset(
    (
        "reason",
        "close_reason",
        "change_reason",
        "note",
        "snooze_reason",
        "release_reason",
        "texts",
        "words",
        "evidence",
        "standing",
    )
)
EPISODES = frozenset(("episode", "code"))


def held_about(practice: Practice, code: str) -> dict[str, Any]:
    """Gather everything held about a client; what was typed names no other client."""
    from fit_toolkit.alerts.story import story
    from fit_toolkit.store import copying, handing_on

    with practice.store.read() as c:
        client = copying.read_client(c, code)
        episodes = copying.read_episodes(c, client["id"])
        members = {row["member_id"]: row["code"] for row in episodes}
        forms = copying.read_forms(c, list(members))
        alerts = [story(c, id, on=practice.today()) for id in copying.alerts_about(c, list(members))]
        sheets = copying.sheets_about(c, list(members))
        exports = handing_on.handed_on(c, client["id"])
        others = copying.other_codes(c, client["id"])
    found = {
        "client": {name: client[name] for name in ("code", "born_year", "sex", "added_at")},
        "holds": client["holds"],
        "episodes": [_without(row, "id", "member_id", "due_at") for row in episodes],
        "forms": [_form(practice, row, members) for row in forms],
        "alerts": alerts,
        "watched": _watched(practice, {row["instrument"] for row in forms} | {row["instrument"] for row in alerts}),
        "sheets": sheets,
        "exports": exports,
    }
    head = {"schema": SCHEMA, "made_on": practice.today(), "practice": practice.settings.text("practice.name")}
    return {**head, **_Others(code, others).out_of(found)}


def as_json(held: Mapping[str, Any]) -> str:
    """Give the copy as the stable JSON `fit/copy/1`; instants are UTC."""
    return json.dumps(held, ensure_ascii=False, indent=2, default=_plain) + "\n"


def as_html(practice: Practice, held: Mapping[str, Any], *, look: Look | None = None) -> str:
    """Give the copy as a page, in the language spoken now."""
    from importlib.metadata import version

    from fit_toolkit.sheets import render
    from fit_toolkit.sheets.making import look_here, template_folders

    look = look_here(practice) if look is None else look
    rules = [
        {
            **each,
            "parameters": [
                (name, _written(value)) for name, value in sorted(each["parameters"].items()) if name != "id"
            ],
        }
        for each in held["watched"]
    ]
    sheet = {"language": _language(), "version": version("fit-toolkit")}
    return render(
        TEMPLATE,
        {"held": held, "rules": rules, "sheet": sheet, "density": "normal"},
        folders=template_folders(practice),
        look=look,
    )


def as_pdf(html: str, *, look: Look) -> bytes:
    """Give the page as a tagged PDF."""
    from fit_toolkit.sheets import write_pdf

    return write_pdf(html, assets=look.assets)[0]


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_written(each)}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _language() -> str:
    from fit_toolkit.language import spoken

    return spoken().code


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _form(practice: Practice, row: Mapping[str, Any], members: Mapping[int, str]) -> dict[str, Any]:
    """One form with the words of its instrument: the title, and for every item its label and what may be answered."""
    form = _without(row, "member_id", "rater_staff_id")
    try:
        instrument = practice.catalog.get(row["instrument"])
    except DataError:  # the definition has gone; the answers have not
        title, labels, titles = row["instrument"], {}, {}
    else:
        title = instrument.title
        labels = {item.id: _label(item) for item in instrument.items}
        titles = {scale.id: scale.title for scale in instrument.scales}
    places = {item: place for place, item in enumerate(labels)}
    answers = [
        {"item": item, "label": labels.get(item, ""), "answer": text, "number": row["numbers"].get(item)}
        for item, text in sorted(row["raw"].items(), key=lambda each: places.get(each[0], len(places)))
    ]
    scores = [{**score, "title": titles.get(score["scale"], "")} for score in row["scores"]]
    return {
        **_without(form, "raw", "numbers"),
        "title": title,
        "episode": members[row["member_id"]],
        "answers": answers,
        "scores": scores,
    }


def _label(item: Any) -> str:
    return str(getattr(item, "label", "") or getattr(item, "facet", "") or "")


def _watched(practice: Practice, instruments: set[str]) -> list[dict[str, Any]]:
    """The logic involved: every policy over the instruments somebody rated, with its parameters and what it does."""
    from fit_toolkit.errors import FitError

    found = []
    for table in practice.settings.policies:
        values = dict(table.values)
        if values.get("instrument", "") not in {*instruments, ""}:
            continue
        try:
            thing = practice.registry.provided("policy", str(values.get("kind"))).thing
        except FitError:
            does = ""
        else:
            does = thing.doc or thing.title
        found.append({"policy": values.get("id"), "parameters": values, "does": does})
    return found


class _Others:
    """Takes the codes of other clients out of what people typed, and out of the codes of episodes named after them."""

    def __init__(self, own: str, codes: Sequence[str]) -> None:
        self.own = own.lower()
        self.codes = {code.lower() for code in codes}

    def out_of(self, value: Any, name: str = "") -> Any:
        """Give `value` without them; `name` is the last name on the way to it that says whether people type there."""
        if isinstance(value, str):
            if name in EPISODES:
                return SOMEBODY if self._other(value) else value
            return _TOKEN.sub(self._named, value) if name in TYPED else value
        if isinstance(value, Mapping):
            return {key: self.out_of(each, key if key in TYPED | EPISODES else name) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.out_of(each, name) for each in value]
        return value

    def _other(self, word: str) -> bool:
        names = {word.lower(), _RUNNING.sub("", word.lower())}
        return self.own not in names and bool(names & self.codes)

    def _named(self, token: re.Match[str]) -> str:
        word = token[0].rstrip("._-")
        if len(word) < SHORTEST or word.isdigit() or not self._other(word):
            return token[0]
        return SOMEBODY + token[0][len(word) :]


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return str(value)
