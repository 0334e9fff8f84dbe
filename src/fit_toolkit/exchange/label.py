"""What stands in a foreign form where the words of an item would: the words, if a licence allows it, else our label."""

from __future__ import annotations

from msgspec import Struct

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import Instrument, Item, Option
from fit_toolkit.model.wording import Wording

NOT_THE_WORDS = "(a label, not the wording)"
_SAYS = {
    "licence-required": "needs a licence of its own",
    "not-allowed": "is not allowed",
    "unknown": "is not known to be allowed",
}


class Labels(Struct, frozen=True):
    """The words of one form in one language, or none."""

    wording: Wording | None = None

    def item(self, item: Item) -> str:
        """Give what is asked, or the label marked as what it is."""
        if self.wording is not None and item.id in self.wording.items:
            return self.wording.items[item.id].text
        return f"{item.label or item.facet or item.id} {NOT_THE_WORDS}"

    @property
    def introduction(self) -> tuple[str, ...]:
        """What stands above the first item."""
        return tuple(filter(None, (self.wording.banner, *self.wording.lead_in))) if self.wording is not None else ()

    def ends(self, item: Item) -> tuple[str, str]:
        """Give the words at the low and the high end of a number's line."""
        if self.wording is None or item.is_text or item.options:
            return "", ""
        words, anchors = self.wording.items.get(item.id), self.wording.anchors
        low, high = (anchors.get(f"{value:g}", "") for value in (item.minimum, item.maximum))
        return (words.low or low, words.high or high) if words is not None else (low, high)

    def answer(self, item: Item, option: Option) -> str:
        """Give the words of an answer, its neutral label, or its code."""
        words = self.wording.answer(item, option.code, option.value) if self.wording is not None else ""
        return words or option.label or option.code or f"{option.value:.15g}"


def allowed(wording: Wording | None, instrument: Instrument, language: str) -> Labels:
    """Let the words of a language out, or refuse: they leave only for screens under a licence that says so."""
    if wording is None:
        hint = "leave --lang away: labels instead of words"
        raise DataError(f"'{instrument.id}' has no words in '{language}' here", hint=hint)
    lacking = wording.lacking_licence(instrument)
    if lacking:
        hint = f"fit instruments wording {instrument.id} --lang {language}"
        raise DataError(f"the words of '{instrument.id}' say no `{lacking}`", hint=hint)
    use = wording.on_screen(instrument)
    if use != "allowed":
        hint = "leave --lang away: labels instead of words"
        raise DataError(f"electronic use of '{instrument.id}' {_SAYS[use]}: its words are not exported", hint=hint)
    return Labels(wording)


def describe(instrument: Instrument) -> str:
    """Say in words how each scale is made, for people; no program should compute from it."""
    parts = []
    for scale in instrument.scales:
        made = ", ".join(scale.items or scale.scales) or "a ready-made total"
        turned = f"; turned round: {', '.join(scale.reverse)}" if scale.reverse else ""
        gaps = "every item is needed"
        if scale.missing:
            gaps = f"at least {scale.missing.min_answered} answers are needed"
            gaps += ", the rest is prorated" if scale.missing.prorate else ""
        span = f"{scale.minimum:.15g} to {scale.maximum:.15g}"
        parts.append(f"{scale.id}: {scale.method} of {made}{turned}; {span}; {gaps}")
    what = "Scored outside this form, by the definition"
    return f"{what} {instrument.id} version {instrument.version} of fit-toolkit. " + ". ".join(parts) + "."


def refuse_totals(instrument: Instrument) -> None:
    """Refuse a definition that has nothing to ask."""
    if not instrument.items:
        raise DataError(
            f"'{instrument.id}' has no items: its scores come in ready made", hint="there is nothing to export"
        )


def lost(instrument: Instrument, *, has_words: bool) -> list[str]:
    """Name what neither format can say, so that nobody looks for it there."""
    found = []
    for name, ids in (
        ("ways out such as `does not fit`", [item.id for item in instrument.items if item.ways_out]),
        ("who sees the answers, and other words around the items", ["the page"] * bool(has_words)),
        ("at which sessions an item is asked", [item.id for item in instrument.items if item.asked]),
        ("answers that must be looked at", [risk.item for risk in instrument.risk]),
        ("early completion", [item for skip in instrument.skips for item in skip.items]),
    ):
        if ids:
            found.append(f"not exported: {name} ({', '.join(dict.fromkeys(ids))})")
    return found
