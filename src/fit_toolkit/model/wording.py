"""The words of a form in one language, kept apart from its scoring and under a licence of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from fit_toolkit.model.instrument import Record, Slug


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
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    title: Annotated[str, Meta(min_length=1)]
    licence: Annotated[str, Meta(min_length=1, description="The licence or permission under which it may be printed.")]
    items: dict[str, ItemWording]
    lead_in: tuple[str, ...] = ()
    anchors: Annotated[dict[str, str], Meta(description="Number to words, for a form whose lines share them.")] = field(
        default_factory=dict
    )
    who_sees: Annotated[str, Meta(description="Shown above item 1; `{who}` comes from the practice's settings.")] = ""
    ways_out: dict[str, str] = field(default_factory=dict)
    banner: str = ""
    safety_note: str = ""
    ends: Annotated[str, Meta(description="Printed under the last item.")] = ""
    facets: Annotated[dict[str, str], Meta(description="Plain words for each facet, for the client's page.")] = field(
        default_factory=dict
    )
    scales: Annotated[dict[str, str], Meta(description="Plain words for each scale.")] = field(default_factory=dict)
    translator: str = ""
    validated: bool = False
    holder: str = ""
