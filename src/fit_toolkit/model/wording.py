"""The words of a form in one language, kept apart from its scoring and under a licence of their own."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, field

from fit_toolkit.model.instrument import Instrument, Item, Record, Slug

ElectronicUse: TypeAlias = Literal["allowed", "licence-required", "not-allowed", "unknown"]
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
# What a wording file has to say about its licence, where the instrument is not free for all.
ASKED_FOR = ("permission", "registration", "commercial", "unknown")


class ItemWording(Record, frozen=True):
    """What is printed for one item: the sentence, the ends of its line, its answers."""

    text: Annotated[str, Meta(min_length=1)]
    low: str = ""
    high: str = ""
    options: Annotated[dict[str, str], Meta(description="Text of each option, by its code.")] = field(
        default_factory=dict
    )
    help: str = ""


class Wording(Record, frozen=True):
    """All words of one form in one language."""

    format: Literal["fit-wording/1"]
    instrument: Slug
    version: Annotated[str, Meta(min_length=1, description="The instrument version these words belong to.")]
    language: Annotated[str, Meta(pattern=f"^{LANGUAGE}$")]
    title: Annotated[str, Meta(min_length=1)]
    licence: Annotated[str, Meta(min_length=1, description="The licence or permission under which it may be printed.")]
    items: dict[str, ItemWording]
    licence_status: (
        Annotated[
            Literal["open", "free", "permission", "registration", "commercial", "local"],
            Meta(description="What kind of licence; needed where the instrument is not free for all."),
        ]
        | None
    ) = None
    licence_reference: Annotated[
        str, Meta(description="Number, date or letter of the agreement; needed where one has to be asked for.")
    ] = ""
    electronic_use: (
        Annotated[ElectronicUse, Meta(description="What this licence says of screens, where it differs from the rest.")]
        | None
    ) = None
    lead_in: tuple[str, ...] = ()
    anchors: Annotated[
        dict[str, str], Meta(description="Number or code to words, for a form whose lines share their answers.")
    ] = field(default_factory=dict)
    who_sees: Annotated[str, Meta(description="Shown above item 1; `{who}` comes from the practice's settings.")] = ""
    ways_out: dict[str, str] = field(default_factory=dict)
    banner: str = ""
    safety_note: str = ""
    ends: Annotated[str, Meta(description="Printed under the last item.")] = ""
    facets: Annotated[dict[str, str], Meta(description="Plain words for each facet, for the client's page.")] = field(
        default_factory=dict
    )
    scales: Annotated[dict[str, str], Meta(description="Plain words for each scale.")] = field(default_factory=dict)
    translator: Annotated[str, Meta(description="Who put it into this language; printed at the foot.")] = ""
    validated: Annotated[bool, Meta(description="Whether a study tested these words in this language.")] = False
    holder: str = ""

    def answer(self, item: Item, code: str, value: float) -> str:
        """Give the words of one answer: the item's own, else those all lines share."""
        own = self.items[item.id].options if item.id in self.items else {}
        for words in (own, self.anchors):
            if found := words.get(code) or words.get(f"{value:g}"):
                return found
        return ""

    def lacking_licence(self, instrument: Instrument) -> str:
        """Say what is missing of the licence under which these words are used; nothing when all is said."""
        if instrument.licence.text_included or instrument.licence.status not in ASKED_FOR:
            return ""
        if self.licence_status is None:
            return "licence_status"
        asked_for = self.licence_status in ASKED_FOR
        return "licence_reference" if asked_for and not self.licence_reference.strip() else ""

    def on_screen(self, instrument: Instrument) -> ElectronicUse:
        """Say whether a client may be given these words on a screen: as this licence has it, else the instrument's."""
        return self.electronic_use or instrument.licence.electronic_use
