"""The words of a form as somebody types them in: what to ask, one answer to each, and the wording these make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from msgspec import Struct

from fit_toolkit.catalog.words import option_name
from fit_toolkit.model.instrument import Instrument, Item
from fit_toolkit.model.wording import ASKED_FOR, ItemWording, Wording

STATUSES: Final = ("open", "free", "permission", "registration", "commercial", "local")
SCREENS: Final = ("allowed", "licence-required", "not-allowed", "unknown")
YES_NO: Final = ("yes", "no")
MOST_WORDED: Final = 11  # 0 to 10; a finer line has words at its ends only
BREAK: Final = "|"  # between the paragraphs of a lead-in typed on one line
LICENCE_KEYS: Final = (
    "licence_status",
    "licence",
    "licence_reference",
    "holder",
    "electronic_use",
    "translator",
    "validated",
)


class Question(Struct, frozen=True):
    """One thing to ask: under which key its answer is kept, and what may be answered."""

    key: str
    text: str
    default: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


def questions(instrument: Instrument, language: str, given: Mapping[str, str]) -> Iterator[Question]:
    """Give what has to be asked, in order; later questions depend on the answers `given` so far."""
    yield from _about_the_licence(instrument, language, given)
    yield Question("title", "Title printed on the form", instrument.title, required=True)
    yield Question("lead_in", f"Lead-in, on one line; {BREAK} between paragraphs")
    yield from _shared(instrument, given)
    for number, item in enumerate(instrument.items, 1):
        about = f" ({item.label})" if item.label and item.label != item.id else ""
        yield Question(item.id, f"{number}/{len(instrument.items)} {item.id}{about}", required=True)
        yield from _of_one(instrument, item, given)
    for way in sorted({way for item in instrument.items for way in item.ways_out}):
        yield Question(f"way.{way}", f"Words for the way out '{way}'", way.replace("-", " "), required=True)
    yield Question("ends", "Words under the last line")


def keys(instrument: Instrument) -> set[str]:
    """List every key that may be answered for an instrument, whichever way it is asked."""
    found = {*LICENCE_KEYS, "title", "lead_in", "low", "high", "ends", "same_answers", "safety_note", "banner"}
    for item in instrument.items:
        found |= {item.id, f"{item.id}.low", f"{item.id}.high", f"{item.id}.help"}
        for option in item.options:
            found |= {f"answer.{option_name(option)}", f"{item.id}.{option_name(option)}"}
        found |= {f"way.{way}" for way in item.ways_out}
    return found | {f"answer.{number}" for number in _numbers(instrument)}


def statuses(instrument: Instrument) -> tuple[str, ...]:
    """List the kinds of licence that can be meant: what has to be asked for is not free in one practice."""
    status = instrument.licence.status
    return STATUSES if status not in ASKED_FOR or status == "unknown" else ("permission", "registration", "commercial")


def _about_the_licence(instrument: Instrument, language: str, given: Mapping[str, str]) -> Iterator[Question]:
    licence, kinds = instrument.licence, statuses(instrument)
    usual = licence.status if licence.status in kinds else ""
    yield Question("licence_status", "What kind of licence do you use the words under?", usual, kinds, required=True)
    yield Question("licence", "Its name", licence.name, required=True)
    if given.get("licence_status") in ASKED_FOR:
        yield Question("licence_reference", "Which agreement: its number, date or letter", required=True)
    yield Question("holder", "Who holds the rights", licence.holder)
    yield Question(
        "electronic_use", "May clients be given it on a screen?", licence.electronic_use, SCREENS, required=True
    )
    yield Question("translator", f"Who put it into {language} (Enter: these are the original words)")
    yield Question("validated", "Has a study tested these words in this language?", "no", YES_NO, required=True)


def _shared(instrument: Instrument, given: Mapping[str, str]) -> Iterator[Question]:
    """What all lines may have in common: the words at both ends, the words of the answers."""
    if any(item.range for item in instrument.number_items if not item.options):
        yield Question("low", "Words at the low end of every line (Enter: none, or each line has its own)")
        yield Question("high", "Words at the high end of every line")
        for number in _numbers(instrument):
            yield Question(f"answer.{number}", f"Words of the number {number} on every line (Enter: none)")
    common = _common(instrument)
    if common:
        yield Question("same_answers", "Have all lines the same answers to tick?", "yes", YES_NO, required=True)
        if given.get("same_answers", "yes") == "yes":
            for name in common:
                yield Question(f"answer.{name}", f"Words of the answer {name}", required=True)


def _of_one(instrument: Instrument, item: Item, given: Mapping[str, str]) -> Iterator[Question]:
    if item.is_text:
        return
    if not item.options:
        if not given.get("low") and not given.get("high"):
            yield Question(f"{item.id}.low", f"   {item.id}: words at its low end")
            yield Question(f"{item.id}.high", f"   {item.id}: words at its high end")
        return
    names = tuple(option_name(option) for option in item.options)
    if names != _common(instrument) or given.get("same_answers", "yes") != "yes":
        for name in names:
            yield Question(f"{item.id}.{name}", f"   {item.id}: words of the answer {name}", required=True)


def _numbers(instrument: Instrument) -> tuple[str, ...]:
    """Give the numbers that several lines share, where these are few enough for each to have words of its own."""
    lines = [item.values() for item in instrument.number_items if not item.options]
    shared = lines[0] if len(lines) > 1 and len(set(lines)) == 1 else ()
    return tuple(f"{value:g}" for value in shared) if len(shared) <= MOST_WORDED else ()


def _common(instrument: Instrument) -> tuple[str, ...]:
    """Give the answers that most lines offer, where two or more do."""
    lists = Counter(tuple(option_name(option) for option in item.options) for item in instrument.items if item.options)
    found = lists.most_common(1)
    return found[0][0] if found and found[0][1] > 1 else ()


def lacking(instrument: Instrument, language: str, given: Mapping[str, str]) -> list[Question]:
    """List the questions that need an answer and have none."""
    return [
        each for each in questions(instrument, language, given) if each.required and not given.get(each.key, "").strip()
    ]


def wording_of(instrument: Instrument, language: str, given: Mapping[str, str]) -> Wording:
    """Make the wording of what was typed in; everything that is required has to be there."""
    said = {key: text.strip() for key, text in given.items() if text.strip()}
    reference = said.get("licence_reference", "")
    return Wording(
        format="fit-wording/1",
        instrument=instrument.id,
        version=instrument.version,
        language=language,
        title=said["title"],
        licence=said["licence"],
        licence_status=cast("Any", said["licence_status"]),
        licence_reference=reference,
        electronic_use=cast("Any", said["electronic_use"]),
        holder=said.get("holder", ""),
        translator=said.get("translator", ""),
        validated=said.get("validated") == "yes",
        lead_in=tuple(part.strip() for part in said.get("lead_in", "").split(BREAK) if part.strip()),
        anchors={key.removeprefix("answer."): text for key, text in said.items() if key.startswith("answer.")},
        items={item.id: _item(item, said) for item in instrument.items},
        ways_out={key.removeprefix("way."): text for key, text in said.items() if key.startswith("way.")},
        banner=said.get("banner", ""),
        safety_note=said.get("safety_note", ""),
        ends=said.get("ends", ""),
    )


def _item(item: Item, said: Mapping[str, str]) -> ItemWording:
    ends = (
        {}
        if item.options or item.is_text
        else {end: said.get(f"{item.id}.{end}", said.get(end, "")) for end in ("low", "high")}
    )
    own = {name: said[f"{item.id}.{name}"] for name in map(option_name, item.options) if f"{item.id}.{name}" in said}
    return ItemWording(text=said[item.id], options=own, help=said.get(f"{item.id}.help", ""), **ends)
