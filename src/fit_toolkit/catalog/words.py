"""Words checked against the definition they belong to, and the licence they need."""

from __future__ import annotations

from fit_toolkit.catalog.convert import nearest
from fit_toolkit.catalog.quoting import CURLED, STRAIGHTEN
from fit_toolkit.catalog.yaml import Document
from fit_toolkit.model.instrument import Instrument, Item, Option
from fit_toolkit.model.wording import Wording

_LACKING = {
    "licence_status": "say in `licence_status` what kind of licence this practice has",
    "licence_reference": "say in `licence_reference` which agreement it is: its number, date or letter",
}


def check_wording(document: Document, wording: Wording, instrument: Instrument) -> None:
    """Report words for items that do not exist, items and answers without words, and a licence that is not named."""
    items = {item.id: item for item in instrument.items}
    if wording.version != instrument.version:
        message = f"the words belong to version {wording.version}, the definition is version {instrument.version}"
        curled = CURLED.fullmatch(wording.version)
        document.report(("version",), "FI301", f"{message}; {STRAIGHTEN}" if curled else message)
    for id in wording.items:
        if id not in items:
            document.report(("items", id), "FI302", f"there is no item '{id}'; {nearest(id, items)}", key=True)
    for id, item in items.items():
        if id in wording.items:
            _answers(document, wording, item)
        else:
            document.report(("items",), "FI303", f"the item '{id}' has no words")
    ways = {way for item in instrument.items for way in item.ways_out}
    for way in sorted(ways - set(wording.ways_out)):
        document.report(("ways_out",), "FI305", f"the way out '{way}' has no words")
    if lacking := wording.lacking_licence(instrument):
        message = f"{instrument.id} is not free for all ({instrument.licence.status}): {_LACKING[lacking]}"
        document.report(("licence",), "FI307", message)


def _answers(document: Document, wording: Wording, item: Item) -> None:
    given = set(wording.items[item.id].options)
    names = {option_name(option) for option in item.options}
    coded = {option.code for option in item.options if option.code}
    bare = [each for each in item.options if each.code and not wording.answer(item, each.code, each.value)]
    if given - names or bare or (given and coded - given):
        message = f"options of '{item.id}' have to be the codes {', '.join(sorted(names)) or '(none)'}"
        document.report(("items", item.id, "options"), "FI304", message)


def option_name(option: Option) -> str:
    """Give the name under which an answer has its words: its code, else its value."""
    return option.code or f"{option.value:g}"
